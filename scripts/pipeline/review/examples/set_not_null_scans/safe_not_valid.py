"""From PostgreSQL 18 on; the next revision validates it."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ADD CONSTRAINT videos_title_not_null NOT NULL title NOT VALID")


def downgrade():
    op.execute("ALTER TABLE videos DROP CONSTRAINT videos_title_not_null")
