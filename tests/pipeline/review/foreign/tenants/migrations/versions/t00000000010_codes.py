"""Fill codes row by row, unless off line."""
from alembic import context, op
import sqlalchemy as sa

revision = "t00000000010"
down_revision = "t00000000009"


def _backfill_codes(table: str, prefix: str) -> None:
    bind = op.get_bind()
    rows = bind.execute(sa.text(f"SELECT id FROM {table} WHERE code IS NULL ORDER BY id")).fetchall()
    for row in rows:
        bind.execute(
            sa.text(f"UPDATE {table} SET code = :code WHERE id = :id"),
            {"code": f"{prefix}-{row.id:06d}", "id": row.id},
        )


def upgrade() -> None:
    for table, prefix in (("invoice", "INV"), ("jobs", "JOB")):
        op.add_column(table, sa.Column("code", sa.String(length=20), nullable=True))
        if not context.is_offline_mode():
            _backfill_codes(table, prefix)


def downgrade() -> None:
    for table in ("jobs", "invoice"):
        op.drop_column(table, "code")
