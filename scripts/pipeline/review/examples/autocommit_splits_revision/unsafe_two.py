"""If the second fails, the first is in the way."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_a", "videos", ["a"], postgresql_concurrently=True)  # found: autocommit-splits-revision
        op.create_index("ix_b", "videos", ["b"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_b", table_name="videos", if_exists=True, postgresql_concurrently=True)
        op.drop_index("ix_a", table_name="videos", if_exists=True, postgresql_concurrently=True)
