"""Last year goes."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE views DETACH PARTITION views_2025")  # found: detach-partition-blocks


def downgrade():
    op.execute("ALTER TABLE views ATTACH PARTITION views_2025 FOR VALUES FROM (2025) TO (2026)")  # found: attach-partition-scans
