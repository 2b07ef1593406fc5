"""New rows are checked from now on, the old ones in the next revision."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.create_foreign_key("fk_videos_owner", "videos", "users", ["owner_id"], ["id"], postgresql_not_valid=True)


def downgrade():
    op.drop_constraint("fk_videos_owner", "videos", type_="foreignkey")
