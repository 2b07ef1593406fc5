"""Who has to wait: each lock, scan and rewrite of the facts, unsafe and in its safe form."""

from __future__ import annotations

from tests.pipeline.review.proving.verdicts.case import Case, File

CASES = (
    Case(
        "plain_index",
        "CREATE INDEX takes SHARE on the table and reads all of it; DROP INDEX takes ACCESS EXCLUSIVE for a moment.",
        """
def upgrade():
    op.create_index("ix_customers_nickname", "customers", ["nickname"])  # proved: index-blocks-writes


def downgrade():
    op.drop_index("ix_customers_nickname", table_name="customers")  # proved: drop-index-blocks-reads
""",
        upgrade="unsafe",
        downgrade="with care",
    ),
    Case(
        "index_in_a_batch",
        "Flask-Migrate's batch mode sends the same CREATE INDEX on PostgreSQL; the column beside it takes a moment.",
        """
def upgrade():
    with op.batch_alter_table("reviews") as batch:
        batch.add_column(sa.Column("lang", sa.String(2)))
        batch.create_index("ix_reviews_stars", ["stars"])  # proved: index-blocks-writes


def downgrade():
    with op.batch_alter_table("reviews") as batch:
        batch.drop_index("ix_reviews_stars")  # proved: drop-index-blocks-reads
        batch.drop_column("lang")  # told: downgrade-loses-column
""",
        upgrade="unsafe",
        downgrade="with care",
    ),
    Case(
        "indexes_in_a_loop",
        "A loop over names sends one CREATE INDEX each, from one line.",
        """
def upgrade():
    for column in ("name", "nickname"):
        op.create_index(f"ix_customers_{column}", "customers", [column])  # proved: index-blocks-writes


def downgrade():
    for column in ("name", "nickname"):
        with op.get_context().autocommit_block():
            op.drop_index(f"ix_customers_{column}", "customers", postgresql_concurrently=True, if_exists=True)
""",
        upgrade="unsafe",
    ),
    Case(
        "concurrent_index",
        "SHARE UPDATE EXCLUSIVE blocks nobody; alone in its revision, a rerun after a crash is refused loudly.",
        """
def upgrade():
    with op.get_context().autocommit_block():
        op.create_index(  # told: does-not-converge
            "ix_lines", "Order Line", ["Category"], postgresql_concurrently=True
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_lines", table_name="Order Line", postgresql_concurrently=True)
""",
    ),
    Case(
        "concurrent_index_again",
        "What a crash left is dropped before it is built again: that can be repeated at each of its commits.",
        """
def upgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_lines", "Order Line", postgresql_concurrently=True, if_exists=True)
        op.create_index("ix_lines", "Order Line", ["Category"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_lines", table_name="Order Line", postgresql_concurrently=True)
""",
    ),
    Case(
        "concurrently_in_a_transaction",
        "PostgreSQL refuses CONCURRENTLY inside a transaction, and each revision is in one; so does the way back.",
        """
def upgrade():
    op.create_index("ix_said", "reviews", ["said"], postgresql_concurrently=True)  # proved: cannot-run-in-transaction


def downgrade():
    op.drop_index("ix_said", "reviews", postgresql_concurrently=True)  # found: cannot-run-in-transaction
""",
        upgrade="unsafe",
        downgrade="unsafe",
    ),
    Case(
        "validating_key",
        "ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on both tables and reads the referring one, new column or not.",
        """
def upgrade():
    op.add_column("orders", sa.Column("referrer", sa.BigInteger))
    op.create_foreign_key(  # proved: foreign-key-blocks-writes
        "fk_referrer", "orders", "customers", ["referrer"], ["id"]
    )


def downgrade():
    op.drop_constraint("fk_referrer", "orders", type_="foreignkey")
    op.drop_column("orders", "referrer")  # told: downgrade-loses-column
""",
        upgrade="unsafe",
    ),
    Case(
        "key_inline",
        "A new nullable column that refers inline is NULL everywhere, and PostgreSQL reads nothing.",
        """
def upgrade():
    column = sa.Column("sibling_id", sa.BigInteger, sa.ForeignKey("categories.id", name="fk_sibling"))
    op.add_column("categories", column, inline_references=True)


def downgrade():
    op.drop_column("categories", "sibling_id")  # told: downgrade-loses-column
""",
    ),
    Case(
        "key_not_valid",
        "NOT VALID reads no row, so the orphans that are there stay; locks are held for a moment.",
        """
def upgrade():
    op.create_foreign_key(
        "fk_reviewer", "reviews", "customers", ["customer_id"], ["id"], postgresql_not_valid=True
    )


def downgrade():
    op.drop_constraint("fk_reviewer", "reviews", type_="foreignkey")
""",
    ),
    Case(
        "key_validated_at_once",
        "VALIDATE in the transaction that added the key reads the table under the lock that adding took.",
        """
def upgrade():
    op.add_column("orders", sa.Column("referrer", sa.BigInteger))
    op.create_foreign_key("fk_ref", "orders", "customers", ["referrer"], ["id"], postgresql_not_valid=True)
    op.execute(  # proved: validated-in-same-transaction, slow-statement-under-lock
        "ALTER TABLE orders VALIDATE CONSTRAINT fk_ref"
    )


def downgrade():
    op.drop_constraint("fk_ref", "orders", type_="foreignkey")
    op.drop_column("orders", "referrer")
""",
        upgrade="unsafe",
    ),
    Case(
        "validating_check",
        "ADD CHECK reads the table under ACCESS EXCLUSIVE; all rows pass it, as a stricter one is there.",
        """
def upgrade():
    op.create_check_constraint("ck_total", "orders", "total > -1")  # proved: check-blocks-reads-and-writes


def downgrade():
    op.drop_constraint("ck_total", "orders", type_="check")
""",
        upgrade="unsafe",
    ),
    Case(
        "check_in_two_steps",
        "NOT VALID first, VALIDATE in a later transaction: that takes SHARE UPDATE EXCLUSIVE and blocks nobody.",
        """
def upgrade():
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_total")


def downgrade():
    op.drop_constraint("ck_total", "orders", type_="check")
    op.create_check_constraint("ck_total", "orders", "total > -1", postgresql_not_valid=True)
""",
        before=(
            File(
                "unchecked",
                """
def upgrade():
    op.create_check_constraint("ck_total", "orders", "total > -1", postgresql_not_valid=True)


def downgrade():
    op.drop_constraint("ck_total", "orders", type_="check")
""",
            ),
        ),
    ),
    Case(
        "not_null_scanned",
        "No slug is NULL, but coalesce(slug, '') <> '' is no proof to PostgreSQL: it reads every row.",
        """
def upgrade():
    op.alter_column("customers", "slug", nullable=False)  # proved: set-not-null-scans


def downgrade():
    op.alter_column("customers", "slug", nullable=True)
""",
        upgrade="unsafe",
    ),
    Case(
        "unique_constraint",
        "ADD UNIQUE builds its index under ACCESS EXCLUSIVE; an older index keeps the values unique, so it passes.",
        """
def upgrade():
    op.create_unique_constraint(  # proved: unique-constraint-blocks; withdrawn: unique-over-duplicates
        "uq_code", "customers", ["code"]
    )


def downgrade():
    op.drop_constraint("uq_code", "customers", type_="unique")
""",
        upgrade="unsafe",
    ),
    Case(
        "primary_key",
        "ADD PRIMARY KEY builds its index under ACCESS EXCLUSIVE.",
        """
def upgrade():
    op.create_primary_key("pk_log", "Audit Log", ["Seq"], schema="Back Office")  # proved: primary-key-blocks


def downgrade():
    op.drop_constraint("pk_log", "Audit Log", schema="Back Office", type_="primary")
""",
        upgrade="unsafe",
    ),
    Case(
        "bigger_integers",
        "int to bigint writes every row again, both ways; numbers that only bigint holds stop the way back.",
        """
def upgrade():
    op.alter_column(  # proved: alter-type-rewrites
        "customers", "visits", type_=sa.BigInteger, existing_type=sa.Integer
    )


def downgrade():
    op.alter_column(  # proved: alter-type-rewrites, narrowing-type-change
        "customers", "visits", type_=sa.Integer, existing_type=sa.BigInteger
    )
""",
        upgrade="unsafe",
        downgrade="with care",
    ),
    Case(
        "json_to_jsonb",
        "Another storage: every row is written again; of equal keys json keeps all, jsonb the last.",
        """
def upgrade():
    op.alter_column(  # proved: alter-type-rewrites; shown: changes-values
        "customers", "preferences", type_=postgresql.JSONB, existing_type=postgresql.JSON
    )


def downgrade():
    op.alter_column(  # proved: alter-type-rewrites
        "customers", "preferences", type_=postgresql.JSON, existing_type=postgresql.JSONB
    )
""",
        upgrade="unsafe",
        downgrade="with care",
        lost=("public.customers",),
    ),
    Case(
        "random_default",
        "gen_random_uuid() is volatile: each row gets its own, so all are written.",
        """
def upgrade():
    column = sa.Column("token", sa.Uuid, server_default=sa.text("gen_random_uuid()"))
    op.add_column("customers", column)  # proved: volatile-default-rewrites


def downgrade():
    op.drop_column("customers", "token")  # told: downgrade-loses-column
""",
        upgrade="unsafe",
    ),
    Case(
        "identity_column",
        "An identity numbers the rows that are there: all are written.",
        """
def upgrade():
    column = sa.Column("no", sa.BigInteger, sa.Identity(), nullable=False)
    op.add_column("reviews", column)  # proved: serial-column-rewrites


def downgrade():
    op.drop_column("reviews", "no")
""",
        upgrade="unsafe",
    ),
    Case(
        "stored_column",
        "GENERATED … STORED is computed for every row.",
        """
def upgrade():
    column = sa.Column("half", sa.Numeric, sa.Computed("total / 2", persisted=True))
    op.add_column("orders", column)  # proved: generated-column-rewrites


def downgrade():
    op.drop_column("orders", "half")
""",
        upgrade="unsafe",
    ),
    Case(
        "checked_domain",
        "A column of a domain with a CHECK rewrites the table in all versions, even without a default.",
        """
def upgrade():
    op.execute("CREATE DOMAIN stars AS integer CHECK (VALUE BETWEEN 1 AND 5)")
    op.execute("ALTER TABLE reviews ADD COLUMN score stars")  # proved: domain-column-rewrites


def downgrade():
    op.execute("ALTER TABLE reviews DROP COLUMN score")
    op.execute("DROP DOMAIN stars")
""",
        upgrade="unsafe",
    ),
    Case(
        "checked_column",
        "A CHECK inside ADD COLUMN is tried on every row although all are NULL.",
        """
def upgrade():
    op.execute(  # proved: check-blocks-reads-and-writes
        "ALTER TABLE orders ADD COLUMN rebate integer CONSTRAINT ck_rebate CHECK (rebate > 0)"
    )


def downgrade():
    op.drop_column("orders", "rebate")
""",
        upgrade="unsafe",
    ),
    Case(
        "new_partition",
        "CREATE TABLE … PARTITION OF takes ACCESS EXCLUSIVE on the parent, for a moment.",
        """
def upgrade():
    op.execute(  # proved: create-partition-blocks
        "CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
    )


def downgrade():
    op.drop_table("events_2025")
""",
        upgrade="with care",
    ),
    Case(
        "refreshed_view",
        "REFRESH MATERIALIZED VIEW writes it again under ACCESS EXCLUSIVE; the rows are the same ones.",
        """
def upgrade():
    op.execute("REFRESH MATERIALIZED VIEW spent")  # proved: refresh-blocks-reads


def downgrade():
    pass
""",
        upgrade="unsafe",
    ),
    Case(
        "locked_table",
        "LOCK TABLE waits for everybody and lets nobody pass until the commit.",
        """
def upgrade():
    op.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")  # proved: explicit-table-lock
    op.add_column("customers", sa.Column("vip", sa.Boolean))


def downgrade():
    op.drop_column("customers", "vip")
""",
        upgrade="with care",
    ),
    Case(
        "endless_lock_timeout",
        "Without lock_timeout the ALTER queues behind the longest reader, and everybody queues behind it.",
        """
def upgrade():
    op.execute("SET LOCAL lock_timeout = 0")  # found: timeout-overridden
    op.add_column("customers", sa.Column("vip", sa.Boolean))


def downgrade():
    op.drop_column("customers", "vip")
""",
        upgrade="unsafe",
    ),
)
