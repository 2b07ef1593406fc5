"""Another beginning, with a label

Revision ID: 1c93c5b3a012
Revises:
"""
revision = '1c93c5b3a012'
down_revision = None
branch_labels = ('loans',)
depends_on = '1c93c5b3a004'

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.create_table('loan',
        sa.Column('id', sa.Integer, primary_key=True),
        sa.Column('book_id', sa.Integer))


def downgrade():
    op.drop_table('loan')
