"""A branch: search

Revision ID: 0a1b2c3d4e09
Revises: 0a1b2c3d4e07

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy_searchable import sync_trigger
import sqlalchemy_utils


revision = '0a1b2c3d4e09'
down_revision = '0a1b2c3d4e07'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.add_column(sa.Column('search_vector', sqlalchemy_utils.types.ts_vector.TSVectorType(), nullable=True))
        batch_op.create_index('ix_thread_search_vector', ['search_vector'], unique=False, postgresql_using='gin')
    conn = op.get_bind()
    sync_trigger(conn, 'thread', 'search_vector', ['body'])


def downgrade():
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index('ix_thread_search_vector', postgresql_using='gin')
        batch_op.drop_column('search_vector')
