"""SQL in a file beside, by open, in pieces."""
import os

from alembic import op

revision = "0008"
down_revision = "0007"

here = os.path.dirname(os.path.abspath(__file__))


def upgrade():
    with open(os.path.join(here, "..", "sql", "0007_rollup.up.sql")) as sql:
        for statement in sql.read().split(";"):
            if statement.strip():
                op.execute(statement)


def downgrade():
    with open(os.path.join(here, "..", "sql", "0007_rollup.down.sql")) as sql:
        op.get_bind().connection.cursor().execute(sql.read())
