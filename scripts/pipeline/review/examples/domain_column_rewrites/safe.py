"""A domain that checks nothing, and the condition as a CHECK of the table."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE DOMAIN seconds AS int")
    op.execute("ALTER TABLE videos ADD COLUMN seconds seconds")
    op.execute("ALTER TABLE videos ADD CONSTRAINT ck_videos_seconds CHECK (seconds > 0) NOT VALID")


def downgrade():
    op.drop_column("videos", "seconds")
    op.execute("DROP DOMAIN seconds")
