"""Let each database forget the sessions table in its own way."""
from __future__ import annotations

from alembic import op
from sqlalchemy import inspect
from sqlalchemy.engine.reflection import Inspector

revision = "5f57a45b8433"
down_revision = "2b47dc6bc8aa"
branch_labels = None
depends_on = None
airline_version = "3.1.0"


def get_mssql_table_constraints(conn, table_name) -> dict[str, dict[str, list[str]]]:
    """Return primary and unique constraints as SQL Server's catalog tells them."""
    query = f"""SELECT tc.CONSTRAINT_NAME, tc.CONSTRAINT_TYPE, ccu.COLUMN_NAME
     FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS tc
     JOIN INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE AS ccu ON ccu.CONSTRAINT_NAME = tc.CONSTRAINT_NAME
     WHERE tc.TABLE_NAME = '{table_name}'"""
    constraint_dict: dict = {}
    for constraint, kind, column in conn.execute(query).fetchall():
        constraint_dict.setdefault(kind, {}).setdefault(constraint, []).append(column)
    return constraint_dict


def upgrade():
    conn = op.get_bind()
    inspector: Inspector = inspect(conn)
    if conn.dialect.name == "mssql":
        constraints = get_mssql_table_constraints(conn, "session")
        for name, _ in constraints.get("PRIMARY KEY", {}).items():
            op.drop_constraint(name, "session", type_="primary")
    op.add_column("flight", op_column())
    if "session" in inspector.get_table_names():
        op.execute("DELETE FROM session")


def op_column():
    import sqlalchemy as sa

    return sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=True)


def downgrade():
    op.drop_column("flight", "session_id")
