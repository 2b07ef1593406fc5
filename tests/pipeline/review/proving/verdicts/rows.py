"""What becomes of the rows: lost, changed, refused."""

from __future__ import annotations

from tests.pipeline.review.proving.verdicts.case import Case

CASES = (
    Case(
        "dropped_column",
        "The running release still selects it, and a downgrade brings the column back without its values.",
        """
def upgrade():
    op.drop_column("customers", "nickname")  # found: drop-column


def downgrade():
    op.add_column("customers", sa.Column("nickname", sa.String(40)))
    op.create_index(  # proved: index-blocks-writes
        "ix_customers_named", "customers", ["name"], postgresql_where=sa.text("nickname IS NOT NULL")
    )
""",
        upgrade="unsafe",
        downgrade="unsafe",
        lost=("public.customers",),
    ),
    Case(
        "renamed_by_hand",
        "autogenerate takes a rename for a drop and an add: it passes, and all values are lost.",
        """
def upgrade():
    op.add_column("reviews", sa.Column("review_text", sa.Text))
    op.drop_column("reviews", "said")  # found: drop-column; proved: renamed-column-is-emptied


def downgrade():
    op.add_column("reviews", sa.Column("said", sa.Text))
    op.drop_column("reviews", "review_text")
""",
        upgrade="unsafe",
        lost=("public.reviews",),
    ),
    Case(
        "renamed_column",
        "The running release selects the old name; no value moves, and the way back is a rename too.",
        """
def upgrade():
    op.alter_column("reviews", "said", new_column_name="review_text")  # found: rename-column


def downgrade():
    op.alter_column("reviews", "review_text", new_column_name="said")
""",
        upgrade="unsafe",
    ),
    Case(
        "renamed_table",
        "The running release selects the old name.",
        """
def upgrade():
    op.rename_table("Order Line", "Lines")  # found: rename-table


def downgrade():
    op.rename_table("Lines", "Order Line")
""",
        upgrade="unsafe",
    ),
    Case(
        "dropped_table",
        "The running release reads it, and a downgrade brings it back empty.",
        """
def upgrade():
    op.drop_table("reviews")  # found: drop-table


def downgrade():
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("stars", sa.String(40)),
        sa.Column("said", sa.Text),
    )
""",
        upgrade="unsafe",
        lost=("public.reviews",),
    ),
    Case(
        "truncated",
        "Every row is gone, and no downgrade brings one back.",
        """
def upgrade():
    op.execute("TRUNCATE reviews")  # proved: delete-all-rows


def downgrade():
    pass
""",
        upgrade="unsafe",
        lost=("public.reviews",),
    ),
    Case(
        "updated",
        "Each row stays locked until the commit; what they were nobody knows afterwards.",
        """
def upgrade():
    op.execute("UPDATE reviews SET said = upper(said)")  # found: update-all-rows; told: changes-values


def downgrade():
    pass
""",
        upgrade="with care",
        lost=("public.reviews",),
    ),
    Case(
        "not_null_without_value",
        "The rows that are there have no value for it.",
        """
def upgrade():
    op.add_column("orders", sa.Column("kind", sa.Text, nullable=False))  # proved: add-not-null-without-default


def downgrade():
    op.drop_column("orders", "kind")
""",
        upgrade="unsafe",
    ),
    Case(
        "nulls_in_the_way",
        "Nicknames may be NULL, so some are; and all rows would be read under ACCESS EXCLUSIVE.",
        """
def upgrade():
    op.alter_column("customers", "nickname", nullable=False)  # found: set-not-null-scans; shown: fails-on-rows


def downgrade():
    op.alter_column("customers", "nickname", nullable=True)
""",
        upgrade="unsafe",
    ),
    Case(
        "too_long",
        "Names of up to 80 letters do not fit into two.",
        """
def upgrade():
    op.alter_column(  # found: alter-type-rewrites; proved: narrowing-type-change
        "customers", "name", type_=sa.String(2), existing_type=sa.String(80)
    )


def downgrade():
    op.alter_column("customers", "name", type_=sa.String(80), existing_type=sa.String(2))
""",
        upgrade="unsafe",
    ),
    Case(
        "digits_cut_off",
        "numeric(10,4) to (10,2) writes all rows and rounds: digits are gone; rounded up, some cannot go back.",
        """
def upgrade():
    op.alter_column(  # proved: alter-type-rewrites, narrowing-type-change; shown: changes-values
        "customers", "credit", type_=sa.Numeric(10, 2), existing_type=sa.Numeric(10, 4)
    )


def downgrade():
    op.alter_column(  # found: alter-type-rewrites; proved: narrowing-type-change
        "customers", "credit", type_=sa.Numeric(10, 4), existing_type=sa.Numeric(10, 2)
    )
""",
        upgrade="unsafe",
        downgrade="unsafe",
    ),
    Case(
        "text_to_integer",
        "PostgreSQL casts no text to integer without being told how.",
        """
def upgrade():
    op.alter_column(  # found: alter-type-rewrites; proved: type-change-without-using
        "reviews", "stars", type_=sa.Integer, existing_type=sa.String(40)
    )


def downgrade():
    op.alter_column("reviews", "stars", type_=sa.String(40), existing_type=sa.Integer)  # found: alter-type-rewrites
""",
        upgrade="unsafe",
        downgrade="with care",
    ),
    Case(
        "column_of_a_view",
        "open_orders reads the column, so that PostgreSQL refuses to drop it.",
        """
def upgrade():
    op.drop_column("orders", "note")  # found: drop-column; proved: view-still-reads-it


def downgrade():
    op.add_column("orders", sa.Column("note", sa.Text))
""",
        upgrade="unsafe",
    ),
    Case(
        "overlapping_times",
        "EXCLUDE builds an index under ACCESS EXCLUSIVE, and the times that are there overlap.",
        """
def upgrade():
    op.create_exclude_constraint(  # found: exclude-constraint-blocks; shown: fails-on-rows
        "no_overlap", "Audit Log", ("during", "&&"), schema="Back Office", using="gist"
    )


def downgrade():
    op.drop_constraint("no_overlap", "Audit Log", schema="Back Office")
""",
        upgrade="unsafe",
    ),
    Case(
        "missing_sequence",
        "nextval of a sequence that nobody made.",
        """
def upgrade():
    column = sa.Column("no", sa.BigInteger, sa.Sequence("numbers"), server_default=sa.text("nextval('numbers')"))
    op.add_column("reviews", column)  # found: volatile-default-rewrites; proved: sequence-is-not-created


def downgrade():
    op.drop_column("reviews", "no")
""",
        upgrade="unsafe",
    ),
    Case(
        "type_left_behind",
        "Dropping the table leaves its enum, and the second upgrade finds it there already.",
        """
def upgrade():
    op.create_table(  # proved: type-is-left-behind; shown: fails-when-run
        "parcels",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("state", sa.Enum("packed", "sent", name="parcel_state")),
    )


def downgrade():
    op.drop_table("parcels")
""",
        upgrade="unsafe",
    ),
    Case(
        "more_labels",
        "A label cannot be taken out of an enum again: the downgrade leaves it, and says so.",
        """
irreversible = "PostgreSQL removes no label"


def upgrade():
    op.execute("ALTER TYPE order_state ADD VALUE 'lost'")  # told: add-enum-label


def downgrade():
    pass
""",
    ),
)
