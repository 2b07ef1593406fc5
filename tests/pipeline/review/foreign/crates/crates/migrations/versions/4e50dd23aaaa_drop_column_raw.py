"""
Drop two columns at once

Revision ID: 4e50dd23aaaa
Revises: 4a985d15aaaa
"""

from alembic import op

revision = "4e50dd23aaaa"
down_revision = "4a985d15aaaa"


def upgrade():
    op.execute(
        """
        ALTER TABLE crates
            DROP COLUMN bugtrack_url,
            DROP COLUMN IF EXISTS autohide CASCADE;
        """
    )


def downgrade():
    op.execute("ALTER TABLE crates ADD COLUMN bugtrack_url text, ADD COLUMN autohide boolean DEFAULT true")
