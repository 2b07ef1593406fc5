"""Call the posts what they are"""

from alembic import op

revision = "5555555541e9"
down_revision = "400000000000"


def upgrade():
    op.rename_table("posts", "links")  # found: rename-table


def downgrade():
    op.rename_table("links", "posts")
