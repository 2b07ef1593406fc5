"""Context managers of one's own, and contextlib's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext

import sqlalchemy as sa
from alembic import op

revision = "m006"
down_revision = "m005"


@contextmanager
def without_triggers(table: str) -> Iterator[None]:
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def upgrade():
    with without_triggers("parcel"), nullcontext():
        op.execute("UPDATE parcel SET state = 'sent' WHERE state = 'SENT'")
    with ExitStack() as stack:
        batch_op = stack.enter_context(op.batch_alter_table("parcel"))
        batch_op.add_column(sa.Column("sent_at", sa.DateTime(timezone=True)))
    op.drop_table("parcel_old")


def downgrade():
    op.execute("CREATE TABLE parcel_old (id int)")
    op.drop_column("parcel", "sent_at")
