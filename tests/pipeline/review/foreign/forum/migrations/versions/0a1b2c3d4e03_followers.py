"""followers

Revision ID: 0a1b2c3d4e03
Revises: 0a1b2c3d4e02

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e03'
down_revision = '0a1b2c3d4e02'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('tag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Unicode(length=50, collation='C'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag')),
    sa.UniqueConstraint('name', name=op.f('uq_tag_name'))
    )


def downgrade():
    op.drop_table('tag')
