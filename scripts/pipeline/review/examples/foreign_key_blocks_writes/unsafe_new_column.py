"""A new column is checked too, though it is NULL everywhere."""

import sqlalchemy as sa
from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_videos_owner", "users", ["owner_id"], ["id"])  # found: foreign-key-blocks-writes
    op.add_column("posts", sa.Column("author_id", sa.Integer(), sa.ForeignKey("users.id")))  # found: foreign-key-blocks-writes


def downgrade():
    op.drop_column("posts", "author_id")
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.drop_constraint("fk_videos_owner", type_="foreignkey")
        batch_op.drop_column("owner_id")
