"""The sequence knows which is free."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("INSERT INTO videos (title) VALUES ('the very first')")


def downgrade():
    op.execute("DELETE FROM videos WHERE title = 'the very first'")
