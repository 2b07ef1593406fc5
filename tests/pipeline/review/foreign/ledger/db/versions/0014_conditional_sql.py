"""Decided in PL/pgSQL, where reading ends."""
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade():
    op.execute("""
    DO $do$
    DECLARE r record;
    BEGIN
        FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('ALTER TABLE %I DROP COLUMN IF EXISTS legacy', r.tablename);
        END LOOP;
        ALTER TABLE entry DROP COLUMN tags;
    END
    $do$;
    """)
    op.execute("ALTER TABLE entry DROP COLUMN IF EXISTS legacy")


def downgrade():
    pass
