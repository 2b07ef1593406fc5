"""
Give legs a time-ordered UUID, made by whichever database it is.
"""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

revision = "d59cbbef9999"
down_revision = "aa2f1e2d0101"
branch_labels = "leg_uuid"
depends_on = None
airline_version = "2.3.0"

pg_uuid7_fn = """
DO $$
DECLARE
    pgcrypto_installed BOOLEAN;
BEGIN
    SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pgcrypto') INTO pgcrypto_installed;
    IF pgcrypto_installed THEN
        CREATE EXTENSION IF NOT EXISTS pgcrypto;
    ELSE
        RAISE NOTICE 'pgcrypto is not available';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION uuid_made_of(p_timestamp timestamp with time zone) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_byte(gen_random_bytes(16), 6, 112), 'hex')::uuid;
$$;
"""
pg_uuid7_fn_drop = "DROP FUNCTION IF EXISTS uuid_made_of(timestamp with time zone);"


def upgrade():
    conn = op.get_bind()
    dialect_name = conn.dialect.name
    if dialect_name == "postgresql":
        op.execute(pg_uuid7_fn)
        op.add_column("leg", sa.Column("id", postgresql.UUID(as_uuid=False), nullable=True))
        op.execute(text("""
            UPDATE leg SET id = uuid_made_of(coalesce(leaves_at, CURRENT_TIMESTAMP))
        """))
        op.execute(pg_uuid7_fn_drop)
        op.alter_column("leg", "id", existing_type=postgresql.UUID(), nullable=False)
        op.execute("ALTER TABLE leg DROP CONSTRAINT leg_pkey CASCADE")
    elif dialect_name == "mysql":
        op.add_column("leg", sa.Column("id", sa.String(length=36), nullable=True))
        op.execute("DROP FUNCTION IF EXISTS uuid_v7")
    else:
        while True:
            result = conn.execute(text("SELECT leg_id FROM leg WHERE id IS NULL LIMIT :n").bindparams(n=1000))
            for row in result:
                conn.execute(text("UPDATE leg SET id = :id WHERE leg_id = :leg"), {"id": "0", "leg": row.leg_id})
            if not result.rowcount:
                break
    with op.batch_alter_table("leg") as batch_op:
        batch_op.drop_column("try_number")
        batch_op.create_primary_key("leg_pkey", ["id"])


def downgrade():
    with op.batch_alter_table("leg") as batch_op:
        batch_op.add_column(sa.Column("try_number", sa.Integer(), nullable=True))
        batch_op.drop_constraint("leg_pkey", type_="primary")
        batch_op.drop_column("id")
