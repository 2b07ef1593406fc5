"""Call the posts what they are, and leave the name behind"""

from alembic import op

revision = "5555555541eb"
down_revision = "400000000000"


def upgrade():
    op.rename_table("posts", "links")
    op.execute("CREATE VIEW posts AS SELECT * FROM links")


def downgrade():
    op.execute("DROP VIEW posts")
    op.rename_table("links", "posts")
