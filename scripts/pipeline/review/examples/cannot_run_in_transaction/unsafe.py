"""CONCURRENTLY, but inside the transaction."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.create_index("ix_videos_owner_id", "videos", ["owner_id"], postgresql_concurrently=True)  # found: cannot-run-in-transaction


def downgrade():
    op.execute("DROP INDEX CONCURRENTLY ix_videos_owner_id")  # found: cannot-run-in-transaction
