"""

Revision ID: 0012_rename_table
Revises: 0011_rates

"""
from alembic import op

revision = '0012_rename_table'
down_revision = '0011_rates'


def upgrade():
    op.rename_table('letter_rates', 'rates')
    op.execute('ALTER INDEX letter_rates_pkey RENAME TO rates_pkey')


def downgrade():
    op.execute('ALTER INDEX rates_pkey RENAME TO letter_rates_pkey')
    op.rename_table('rates', 'letter_rates')
