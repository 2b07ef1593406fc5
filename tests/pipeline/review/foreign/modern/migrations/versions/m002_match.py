"""Match on the dialect."""

from alembic import op

revision = "m002"
down_revision = "m001"


def upgrade() -> None:
    match op.get_bind().dialect.name:
        case "postgresql":
            op.drop_column("parcel", "depth")
        case "sqlite" | "mysql" as name:
            print(f"nothing to do on {name}")
        case _:
            raise NotImplementedError


def downgrade() -> None:
    op.execute("ALTER TABLE parcel ADD COLUMN depth integer")
