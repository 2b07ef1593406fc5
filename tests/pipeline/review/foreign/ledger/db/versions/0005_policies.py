"""Everybody sees their own."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = ("account", "entry")
POLICY = """
CREATE POLICY {table}_own ON {table}
    FOR ALL USING (tenant = nullif(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant = current_setting('app.tenant')::uuid)
"""


def upgrade():
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(POLICY.format(table=table))
    op.execute("GRANT SELECT, INSERT ON " + ", ".join(TABLES) + " TO teller")
    op.execute("CREATE ROLE teller NOLOGIN")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO auditor")


def downgrade():
    for table in reversed(TABLES):
        op.execute(f"DROP POLICY {table}_own ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
