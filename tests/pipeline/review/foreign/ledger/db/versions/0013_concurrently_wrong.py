"""Concurrently, but in the transaction."""
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade():
    op.execute("create index concurrently if not exists entry_booked on entry (booked_on)")
    op.execute("reindex table entry")
    op.execute("CLUSTER entry USING entry_booked")


def downgrade():
    op.execute("drop index concurrently entry_booked")
