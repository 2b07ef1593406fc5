"""Last year goes, and nobody waits."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE views DETACH PARTITION views_2025 CONCURRENTLY")


def downgrade():
    pass
