"""Index the owner of a video, as autogenerate writes it."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_videos_owner_id"), ["owner_id"], unique=False)  # found: index-blocks-writes


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_videos_owner_id", table_name="videos", postgresql_concurrently=True)
