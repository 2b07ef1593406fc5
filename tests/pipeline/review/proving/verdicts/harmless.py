"""Revisions in which nothing may be found, whatever they look like."""

from __future__ import annotations

from tests.pipeline.review.proving.verdicts.case import Case, File

CASES = (
    Case(
        "nullable_column",
        "Adding a nullable column changes the catalog only.",
        """
def upgrade():
    op.add_column("Audit Log", sa.Column("Who", sa.Text), schema="Back Office")


def downgrade():
    op.drop_column("Audit Log", "Who", schema="Back Office")
""",
    ),
    Case(
        "constant_default",
        "A constant default and now() are kept in the catalog: no row is written, and NOT NULL holds at once.",
        """
def upgrade():
    op.add_column("orders", sa.Column("kind", sa.String(10), server_default="web", nullable=False))
    op.add_column("orders", sa.Column("made", sa.DateTime, server_default=sa.func.now(), nullable=False))


def downgrade():
    op.drop_column("orders", "made")
    op.drop_column("orders", "kind")
""",
    ),
    Case(
        "new_table",
        "A table with a key locks its parent for a moment, and its own indexes are nobody's business.",
        """
def upgrade():
    op.create_table(
        "parcels",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("state", sa.Enum("packed", "sent", name="parcel_state"), nullable=False),
    )
    op.create_index("ix_parcels_order", "parcels", ["order_id"])


def downgrade():
    op.drop_table("parcels")
    op.execute("DROP TYPE parcel_state")
""",
    ),
    Case(
        "known_wider_varchar",
        "varchar widened keeps its bytes; narrowing it on the way back fails on what the new release wrote.",
        """
def upgrade():
    op.alter_column("categories", "title", type_=sa.Text, existing_type=sa.String(80))


def downgrade():
    op.alter_column(  # proved: alter-type-rewrites, narrowing-type-change
        "categories", "title", type_=sa.String(80), existing_type=sa.Text
    )
""",
        downgrade="with care",
    ),
    Case(
        "seed_data",
        "Rows of a new kind come and go, and the rows that were there are left alone.",
        """
def upgrade():
    colours = sa.table("colours", sa.column("name", sa.Text))
    op.create_table("colours", sa.Column("name", sa.Text, primary_key=True))
    op.bulk_insert(colours, [{"name": "red"}, {"name": "blue"}])


def downgrade():
    op.drop_table("colours")
""",
    ),
    Case(
        "default_of_a_column",
        "A default is for rows to come.",
        """
def upgrade():
    op.alter_column("orders", "note", server_default="")


def downgrade():
    op.alter_column("orders", "note", server_default=None)
""",
    ),
    Case(
        "comments",
        "A comment takes SHARE UPDATE EXCLUSIVE for a moment.",
        """
def upgrade():
    op.create_table_comment("Order Line", "what was ordered")


def downgrade():
    op.drop_table_comment("Order Line")
""",
    ),
    Case(
        "new_trigger",
        "CREATE TRIGGER takes SHARE ROW EXCLUSIVE for a moment and reads nothing.",
        """
def upgrade():
    op.execute(  # told: trigger-locks-table
        "CREATE TRIGGER again BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION sent_is_sent()"
    )


def downgrade():
    op.execute("DROP TRIGGER again ON orders")
""",
    ),
    Case(
        "merge",
        "It joins two branches, has no operations, and cannot be undone into one place.",
        """
def upgrade():
    pass


def downgrade():
    pass
""",
        before=(
            File(
                "left",
                """
def upgrade():
    op.add_column("reviews", sa.Column("lang", sa.String(2)))


def downgrade():
    op.drop_column("reviews", "lang")
""",
            ),
            File(
                "right",
                """
def upgrade():
    op.add_column("orders", sa.Column("vat", sa.Numeric(4, 2)))


def downgrade():
    op.drop_column("orders", "vat")
""",
            ),
        ),
        down=("left", "right"),
    ),
)
