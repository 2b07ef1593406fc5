"""Ask the context what it is

Revision ID: 1c93c5b3a016
Revises: 1c93c5b3a015
"""
revision = '1c93c5b3a016'
down_revision = '1c93c5b3a015'

from alembic import context, op
import sqlalchemy as sa


def upgrade():
    migration = op.get_context()
    if migration.dialect.name == 'sqlite':
        return
    if context.is_offline_mode():
        execute = context.execute
    else:
        execute = op.execute
    execute(sa.schema.CreateSequence(sa.schema.Sequence('reader_card_seq')))
    execute(sa.schema.DropSequence(sa.schema.Sequence('guest_id_seq')))
    migration.execute('ALTER SEQUENCE reader_card_seq OWNED BY reader.id')


def downgrade():
    op.execute(sa.schema.DropSequence(sa.schema.Sequence('reader_card_seq')))
