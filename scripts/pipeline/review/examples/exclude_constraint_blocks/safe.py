"""A new table has it from the beginning."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute("CREATE TABLE bookings_2 (during tstzrange)")
    op.execute("ALTER TABLE bookings_2 ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)")


def downgrade():
    op.drop_table("bookings_2")
