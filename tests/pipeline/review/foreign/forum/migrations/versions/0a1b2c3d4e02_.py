"""empty message

Revision ID: 0a1b2c3d4e02
Revises: 0a1b2c3d4e01

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e02'
down_revision = '0a1b2c3d4e01'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about_me', sa.String(length=140), nullable=True))
        batch_op.add_column(sa.Column('points', sa.Integer(), nullable=True))


def downgrade():
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_column('points')
        batch_op.drop_column('about_me')
