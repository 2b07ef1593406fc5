"""
Normalise names so that they cannot be confused

Revision ID: 3d2b8a42aaaa
Revises: 38022454aaaa
"""

from alembic import op

revision = "3d2b8a42aaaa"
down_revision = "38022454aaaa"

FUNCTION = """
    CREATE FUNCTION ultranormalize_name(text) RETURNS text AS $$
        SELECT lower(
            regexp_replace(
                regexp_replace(
                    regexp_replace($1, '(\\.|_|-)', '', 'ig'),
                    '(l|L|i|I)', '1', 'ig'
                ),
                '(o|O)', '0', 'ig'
            )
        )
    $$ LANGUAGE SQL IMMUTABLE STRICT;
"""


def upgrade():
    op.execute(FUNCTION)
    op.execute("CREATE INDEX CONCURRENTLY crate_name_ultranormalized ON crates (ultranormalize_name(name))")
    op.execute("DROP INDEX IF EXISTS crate_name_normalized")
    op.execute(
        "COMMENT ON FUNCTION ultranormalize_name(text) IS $c$l, I and 1; o and 0: see ';' and $$ in names$c$"
    )


def downgrade():
    op.execute("DROP INDEX crate_name_ultranormalized")
    op.execute("DROP FUNCTION ultranormalize_name(text)")
