"""Functions in functions, closures, default arguments, star-star."""

from alembic import op
import sqlalchemy as sa

revision = "m005"
down_revision = "m004"


def upgrade():
    table = "parcel"

    def drop(*names, schema=None, **options):
        for name in names:
            op.drop_column(table, name, schema=schema, **options)

    def add(name, type_=sa.Text(), /, *, required=False):
        nonlocal table
        op.add_column(table, sa.Column(name, type_, nullable=not required))
        table = "parcel"

    drop("hue", "tint")
    add("shade")
    options = {"nullable": True, "existing_type": sa.Text()}
    op.alter_column(*("parcel", "shade"), **options)


def downgrade():
    op.drop_column("parcel", "shade")
    for name in ("tint", "hue"):
        op.add_column("parcel", sa.Column(name, sa.Text(), nullable=True))
