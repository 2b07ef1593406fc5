"""Functions in every kind of quotes."""

from alembic import op

revision = "0002"
down_revision = "0001"

BALANCE = r"""
CREATE OR REPLACE FUNCTION balance(of bigint, OUT total numeric) AS $fn$
BEGIN
    -- A semicolon; in a comment; and DROP TABLE account; which is none.
    SELECT coalesce(sum(amount), 0) INTO total FROM entry WHERE account_id = of;
    IF total < 0 THEN
        RAISE WARNING 'overdrawn: %', of USING HINT = $hint$pay; then retry$hint$;
    END IF;
END
$fn$ LANGUAGE plpgsql STABLE;
"""


def upgrade():
    op.execute(BALANCE)
    op.execute("""CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2;'""")
    op.execute("CREATE FUNCTION two() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END")
    op.execute("""DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'side') THEN
        CREATE TYPE side AS ENUM ('debit', 'credit'); END IF; END $$""")


def downgrade():
    op.execute("DROP FUNCTION two(); DROP FUNCTION one(); DROP FUNCTION balance(bigint); DROP TYPE side")
