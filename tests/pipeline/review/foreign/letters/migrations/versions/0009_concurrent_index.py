"""

Revision ID: 0009_concurrent_index
Revises: 0008_billing_view

"""
from alembic import op

revision = '0009_concurrent_index'
down_revision = '0008_billing_view'

INDEX = 'ix_letters_status'


def upgrade():
    # the index builds outside of a transaction
    op.execute('COMMIT')
    op.execute('CREATE INDEX CONCURRENTLY {} ON letters (status)'.format(INDEX))


def downgrade():
    op.execute('COMMIT')
    op.execute('DROP INDEX CONCURRENTLY {}'.format(INDEX))
