"""add revisions table

Revision ID: c415aab1c001
Revises: 31ed664953e6
"""

from alembic import op
import sqlalchemy as sa

from vpn.db import migration

revision = 'c415aab1c001'
down_revision = '31ed664953e6'
vpn_milestone = [migration.BIRCH]


def upgrade():
    op.add_column(
        'standardattributes',
        sa.Column('revision_number', sa.BigInteger(), nullable=False, server_default='0'))
    migration.add_column_if_missing('ports', 'dns_name', sa.String(255))
