"""Größe, in a coding nobody declared

Revision ID: 1c93c5b3a020
Revises: 1c93c5b3a019
"""
revision = '1c93c5b3a020'
down_revision = '1c93c5b3a019'


def upgrade():
    pass


def downgrade():
    pass
