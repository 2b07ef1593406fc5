"""empty message

Revision ID: 0002_add_char_count
Revises: 0001_restart_migrations
"""

revision = '0002_add_char_count'
down_revision = '0001_restart_migrations'

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.add_column('letters', sa.Column('char_count', sa.Integer(), nullable=True))
    op.execute('update letters set char_count = 0')
    op.alter_column('letters', 'char_count', nullable=False)


def downgrade():
    op.drop_column('letters', 'char_count')
