"""The same in SQL."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE app.videos ADD FOREIGN KEY (owner_id) REFERENCES app.users (id)")  # found: foreign-key-blocks-writes


def downgrade():
    op.execute("ALTER TABLE app.videos DROP CONSTRAINT videos_owner_id_fkey")
