"""Operations as objects."""
import sqlalchemy as sa
from alembic import op
from alembic.operations import ops

revision = "p00000000013"
down_revision = "p00000000012"

UPGRADE = ops.UpgradeOps(
    ops=[
        ops.AddColumnOp("customer", sa.Column("vat", sa.String(20))),
        ops.DropColumnOp("customer", "vat_old"),
    ]
)


def upgrade():
    for operation in UPGRADE.ops:
        op.invoke(operation)
    op.invoke(ops.ExecuteSQLOp("ANALYZE customer"))
    op.invoke(ops.CreateIndexOp("ix_customer_vat", "customer", ["vat"]))


def downgrade():
    op.invoke(ops.DropColumnOp("customer", "vat"))
