"""Python 2: it says what it does

Revision ID: 1c93c5b3a005
Revises: 1c93c5b3a004
"""
revision = '1c93c5b3a005'
down_revision = '1c93c5b3a004'

from alembic import op


def upgrade():
    print "Dropping books"
    op.drop_table('book')


def downgrade():
    raise Exception, "no way back"
