"""

Revision ID: 0016_validate
Revises: 0015_not_valid

"""
import os

from alembic import op

revision = '0016_validate'
down_revision = '0015_not_valid'

environment = os.environ.get('LETTERS_ENVIRONMENT', 'development')


def upgrade():
    op.execute("ALTER TABLE letters VALIDATE CONSTRAINT ck_letters_office_id_not_null")
    if environment not in ('live', 'production'):
        op.execute("UPDATE offices SET active = false WHERE name LIKE 'test%%'")


def downgrade():
    pass
