"""Rebuild an enum by its back door.

Revision ID: 0007_more_statuses
Revises: 0006_key_types
"""
from alembic import op
import sqlalchemy as sa

revision = '0007_more_statuses'
down_revision = '0006_key_types'

old_options = ('sending', 'delivered', 'failed')
new_options = old_options + ('created', 'pending')

old_type = sa.Enum(*old_options, name='letter_status')
new_type = sa.Enum(*new_options, name='letter_status')
tmp_type = sa.Enum(*new_options, name='_letter_status')
tcr = sa.sql.table('letters', sa.Column('status', new_type, nullable=False))


def upgrade():
    # Create a tempoary "_status" type, convert and drop the "old" type
    tmp_type.create(op.get_bind(), checkfirst=False)
    op.execute('ALTER TABLE letters ALTER COLUMN status TYPE _letter_status USING status::text::_letter_status')
    old_type.drop(op.get_bind(), checkfirst=False)
    # Create and convert to the "new" status type
    new_type.create(op.get_bind(), checkfirst=False)
    op.execute('ALTER TABLE letters ALTER COLUMN status TYPE letter_status USING status::text::letter_status')
    tmp_type.drop(op.get_bind(), checkfirst=False)


def downgrade():
    # Convert 'pending' status into 'failed'
    op.execute(tcr.update().where(tcr.c.status == 'pending').values(status='failed'))
    tmp_type.create(op.get_bind(), checkfirst=False)
    op.execute('ALTER TABLE letters ALTER COLUMN status TYPE _letter_status USING status::text::_letter_status')
    new_type.drop(op.get_bind(), checkfirst=False)
    old_type.create(op.get_bind(), checkfirst=False)
    op.execute('ALTER TABLE letters ALTER COLUMN status TYPE letter_status USING status::text::letter_status')
    tmp_type.drop(op.get_bind(), checkfirst=False)
