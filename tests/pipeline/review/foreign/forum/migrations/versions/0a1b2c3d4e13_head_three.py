"""a third head: replace a foreign key, in batch

Revision ID: 0a1b2c3d4e13
Revises: 0a1b2c3d4e10

"""
from alembic import op


revision = '0a1b2c3d4e13'
down_revision = '0a1b2c3d4e10'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_constraint('thread_member_id_fkey', type_='foreignkey')
        batch_op.create_foreign_key('fk_thread_member', 'member', ['member_id'], ['id'], ondelete='SET NULL')


def downgrade():
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_constraint('fk_thread_member', type_='foreignkey')
        batch_op.create_foreign_key('thread_member_id_fkey', 'member', ['member_id'], ['id'])
