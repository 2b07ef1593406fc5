"""Only what is not there yet."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy import inspect

revision = "t00000000008"
down_revision = "t00000000007"

_TABLE = "usage_log"


def _has_column(table, column):
    return column in {c["name"] for c in inspect(op.get_bind()).get_columns(table)}


def _has_index(table: str, name: str) -> bool:
    return any(i["name"] == name for i in inspect(op.get_bind()).get_indexes(table))


def upgrade():
    if not inspect(op.get_bind()).has_table(_TABLE):
        op.create_table(
            _TABLE,
            sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
            sa.Column("size", sa.Float(), nullable=False),
        )
    if not _has_column("invoice", "usage"):
        op.add_column("invoice", sa.Column("usage", sa.Float()))
    if not _has_index(_TABLE, "ix_usage_log_size"):
        op.create_index("ix_usage_log_size", _TABLE, ["size"])


def downgrade():
    if _has_index(_TABLE, "ix_usage_log_size"):
        op.drop_index("ix_usage_log_size", table_name=_TABLE)
    if _has_column("invoice", "usage"):
        op.drop_column("invoice", "usage")
    if inspect(op.get_bind()).has_table(_TABLE):
        op.drop_table(_TABLE)
