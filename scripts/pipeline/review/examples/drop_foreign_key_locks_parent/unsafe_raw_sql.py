"""The foreign key is that of the column, as the downgrade's definition says."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE posts DROP COLUMN video_id")  # found: drop-foreign-key-locks-parent, drop-column
    op.execute("ALTER TABLE channels ADD COLUMN note text")


def downgrade():
    op.execute("ALTER TABLE channels DROP COLUMN note")
    op.execute("ALTER TABLE posts ADD COLUMN video_id int REFERENCES videos (id)")
