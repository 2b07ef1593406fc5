"""Behind its column it is no better."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ADD COLUMN seconds int CHECK (seconds >= 0)")  # found: check-blocks-reads-and-writes


def downgrade():
    op.drop_column("videos", "seconds")
