"""Listen, notify, publications and other things a server can do."""
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade():
    for sql in (
        "CREATE PUBLICATION books FOR TABLE account, entry",
        "ALTER SYSTEM SET work_mem = '64MB'",
        "SELECT pg_reload_conf()",
        "NOTIFY ledger, 'migrated'",
        "CREATE EVENT TRIGGER guard ON ddl_command_start EXECUTE FUNCTION deny()",
        "CREATE STATISTICS entry_days (dependencies) ON account_id, booked_on FROM entry",
        "ALTER TABLE entry SET (autovacuum_vacuum_scale_factor = 0.01)",
        "ALTER TABLE entry REPLICA IDENTITY FULL",
        "SELECT cron.schedule('nightly', '0 3 * * *', $$DELETE FROM rollup WHERE day < now() - interval '1 year'$$)",
        "MERGE INTO rollup r USING entry e ON r.day = e.booked_on WHEN MATCHED THEN UPDATE SET total = 0 WHEN NOT MATCHED THEN DO NOTHING",
    ):
        op.execute(sql)


def downgrade():
    op.execute("DROP PUBLICATION books")
