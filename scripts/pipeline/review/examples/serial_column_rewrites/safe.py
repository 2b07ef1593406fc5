"""New videos are numbered from now on."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ADD COLUMN number bigint")
    op.execute("CREATE SEQUENCE videos_number_seq OWNED BY videos.number")
    op.execute("ALTER TABLE videos ALTER COLUMN number SET DEFAULT nextval('videos_number_seq')")


def downgrade():
    op.drop_column("videos", "number")
