"""Each index can be built again from the start."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_a")
        op.create_index("ix_a", "videos", ["a"], postgresql_concurrently=True)
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_b")
        op.create_index("ix_b", "videos", ["b"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_b")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_a")
