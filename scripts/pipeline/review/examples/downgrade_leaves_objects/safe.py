"""Books have a language and a shelf."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e13"
down_revision = None


def upgrade():
    op.create_table(
        "shelves",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
    )
    op.create_index("ix_shelves_name", "shelves", ["name"])
    op.execute("CREATE SEQUENCE signatures")
    for name in ("language", "translator"):
        op.add_column("books", sa.Column(name, sa.Text(), nullable=True))


def downgrade():
    for name in ("language", "translator"):
        op.drop_column("books", name)
    op.execute("DROP SEQUENCE signatures")
    op.drop_table("shelves")
