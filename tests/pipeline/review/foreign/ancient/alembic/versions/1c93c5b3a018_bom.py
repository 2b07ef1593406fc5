"""Notepad was here

Revision ID: 1c93c5b3a018
Revises: 1c93c5b3a017
"""
revision = '1c93c5b3a018'
down_revision = '1c93c5b3a017'

from alembic import op


def upgrade():
    op.drop_column('reader', 'hat_size')


def downgrade():
    op.execute("ALTER TABLE reader ADD COLUMN hat_size int")
