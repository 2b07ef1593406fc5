"""What reading has to suspect, as it cannot know better, and what running withdraws."""

from __future__ import annotations

from tests.pipeline.review.proving.verdicts.case import Case, File

CASES = (
    Case(
        "not_null_proved",
        "A validated CHECK (name IS NOT NULL), whose text a DO block computed, proves it: nothing is read.",
        """
def upgrade():
    op.alter_column("customers", "name", nullable=False)  # withdrawn: set-not-null-scans


def downgrade():
    op.alter_column("customers", "name", nullable=True)
""",
    ),
    Case(
        "wider_varchar",
        "Without existing_type nobody can tell by reading; wider keeps the bytes, narrower is checked and written.",
        """
def upgrade():
    op.execute("ALTER TABLE categories ALTER title TYPE varchar(120)")  # withdrawn: alter-type-rewrites


def downgrade():
    op.execute(  # proved: alter-type-rewrites, narrowing-type-change
        "ALTER TABLE categories ALTER title TYPE varchar(80)"
    )
""",
        downgrade="with care",
    ),
    Case(
        "more_digits",
        "numeric with more digits at the same scale keeps its bytes; fewer are checked, and written again.",
        """
def upgrade():
    op.execute("ALTER TABLE customers ALTER credit TYPE numeric(14, 4)")  # withdrawn: alter-type-rewrites


def downgrade():
    op.execute(  # proved: alter-type-rewrites, narrowing-type-change
        "ALTER TABLE customers ALTER credit TYPE numeric(10, 4)"
    )
""",
        downgrade="with care",
    ),
    Case(
        "aware_of_utc",
        "timestamp to timestamptz keeps its bytes where the session's TimeZone is UTC, both ways.",
        """
def upgrade():
    op.alter_column(  # withdrawn: alter-type-rewrites, narrowing-type-change
        "customers", "joined", type_=sa.DateTime(timezone=True), existing_type=sa.DateTime
    )


def downgrade():
    op.alter_column(  # withdrawn: alter-type-rewrites
        "customers", "joined", type_=sa.DateTime, existing_type=sa.DateTime(timezone=True)
    )
""",
    ),
    Case(
        "unique_already",
        "ix_customers_code keeps the codes unique, so a second unique index over them cannot fail.",
        """
def upgrade():
    with op.get_context().autocommit_block():
        op.drop_index("uq_code", "customers", postgresql_concurrently=True, if_exists=True)
        op.create_index(  # withdrawn: unique-over-duplicates
            "uq_code", "customers", ["code"], unique=True, postgresql_concurrently=True
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("uq_code", "customers", postgresql_concurrently=True)
""",
    ),
    Case(
        "type_is_there",
        "The first revision made the enum in a computed statement; the column finds it.",
        """
def upgrade():
    column = sa.Column("channel", sa.Enum("web", "phone", name="channel"))
    op.add_column("orders", column)


def downgrade():
    op.drop_column("orders", "channel")
""",
    ),
    Case(
        "key_from_an_index",
        "Seq is NOT NULL already, so PRIMARY KEY USING INDEX reads nothing.",
        """
def upgrade():
    op.execute(  # withdrawn: primary-key-blocks
        'ALTER TABLE "Back Office"."Audit Log" ADD CONSTRAINT pk_log PRIMARY KEY USING INDEX pk_log'
    )


def downgrade():
    op.execute('ALTER TABLE "Back Office"."Audit Log" DROP CONSTRAINT pk_log')
    op.execute(  # proved: index-blocks-writes; found: unique-over-duplicates
        'CREATE UNIQUE INDEX pk_log ON "Back Office"."Audit Log" ("Seq")'
    )
""",
        downgrade="unsafe",
        before=(
            File(
                "key_index",
                """
def upgrade():
    with op.get_context().autocommit_block():
        op.execute('DROP INDEX CONCURRENTLY IF EXISTS "Back Office".pk_log')
        op.execute(  # withdrawn: unique-over-duplicates
            'CREATE UNIQUE INDEX CONCURRENTLY pk_log ON "Back Office"."Audit Log" ("Seq")'
        )


def downgrade():
    with op.get_context().autocommit_block():
        op.execute('DROP INDEX CONCURRENTLY "Back Office".pk_log')
""",
            ),
        ),
    ),
    Case(
        "attached_with_proof",
        "A CHECK that a computed statement added proves the bounds; PostgreSQL attaches without reading.",
        """
def upgrade():
    op.execute(  # withdrawn: attach-partition-scans
        "ALTER TABLE events ATTACH PARTITION events_2020 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"
    )


def downgrade():
    op.execute("ALTER TABLE events DETACH PARTITION events_2020")  # proved: detach-partition-blocks
""",
        downgrade="with care",
    ),
    Case(
        "moved_to_another_column",
        "What looks like a rename that empties is a copy first: every value is in the new column.",
        """
def upgrade():
    op.add_column("reviews", sa.Column("text_", sa.Text))
    op.execute("SELECT in_table('reviews', 'ALTER text_ TYPE text USING said')")  # shown: blocks-while-it-works
    op.drop_column("reviews", "said")  # found: drop-column


def downgrade():
    op.alter_column("reviews", "text_", new_column_name="said")
""",
        upgrade="unsafe",
    ),
    Case(
        "view_made_again",
        "Killed between DROP and CREATE the rerun finds no view; nothing is undone, as nothing is different.",
        """
def upgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP VIEW open_totals")  # proved: autocommit-splits-revision; found: drop-shared-object
        op.execute("CREATE VIEW open_totals AS SELECT sum(total) AS total FROM open_orders")


def downgrade():  # withdrawn: downgrade-is-empty
    pass
""",
        upgrade="with care",
    ),
)
