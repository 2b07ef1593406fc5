"""
Normalise on writing, by a trigger

Revision ID: 5059332caaaa
Revises: 4e50dd23aaaa
"""

import textwrap

from alembic import op

revision = "5059332caaaa"
down_revision = "4e50dd23aaaa"


def upgrade():
    op.execute(textwrap.dedent("""\
        CREATE OR REPLACE FUNCTION normalize_crate_name() RETURNS trigger AS $body$
        BEGIN
            NEW.normalized_name := lower(NEW.name);
            RETURN NEW;
        END;
        $body$ LANGUAGE plpgsql;

        CREATE TRIGGER crates_normalized
            BEFORE INSERT OR UPDATE OF name ON crates
            FOR EACH ROW EXECUTE FUNCTION normalize_crate_name();
        """))


def downgrade():
    op.execute("DROP TRIGGER crates_normalized ON crates; DROP FUNCTION normalize_crate_name()")
