"""

Revision ID: 0013_drop_stats
Revises: 0012_rename_table

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0013_drop_stats'
down_revision = '0012_rename_table'


def upgrade():
    op.drop_table('letter_statistics')
    op.drop_index(op.f('ix_letters_office_id'), table_name='letters')


def downgrade():
    op.create_index(op.f('ix_letters_office_id'), 'letters', ['office_id'], unique=False)
    op.create_table('letter_statistics',
    sa.Column('day', sa.DATE(), autoincrement=False, nullable=False),
    sa.Column('office_id', postgresql.UUID(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['office_id'], [u'offices.id'], name=u'letter_statistics_office_id_fkey'),
    sa.PrimaryKeyConstraint('day', name=u'letter_statistics_pkey')
    )
