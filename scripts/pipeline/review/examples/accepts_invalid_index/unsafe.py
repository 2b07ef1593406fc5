"""A rerun takes what is there for done."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index(  # found: accepts-invalid-index
            "ix_videos_owner_id",
            "videos",
            ["owner_id"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_owner_id", table_name="videos", if_exists=True, postgresql_concurrently=True)
