"""nick for username, several batches under other names

Revision ID: 0a1b2c3d4e07
Revises: 0a1b2c3d4e06

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e07'
down_revision = '0a1b2c3d4e06'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('member') as b, op.batch_alter_table('thread', schema='public') as t:
        b.alter_column('username', new_column_name='nick', existing_type=sa.String(64))
        t.add_column(sa.Column('nick', sa.String(64)))


def downgrade():
    with op.batch_alter_table('member') as b, op.batch_alter_table('thread', schema='public') as t:
        t.drop_column('nick')
        b.alter_column('nick', new_column_name='username', existing_type=sa.String(64))
