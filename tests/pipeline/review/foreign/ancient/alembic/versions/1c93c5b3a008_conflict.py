"""Committed with the marks of a merge

Revision ID: 1c93c5b3a008
Revises: 1c93c5b3a007
"""
revision = '1c93c5b3a008'
<<<<<<< HEAD
down_revision = '1c93c5b3a007'
=======
down_revision = '1c93c5b3a006'
>>>>>>> feature

from alembic import op


def upgrade():
    op.drop_table('shelf')


def downgrade():
    pass
