"""Trim the titles"""

from alembic import op

revision = "5555555541fd"
down_revision = "400000000000"


def upgrade():
    op.execute("UPDATE videos SET title = trim(title)")  # found: update-all-rows


def downgrade():
    pass
