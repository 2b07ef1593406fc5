"""A new type under the same name: of a key that is there twice, one is gone."""

from alembic import op

revision = "2a00000000b1"
down_revision = "1a00000000a0"


def upgrade():
    op.execute(  # found: blocks-while-it-works, changes-values
        """
        DO $$ DECLARE found record; BEGIN
            FOR found IN SELECT attrelid::regclass AS name FROM pg_attribute WHERE attname = 'details' LOOP
                EXECUTE 'ALTER TABLE ' || found.name || ' ALTER details TYPE jsonb';
            END LOOP;
        END $$
        """
    )


def downgrade():
    op.execute("ALTER TABLE videos ALTER details TYPE json")  # found: alter-type-rewrites
