"""Early returns, asserts, flags and environment variables."""

import os

from alembic import context, op

revision = "m014"
down_revision = "m013"

DRY = os.getenv("DRY_RUN", "") == "1"


def upgrade():
    assert op.get_bind() is not None, "online only"
    if context.get_x_argument(as_dictionary=True).get("data"):
        op.execute("INSERT INTO parcel (width) VALUES (1)")
    if DRY:
        return
    if not DRY and os.path.exists("/nowhere"):
        op.drop_column("parcel", "maybe")
    else:
        op.execute("ALTER TABLE parcel DROP COLUMN perhaps")
    for name in []:
        op.drop_table(name)
    if False:
        op.drop_table("never")
    op.drop_column("parcel", "surely")


def downgrade():
    raise NotImplementedError
