"""Names are looked up without their case."""

from alembic import op

revision = "1a2b3c4d5e07"
down_revision = None


def upgrade():  # found: downgrade-is-empty
    op.execute("CREATE TABLE shelves (id bigint PRIMARY KEY)")
