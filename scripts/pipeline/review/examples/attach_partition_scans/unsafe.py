"""A filled table becomes a partition."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE views ATTACH PARTITION views_2026 FOR VALUES FROM (2026) TO (2027)")  # found: attach-partition-scans


def downgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE views DETACH PARTITION views_2026 CONCURRENTLY")
