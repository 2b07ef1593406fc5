"""Saved in the middle of typing

Revision ID: 1c93c5b3a007
Revises: 1c93c5b3a006
"""
revision = '1c93c5b3a007'
down_revision = '1c93c5b3a006'

from alembic import op


def upgrade():
    op.add_column('book', sa.Column('pages', sa.Integer(),
