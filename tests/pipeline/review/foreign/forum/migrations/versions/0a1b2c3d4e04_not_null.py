"""username is required

Revision ID: 0a1b2c3d4e04
Revises: 0a1b2c3d4e03

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e04'
down_revision = '0a1b2c3d4e03'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.alter_column('username',
               existing_type=sa.VARCHAR(length=64),
               nullable=False)


def downgrade():
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.alter_column('username',
               existing_type=sa.VARCHAR(length=64),
               nullable=True)
