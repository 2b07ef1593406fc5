"""Operations by name."""
from alembic import op
import sqlalchemy as sa

revision = "p00000000015"
down_revision = "p00000000014"

STEPS = [
    ("add_column", ("customer", sa.Column("iban", sa.Text()))),
    ("drop_column", ("customer", "bank")),
    ("execute", ("ANALYZE customer",)),
]


def upgrade():
    for name, arguments in STEPS:
        getattr(op, name)(*arguments)


def downgrade():
    run = {"drop": op.drop_column, "sql": op.execute}
    run["drop"]("customer", "iban")
    run["sql"]("ALTER TABLE customer ADD COLUMN bank text")
