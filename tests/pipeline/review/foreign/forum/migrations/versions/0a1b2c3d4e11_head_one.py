"""boolean becomes an integer, with a default on the way

Revision ID: 0a1b2c3d4e11
Revises: 0a1b2c3d4e10

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e11'
down_revision = '0a1b2c3d4e10'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.alter_column('muted',
               existing_type=sa.BOOLEAN(),
               type_=sa.Integer(),
               existing_nullable=True)
        batch_op.alter_column('karma', existing_type=sa.INTEGER(), type_=sa.String(length=10), server_default='0')


def downgrade():
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.alter_column('karma', existing_type=sa.String(length=10), type_=sa.INTEGER(), postgresql_using='karma::integer')
        batch_op.alter_column('muted',
               existing_type=sa.Integer(),
               type_=sa.BOOLEAN(),
               existing_nullable=True)
