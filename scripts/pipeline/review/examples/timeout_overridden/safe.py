"""Give up soon; what nobody waits for may take its time."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("ALTER TABLE videos VALIDATE CONSTRAINT ck_videos_seconds")


def downgrade():
    pass
