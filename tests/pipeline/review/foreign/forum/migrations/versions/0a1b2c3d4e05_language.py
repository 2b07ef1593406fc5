"""language, unique and referenced, without names

Revision ID: 0a1b2c3d4e05
Revises: 0a1b2c3d4e04

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e05'
down_revision = '0a1b2c3d4e04'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.add_column(sa.Column('slug', sa.String(length=50), nullable=True))
        batch_op.add_column(sa.Column('parent_id', sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(None, ['slug'])
        batch_op.create_foreign_key(None, 'thread', ['parent_id'], ['id'])


def downgrade():
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_constraint(None, type_='foreignkey')
        batch_op.drop_constraint(None, type_='unique')
        batch_op.drop_column('parent_id')
        batch_op.drop_column('slug')
