"""The first id is taken where there are rows."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("INSERT INTO videos (id, title) OVERRIDING SYSTEM VALUE VALUES (1, 'first')")  # found: fails-on-rows


def downgrade():
    op.execute("DELETE FROM videos WHERE id = 1")
