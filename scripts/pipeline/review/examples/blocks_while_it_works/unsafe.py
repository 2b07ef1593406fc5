"""Which statement it is, only the server learns."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute(  # found: blocks-while-it-works
        """
        DO $$ DECLARE found record; BEGIN
            FOR found IN SELECT oid::regclass AS name FROM pg_class WHERE relname LIKE 'video%' AND relkind = 'r' LOOP
                EXECUTE 'CREATE INDEX videos_title ON ' || found.name || ' (left(title, 50))';
            END LOOP;
        END $$
        """
    )


def downgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS videos_title")
