"""Templates and translate."""
from string import Template

from alembic import op

revision = "0016"
down_revision = "0015"

ADD = Template("ALTER TABLE $table ADD COLUMN $column text")
PAIRS = {"account": ("iban", "bic"), "entry": ("reference",)}


def upgrade():
    for table, columns in PAIRS.items():
        for column in columns:
            op.execute(ADD.substitute(table=table, column=column))
    sql = "ALTER TABLE account " + ", ".join("DROP COLUMN {}".format(c) for c in ("a", "b"))
    op.execute(sql)


def downgrade():
    for table in PAIRS:
        op.execute("ALTER TABLE {} {}".format(table, ", ".join(f"DROP COLUMN {c}" for c in PAIRS[table])))
