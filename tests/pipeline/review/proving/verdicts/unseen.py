"""What nobody can tell by reading, and running finds."""

from __future__ import annotations

from tests.pipeline.review.proving.verdicts.case import Case, File

CASES = (
    Case(
        "computed_index",
        "A DO block puts its CREATE INDEX together: reading cannot know the text, the server says what it does.",
        """
def upgrade():
    op.execute(  # shown: blocks-while-it-works
        '''
        DO $$
        DECLARE kind text := 'INDEX';
        BEGIN EXECUTE 'CREATE ' || kind || ' ix_computed ON reviews (said)'; END $$
        '''
    )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_computed", "reviews", postgresql_concurrently=True)
""",
        upgrade="unsafe",
    ),
    Case(
        "function_rewrites",
        "A function of the first revision alters the table; the call does not show it.",
        """
def upgrade():
    op.execute("SELECT in_table('customers', 'ALTER visits TYPE bigint')")  # shown: blocks-while-it-works


def downgrade():
    op.execute(  # shown: blocks-while-it-works, fails-on-rows
        "SELECT in_table('customers', 'ALTER visits TYPE integer')"
    )
""",
        upgrade="unsafe",
        downgrade="with care",
    ),
    Case(
        "key_taken_along",
        "DROP COLUMN takes the unique key over two columns along, and the downgrade forgets it.",
        """
def upgrade():
    op.drop_column("Order Line", "Shelf")  # found: drop-column


def downgrade():  # shown: schema-is-not-restored
    op.add_column("Order Line", sa.Column("Shelf", sa.Integer))
""",
        upgrade="unsafe",
        downgrade="with care",
        lost=('public."Order Line"',),
    ),
    Case(
        "cascade_in_a_block",
        "CASCADE takes another view along, which nobody named and the downgrade does not bring back.",
        """
def upgrade():
    op.execute('''
        DO $$
        DECLARE how text := 'CASCADE';
        BEGIN
            EXECUTE 'DROP VIEW open_orders ' || how;
            CREATE VIEW open_orders AS SELECT id, total, note, state FROM orders WHERE state <> 'sent';
        END $$
    ''')


def downgrade():  # shown: schema-is-not-restored
    op.execute("DROP VIEW open_orders")
    op.execute("CREATE VIEW open_orders AS SELECT id, total, note FROM orders WHERE state <> 'sent'")
""",
        downgrade="with care",
    ),
    Case(
        "orphans",
        "Reviews had no key, so some name customers that are not there: the new key is refused.",
        """
def upgrade():
    op.create_foreign_key(  # found: foreign-key-blocks-writes; shown: fails-on-rows
        "fk_reviewer", "reviews", "customers", ["customer_id"], ["id"]
    )


def downgrade():
    op.drop_constraint("fk_reviewer", "reviews", type_="foreignkey")
""",
        upgrade="unsafe",
    ),
    Case(
        "orphans_met_by_code",
        "The revision asks the rows and gives up, which an empty database never shows.",
        """
def upgrade():
    question = "SELECT count(*) FROM reviews WHERE customer_id NOT IN (SELECT id FROM customers)"
    orphans = op.get_bind().scalar(sa.text(question))
    if orphans:
        raise RuntimeError(f"{orphans} reviews have no customer")  # shown: fails-on-rows


def downgrade():
    pass
""",
        upgrade="unsafe",
    ),
    Case(
        "division_by_zero",
        "divisor may be 0, so in some rows it is.",
        """
def upgrade():
    op.execute("UPDATE orders SET total = 100 / divisor WHERE id > 0")  # shown: fails-on-rows


def downgrade():
    pass
""",
        upgrade="unsafe",
    ),
    Case(
        "refused_by_a_trigger",
        "A trigger lets no order change that has been sent, and some have.",
        """
def upgrade():
    op.execute("UPDATE orders SET note = 'x' WHERE state = 'sent' AND id > 0")  # shown: fails-on-rows


def downgrade():
    pass
""",
        upgrade="unsafe",
    ),
    Case(
        "duplicates",
        "Nicknames repeat, so the build fails half-way and leaves an index that is not valid.",
        """
def upgrade():
    with op.get_context().autocommit_block():
        op.create_index(  # proved: unique-over-duplicates; shown: leaves-invalid-index
            "uq_nickname", "customers", ["nickname"], unique=True, postgresql_concurrently=True
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("uq_nickname", "customers", postgresql_concurrently=True)
""",
        upgrade="unsafe",
    ),
    Case(
        "newer_rows",
        "Without the CHECK the new release writes what it forbade, and so it cannot come back.",
        """
def upgrade():
    op.drop_constraint("orders_divisor", "orders", type_="check")


def downgrade():
    op.create_check_constraint(  # proved: check-blocks-reads-and-writes; shown: fails-on-rows
        "orders_divisor", "orders", "divisor IN (0, 1)"
    )
""",
        downgrade="unsafe",
    ),
    Case(
        "newer_nulls",
        "Once nobody has to give an email the new release leaves it out, and NOT NULL cannot come back.",
        """
def upgrade():
    op.alter_column("customers", "email", nullable=True)


def downgrade():
    op.alter_column(  # proved: set-not-null-scans, downgrade-fails-on-newer-rows
        "customers", "email", nullable=False
    )
""",
        downgrade="with care",
    ),
    Case(
        "splits_unseen",
        "A function adds the column and commits; killed after it, the second run finds the column there.",
        """
def upgrade():
    with op.get_context().autocommit_block():
        op.execute("SELECT in_table('reviews', 'ADD COLUMN extra text')")  # shown: does-not-converge
        op.execute("COMMENT ON TABLE reviews IS 'with extra'")


def downgrade():
    op.execute("COMMENT ON TABLE reviews IS NULL")
    op.execute("SELECT in_table('reviews', 'DROP COLUMN extra')")
""",
        upgrade="with care",
    ),
    Case(
        "splits_seen",
        "The column is committed before the index is built, and the version after it: a rerun meets the column.",
        """
def upgrade():
    op.add_column("reviews", sa.Column("lang", sa.String(2)))  # proved: autocommit-splits-revision
    with op.get_context().autocommit_block():
        op.create_index(  # found: accepts-invalid-index
            "ix_lang", "reviews", ["lang"], postgresql_concurrently=True, if_not_exists=True
        )


def downgrade():
    op.drop_column("reviews", "lang")
""",
        upgrade="with care",
    ),
    Case(
        "hangs",
        "It never ends, on rows or without; it is stopped after the seconds it was given.",
        """
def upgrade():
    op.execute("SELECT pg_sleep(300)")  # shown: fails-when-run


def downgrade():
    pass
""",
        upgrade="unsafe",
        seconds=2.0,
    ),
    Case(
        "hangs_on_rows",
        "A tenth of a second per row is nothing on an empty database.",
        """
def upgrade():
    op.execute("SELECT pg_sleep(0.1) FROM reviews")  # shown: fails-on-rows


def downgrade():
    pass
""",
        upgrade="unsafe",
        seconds=2.0,
    ),
    Case(
        "label_used_in_one_transaction",
        "A label that a pending revision adds cannot be used before its commit, and both are in one transaction.",
        """
irreversible = "the label stays"


def upgrade():
    op.execute("UPDATE orders SET state = 'lost' WHERE id < 0")  # shown: fails-together


def downgrade():
    pass
""",
        upgrade="unsafe",
        in_one_transaction=True,
        before=(
            File(
                "label",
                """
irreversible = "PostgreSQL removes no label"


def upgrade():
    op.execute("DO $$ BEGIN EXECUTE format('ALTER TYPE order_state ADD VALUE %L', 'lost'); END $$")


def downgrade():
    pass
""",
            ),
        ),
    ),
    Case(
        "forgotten_predicate",
        "The index comes back over all rows, not over those it was for.",
        """
def upgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_customers_named", "customers", postgresql_concurrently=True, if_exists=True)


def downgrade():  # shown: schema-is-not-restored
    with op.get_context().autocommit_block():
        op.create_index("ix_customers_named", "customers", ["name"], postgresql_concurrently=True)
""",
        downgrade="with care",
    ),
    Case(
        "written_by_a_block",
        "Which tables it writes is computed; every row's value is another afterwards, as somebody wanted.",
        """
def upgrade():
    op.execute(  # told: changes-values
        '''
        DO $$
        DECLARE name text;
        BEGIN
            FOR name IN SELECT relname FROM pg_class WHERE relname = 'reviews'
            LOOP EXECUTE format('UPDATE %I SET said = %L', name, 'nothing'); END LOOP;
        END $$
        '''
    )


def downgrade():
    pass
""",
        lost=("public.reviews",),
    ),
    Case(
        "retyped_by_a_function",
        "The cast cuts every text to one letter, and nothing of it shows in the call.",
        """
def upgrade():
    op.execute(  # shown: blocks-while-it-works, changes-values
        "SELECT in_table('reviews', 'ALTER said TYPE varchar(1) USING left(said, 1)')"
    )


def downgrade():
    op.execute("SELECT in_table('reviews', 'ALTER said TYPE text')")
""",
        upgrade="unsafe",
        lost=("public.reviews",),
    ),
    Case(
        "unfinished_downgrade",
        "The downgrade names a constraint that is not there under that name.",
        """
def upgrade():
    op.execute("SELECT in_table('reviews', 'ADD CONSTRAINT r CHECK (id > -9) NOT VALID')")


def downgrade():
    op.execute("SELECT in_table('reviews', 'DROP CONSTRAINT reviews_r')")  # shown: fails-when-run
""",
        downgrade="unsafe",
    ),
)
