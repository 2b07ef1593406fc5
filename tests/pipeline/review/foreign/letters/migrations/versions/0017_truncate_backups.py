"""

Revision ID: 0017_truncate_backups
Revises: 0016_validate

"""
from alembic import op

revision = '0017_truncate_backups'
down_revision = '0016_validate'


def upgrade():
    op.execute("TRUNCATE TABLE letters_backup; TRUNCATE offices_backup CASCADE;")
    op.execute("LOCK TABLE letters IN EXCLUSIVE MODE")
    op.execute("SET statement_timeout = 0; SET LOCAL lock_timeout = '5s'")


def downgrade():
    pass
