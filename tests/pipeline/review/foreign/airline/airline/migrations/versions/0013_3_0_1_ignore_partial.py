"""Index of delayed legs, in the way of each database."""
from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from alembic import op

revision = "2b47dc6bc8aa"
down_revision = "d0f1c55954fa"
branch_labels = None
depends_on = None
airline_version = "3.0.1"

_KWARGS = dict(
    postgresql_where=sa.text("state = 'delayed'"),
    sqlite_where=sa.text("state = 'delayed'"),
    mssql_where=sa.text("state = 'delayed'"),
)


def upgrade():
    with op.batch_alter_table("leg") as batch_op:
        batch_op.create_index("idx_leg_delayed", ["state", "flight_id"], **_KWARGS)
    with suppress(sa.exc.ProgrammingError):
        op.execute("ANALYZE leg")


def downgrade():
    with op.batch_alter_table("leg") as batch_op:
        batch_op.drop_index("idx_leg_delayed")
