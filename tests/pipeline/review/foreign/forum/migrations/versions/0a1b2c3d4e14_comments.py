"""comments on tables and columns, batch and plain

Revision ID: 0a1b2c3d4e14
Revises: 0a1b2c3d4e13

"""
from alembic import op
import sqlalchemy as sa


revision = '0a1b2c3d4e14'
down_revision = '0a1b2c3d4e13'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table_comment('member', 'Who writes; "quoted", it\'s 100% fine', existing_comment=None, schema=None)
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.create_table_comment('What they write', existing_comment=None)
        batch_op.alter_column('body', existing_type=sa.String(length=140), comment='The text', existing_nullable=True)


def downgrade():
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.alter_column('body', existing_type=sa.String(length=140), comment=None, existing_comment='The text')
        batch_op.drop_table_comment(existing_comment='What they write')
    op.drop_table_comment('member', existing_comment='Who writes')
