"""Walrus, chained comparisons, conditional expressions."""

import sqlalchemy as sa
from alembic import op

revision = "m003"
down_revision = "m002"

BIG = True


def upgrade():
    if (rows := op.get_bind().execute(sa.text("SELECT id FROM parcel WHERE state = ''")).fetchall()) and len(rows) < 10_000:
        op.execute("UPDATE parcel SET state = 'new' WHERE state = ''")
    op.add_column("parcel", sa.Column("weight", sa.BigInteger() if BIG else sa.Integer(), nullable=True))
    while (n := op.get_bind().execute(sa.text("UPDATE parcel SET weight = 0 WHERE weight IS NULL LIMIT 1")).rowcount) > 0:
        print(n)
    op.drop_column(table := "parcel", column := "colour")
    print(table, column)


def downgrade():
    op.add_column("parcel", sa.Column("colour", sa.Text(), nullable=True))
    op.drop_column("parcel", "weight")
