"""Indentation that Python does not accept

Revision ID: 1c93c5b3a009
Revises: 1c93c5b3a008
"""
revision = '1c93c5b3a009'
down_revision = '1c93c5b3a008'

from alembic import op


def upgrade():
    op.drop_column('book', 'pages')
      op.drop_column('book', 'mode')


def downgrade():
    pass
