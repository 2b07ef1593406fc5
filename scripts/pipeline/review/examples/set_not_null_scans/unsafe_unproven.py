"""A CHECK that is true for NULL proves nothing, and one that is NOT VALID neither."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE videos ADD CONSTRAINT ck CHECK (title IS NOT NULL) NOT VALID")
    op.execute("ALTER TABLE videos ALTER title SET NOT NULL")  # found: set-not-null-scans


def downgrade():
    op.execute("ALTER TABLE videos ALTER title DROP NOT NULL")
    op.execute("ALTER TABLE videos DROP CONSTRAINT ck")
