from alembic import op
import sqlalchemy as sa

from vpn.db.migration.alembic_migrations import shaft_init

"""core, from the files of each feature

Revision ID: 3b4c3f9a0001
Revises: start

"""

revision = '3b4c3f9a0001'
down_revision = 'start'


def upgrade():
    shaft_init.upgrade()
    op.create_table(
        'networks',
        sa.Column('tenant_id', sa.String(length=255), nullable=True, index=True),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('mtu', sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint('id'))
