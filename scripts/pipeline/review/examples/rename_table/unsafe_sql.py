"""Move the posts and their view"""

from alembic import op

revision = "5555555541ea"
down_revision = "400000000000"


def upgrade():
    op.execute("ALTER TABLE posts SET SCHEMA archive")  # found: rename-table
    op.execute("ALTER VIEW recent_posts RENAME TO new_posts")  # found: rename-table
    op.execute("ALTER SCHEMA stock RENAME TO shop")  # found: rename-table


def downgrade():
    op.execute("ALTER SCHEMA shop RENAME TO stock")
    op.execute("ALTER VIEW new_posts RENAME TO recent_posts")
    op.execute("ALTER TABLE archive.posts SET SCHEMA public")
