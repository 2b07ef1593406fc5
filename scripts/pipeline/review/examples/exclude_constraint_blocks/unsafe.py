"""No two bookings at one time."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)")  # found: exclude-constraint-blocks


def downgrade():
    op.execute("ALTER TABLE bookings DROP CONSTRAINT no_overlap")
