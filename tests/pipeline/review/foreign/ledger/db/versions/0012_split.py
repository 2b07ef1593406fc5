"""Split by hand, joined by hand."""

import textwrap

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = textwrap.dedent("""
    DROP TABLE IF EXISTS rate_old
    ;;
    CREATE TABLE rate_old (LIKE rate)
""").split(";;")
DOWN = "\n".join(["ALTER TABLE rate", "    ADD COLUMN was numeric,", "    ADD COLUMN is_old boolean"])


def upgrade():
    for statement in STATEMENTS:
        op.execute(statement.strip())
    list(map(op.execute, ["DROP TABLE rate_backup", "DROP TABLE rate_copy"]))
    [op.execute(s) for s in ("VACUUM rate",)]


def downgrade():
    op.execute(DOWN)
