"""Nothing says where it leads, but that it is a foreign key; rows are written while both tables are locked."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.batch_alter_table("posts") as batch_op:
        batch_op.drop_constraint("video", type_="foreignkey")  # found: drop-foreign-key-locks-parent, downgrade-does-not-restore
    op.execute("UPDATE posts SET video_id = 1 WHERE video_id = 0")  # found: update-under-lock


def downgrade():
    op.execute("UPDATE posts SET video_id = 0 WHERE video_id = 1")
