"""The parameters as they were called before 0.6

Revision ID: 1c93c5b3a002
Revises: 1c93c5b3a001

"""
revision = '1c93c5b3a002'
down_revision = '1c93c5b3a001'

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.create_index('ix_book_added', tablename='book', columns=['added'])
    op.alter_column('book', 'title', name='name')
    op.alter_column(u'book', u'added', existing_type=sa.DateTime(), existing_nullable=True, server_default='now()')
    op.create_foreign_key('fk_book_shelf', source='book', referent='shelf', local_cols=['shelf_id'], remote_cols=['id'])


def downgrade():
    op.drop_constraint('fk_book_shelf', tablename='book', type='foreignkey')
    op.alter_column('book', 'name', name='title')
    op.drop_index('ix_book_added', tablename='book')
