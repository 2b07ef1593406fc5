"""NOT VALID and VALIDATE together."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.create_check_constraint("ck_videos_seconds", "videos", "seconds >= 0", postgresql_not_valid=True)
    op.execute("ALTER TABLE videos VALIDATE CONSTRAINT ck_videos_seconds")  # found: validated-in-same-transaction


def downgrade():
    op.drop_constraint("ck_videos_seconds", "videos", type_="check")
