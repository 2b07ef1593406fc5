"""Segments, and a standard attribute for each table that wants one

Revision ID: 31ed664953e6
Revises: 52c5312f0101

"""
from alembic import op
import sqlalchemy as sa

revision = '31ed664953e6'
down_revision = '52c5312f0101'

TABLES = ('ports', 'networks', 'subnets', 'subnetpools', 'routers')


def upgrade():
    op.create_table(
        'standardattributes',
        sa.Column('id', sa.BigInteger(), autoincrement=True),
        sa.Column('resource_type', sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint('id')
    )
    for table in TABLES:
        op.add_column(table, sa.Column('standard_attr_id', sa.BigInteger(), nullable=True))
