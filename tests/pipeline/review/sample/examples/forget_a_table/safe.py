from alembic import op

revision = "000000000002"
down_revision = "000000000001"


def upgrade() -> None:
    op.rename_table("videos", "videos_old")


def downgrade() -> None:
    op.rename_table("videos_old", "videos")
