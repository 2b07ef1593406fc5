"""What its rows have in common has been said by an earlier revision."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE views_2026 VALIDATE CONSTRAINT views_2026_bound")
    op.execute("ALTER TABLE views ATTACH PARTITION views_2026 FOR VALUES FROM (2026) TO (2027)")


def downgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE views DETACH PARTITION views_2026 CONCURRENTLY")
