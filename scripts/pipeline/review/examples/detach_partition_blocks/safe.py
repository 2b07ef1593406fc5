"""Last year goes, and nobody waits."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE views DETACH PARTITION views_2025 CONCURRENTLY")


def downgrade():
    op.execute("ALTER TABLE views_2025 VALIDATE CONSTRAINT views_2025_bound")
    op.execute("ALTER TABLE views ATTACH PARTITION views_2025 FOR VALUES FROM (2025) TO (2026)")
