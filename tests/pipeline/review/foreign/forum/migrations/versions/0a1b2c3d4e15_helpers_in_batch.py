"""hand the batch on to a helper

Revision ID: 0a1b2c3d4e15
Revises: 0a1b2c3d4e14

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e15'
down_revision = '0a1b2c3d4e14'
branch_labels = None
depends_on = None


def timestamps(batch_op, add=True):
    for name in 'created_at', 'updated_at':
        if add:
            batch_op.add_column(sa.Column(name, sa.DateTime(), server_default=sa.func.now(), nullable=False))
        else:
            batch_op.drop_column(name)


def upgrade():
    with op.batch_alter_table('tag', schema=None) as batch_op:
        timestamps(batch_op)


def downgrade():
    with op.batch_alter_table('tag', schema=None) as batch_op:
        timestamps(batch_op, add=False)
