"""The next revision: nobody waits for this."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos VALIDATE CONSTRAINT fk_videos_owner")


def downgrade():
    pass
