"""Check new values from now on."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER DOMAIN seconds ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID")


def downgrade():
    op.execute("ALTER DOMAIN seconds DROP CONSTRAINT positive")
