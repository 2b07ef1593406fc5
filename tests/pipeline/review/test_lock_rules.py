"""What the rules about locks say beyond their examples: remedies to paste, edits, and what is left in peace."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.review.checking import check_source, check_sql
from pipeline.review.finding import Finding, Severity
from pipeline.review.revision import Revision
from pipeline.review.rule import Harm, all_rules

ReadRevision = Callable[..., Revision]
ABOUT_LOCKS = [rule for rule in all_rules() if rule.harm in {Harm.BLOCKS, Harm.LEAVES_A_MESS, Harm.FAILS}]


def found(revision: Revision) -> list[Finding]:
    findings = [*check_source(revision, ABOUT_LOCKS), *check_sql(revision, ABOUT_LOCKS)]
    return [finding for finding in findings if finding.severity is not Severity.INFO]


def fixed(revision: Revision, finding: Finding) -> str:
    """The file with the finding's edits applied, without what stands around the bodies."""
    lines = revision.text.splitlines()
    for edit in finding.edits:
        lines[edit.first - 1 : edit.last] = edit.text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("def upgrade"))
    return "\n".join(line.removeprefix("    ") for line in lines[start + 1 :]).partition("\n\n")[0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            'op.create_index("ix", "videos", ["a"])  # Why.',
            'with op.get_context().autocommit_block():\n'
            '    op.create_index("ix", "videos", ["a"], postgresql_concurrently=True)  # Why.',
        ),
        (
            'op.create_index(\n    "ix",\n    "videos",\n    ["a"],  # Its owner.\n)',
            'with op.get_context().autocommit_block():\n    op.create_index(\n        "ix",\n        "videos",\n'
            '        ["a"], postgresql_concurrently=True,  # Its owner.\n    )',
        ),
        (
            'op.drop_index("ix", "videos", postgresql_concurrently=False)',
            'with op.get_context().autocommit_block():\n'
            '    op.drop_index("ix", "videos", postgresql_concurrently=True)',
        ),
        (
            'op.create_foreign_key("fk", "videos", "users", ["a"], ["b"], match="FULL")',
            'op.create_foreign_key("fk", "videos", "users", ["a"], ["b"], match="FULL", postgresql_not_valid=True)',
        ),
        (
            'op.create_check_constraint("ck", "videos", "a > 0")',
            'op.create_check_constraint("ck", "videos", "a > 0", postgresql_not_valid=True)',
        ),
        (
            'op.add_column("videos", sa.Column("a", sa.Integer(), sa.ForeignKey("users.id")))',
            'op.add_column("videos", sa.Column("a", sa.Integer(), sa.ForeignKey("users.id")), inline_references=True)',
        ),
        (
            'op.create_index("ix", "videos", ["a"], postgresql_concurrently=True)',
            'with op.get_context().autocommit_block():\n'
            '    op.create_index("ix", "videos", ["a"], postgresql_concurrently=True)',
        ),
    ],
)  # fmt: skip
def test_the_fix_is_the_authors_own_call_and_leaves_nothing_to_find(
    body: str, expected: str, read: ReadRevision
) -> None:
    revision = read(body)
    [finding] = found(revision)

    after = fixed(revision, finding)

    assert after == expected
    assert found(read(after)) == []


@pytest.mark.parametrize(
    "body",
    [
        'op.create_index("a", "videos", ["a"])\nop.create_index("b", "videos", ["b"])',
        'x = op.create_index("a", "videos", ["a"])',
        'op.execute("""\nCREATE INDEX a\nON videos (a)\n""")',
        'with op.batch_alter_table("videos") as batch_op:\n    batch_op.create_index("a", ["a"])',
    ],
)
def test_what_is_not_mechanical_is_not_fixed(body: str, read: ReadRevision) -> None:
    findings = found(read(body))

    assert findings
    assert all(finding.edits == () for finding in findings)


@pytest.mark.parametrize(
    ("body", "remedy"),
    [
        (
            'with op.batch_alter_table("videos", schema="app") as batch_op:\n'
            '    batch_op.create_index(batch_op.f("ix"), ["a"], unique=False)',
            'op.create_index(op.f("ix"), "videos", ["a"], unique=False, schema="app", postgresql_concurrently=True)',
        ),
        (
            'with op.batch_alter_table("videos") as b:\n    b.create_foreign_key("fk", "users", ["a"], ["id"])',
            'op.create_foreign_key("fk", "videos", "users", ["a"], ["id"], postgresql_not_valid=True)',
        ),
        (
            'with op.batch_alter_table("videos") as b:\n    b.create_check_constraint("ck", condition="a > 0")',
            'op.create_check_constraint("ck", "videos", condition="a > 0", postgresql_not_valid=True)',
        ),
        (
            "op.execute('CREATE INDEX ix ON \"Videos\" (a)')",
            "op.execute('''CREATE INDEX CONCURRENTLY ix ON \"Videos\" USING btree (a)''')",
        ),
        (
            'op.execute("ALTER TABLE app.videos ADD CONSTRAINT ck CHECK (a > 0)")',
            'op.execute("ALTER TABLE app.videos VALIDATE CONSTRAINT ck")',
        ),
        (
            'op.create_unique_constraint("uq", "videos", ["a", "b"], schema="app")',
            'op.create_index("uq", "videos", ["a", "b"], unique=True, schema="app", postgresql_concurrently=True)',
        ),
        ('op.execute("DROP INDEX a, app.b")', 'op.execute("DROP INDEX CONCURRENTLY app.b")'),
        (
            'op.drop_index("a", "t")\nop.create_index("a", "t", ["x", "y"])',
            'op.execute("ALTER INDEX a_new RENAME TO a")',
        ),
        (
            'op.alter_column("user", "order", existing_type=sa.Integer(), type_=sa.BigInteger())',
            "op.execute('''ALTER TABLE \"user\" ADD COLUMN order_new bigint''')",
        ),
    ],
)  # fmt: skip
def test_the_remedy_has_the_authors_names(body: str, remedy: str, read: ReadRevision) -> None:
    assert any(remedy in finding.remedy for finding in found(read(body)))


@pytest.mark.parametrize(
    "upgrade",
    [
        # What others' users complain about: a harmless new table with its index.
        'op.create_table("tags", sa.Column("id", sa.Integer(), primary_key=True),'
        ' sa.Column("t", sa.Text(), index=True))\n'
        'op.create_index("ix_tags_t", "tags", ["t"], unique=True)\n'
        'op.create_foreign_key("fk", "tags", "videos", ["id"], ["id"])\n'
        'op.create_check_constraint("ck", "tags", "id > 0")\n'
        'op.alter_column("tags", "t", nullable=False)',
        # The old name and its schema are the same table.
        'op.execute("CREATE TABLE public.tags (a int)")\nop.create_index("ix", "tags", ["a"])',
        'op.execute("CREATE TABLE tags AS SELECT 1 AS a")\nop.execute("ALTER TABLE tags ADD PRIMARY KEY (a)")',
        # Adding in a moment.
        'op.add_column("videos", sa.Column("a", sa.Integer(), server_default="0", nullable=False))',
        'op.add_column("videos", sa.Column("a", sa.DateTime(), server_default=sa.func.now(), nullable=False))',
        "op.execute(\"ALTER TABLE videos ADD a timestamp DEFAULT (now() AT TIME ZONE 'utc')\")",
        # A CHECK that proves, validated before.
        'op.execute("ALTER TABLE t ADD CONSTRAINT c CHECK (x IS NOT NULL AND x > 0) NOT VALID")\n'
        'with op.get_context().autocommit_block():\n    op.execute("ALTER TABLE t VALIDATE CONSTRAINT c")\n'
        'op.execute("ALTER TABLE t ALTER x SET NOT NULL")',
        # The index of a table that goes.
        'op.drop_index("ix", table_name="videos")\nop.drop_table("videos")',
        # Savepoints are nobody's end.
        'op.execute("SAVEPOINT a")\nop.execute("RELEASE SAVEPOINT a")',
        # The partitioned parent's index, which has no CONCURRENTLY.
        'op.execute("CREATE INDEX ix ON ONLY videos (a)")',
        'op.alter_column("videos", "a", existing_type=sa.String(5), type_=sa.Text(), postgresql_using="a::text")',
        'op.execute("ALTER INDEX ix RENAME TO iy")',
        "op.execute(\"SET lock_timeout = '3s'\")",
    ],
)  # fmt: skip
def test_what_harms_nobody_is_left_in_peace(upgrade: str, read: ReadRevision) -> None:
    harmful = [finding for finding in found(read(upgrade)) if finding.rule != "autocommit-splits-revision"]

    assert [(finding.rule, finding.line) for finding in harmful] == []


def test_names_that_reading_cannot_tell_are_no_reason_to_stop(read: ReadRevision) -> None:
    revision = read(
        """
        from somewhere import TABLES, condition, kind
        for table in TABLES:
            op.create_index(f"ix_{table}_a", table, ["a"])
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck CHECK ({condition})")
            op.alter_column(table, "a", type_=kind, existing_type=kind, nullable=False)
        with op.batch_alter_table(TABLES[0]) as batch_op:
            batch_op.create_unique_constraint(None, [TABLES[1]])
        """
    )

    names = {finding.rule for finding in found(revision)}

    assert {"index-blocks-writes", "check-blocks-reads-and-writes", "set-not-null-scans"} <= names
    index = next(one for one in found(revision) if one.rule == "index-blocks-writes")
    assert 'op.create_index(f"ix_{table}_a", table, ["a"], postgresql_concurrently=True)' in index.remedy


@pytest.mark.parametrize(("version", "word"), [(17, "create_check_constraint"), (18, "NOT NULL title NOT VALID")])
def test_the_safe_form_of_set_not_null_is_that_of_the_server(version: int, word: str, read: ReadRevision) -> None:
    body = 'op.alter_column("videos", "title", nullable=False)'

    [finding] = found(read(body, postgresql_version=version))

    assert word in finding.remedy


@pytest.mark.parametrize(("version", "word"), [(13, "lock_timeout"), (14, "DETACH PARTITION q CONCURRENTLY")])
def test_detach_is_concurrent_where_the_server_can(version: int, word: str, read: ReadRevision) -> None:
    [finding] = found(read('op.execute("ALTER TABLE p DETACH PARTITION q")', postgresql_version=version))

    assert word in finding.remedy


def test_a_downgrade_that_has_no_safe_form_in_one_step_is_warned_of(read: ReadRevision) -> None:
    change = 'op.alter_column("videos", "a", existing_type=sa.BigInteger(), type_=sa.Integer(), nullable=False)'

    up, down = found(read(change)), found(read("pass", change))

    assert {(one.rule, one.severity) for one in up} >= {
        ("alter-type-rewrites", Severity.ERROR), ("set-not-null-scans", Severity.ERROR)
    }  # fmt: skip
    ours = {one.severity for one in down if one.rule in {"alter-type-rewrites", "set-not-null-scans"}}
    assert ours == {Severity.WARNING}


@pytest.mark.parametrize("setting", ["SET lock_timeout TO '5min'", "SELECT set_config('lock_timeout', '0', false)"])
def test_a_limit_is_found_however_it_is_lifted(setting: str, read: ReadRevision) -> None:
    revision = read(f'op.execute("{setting}")\nop.add_column("videos", sa.Column("a", sa.Text()))')

    assert [(one.rule, one.severity) for one in found(revision)] == [("timeout-overridden", Severity.ERROR)]


def test_of_several_statements_only_the_validation_moves_on(read: ReadRevision) -> None:
    added = "ALTER TABLE videos ADD CONSTRAINT c CHECK (a > 0) NOT VALID"
    revision = read(f'op.execute("{added}; ALTER TABLE videos VALIDATE CONSTRAINT c; SELECT 1")')

    remedies = [one.remedy for one in check_sql(revision, all_rules()) if one.rule == "validated-in-same-transaction"]

    assert remedies == ['In the next revision:\nop.execute("ALTER TABLE videos VALIDATE CONSTRAINT c")']


def test_columns_that_are_not_known_are_told_whole(read: ReadRevision) -> None:
    revision = read(
        'from x import wanted\nop.create_unique_constraint("u", "videos", wanted)\n'
        'op.create_index("i", "videos", f"{wanted}", unique=True)'
    )

    told = {one.rule: one for one in check_sql(revision, all_rules())}

    assert told["unique-over-duplicates"].message == "Two rows of videos with the same wanted make it fail."
    assert 'op.create_index("u", "videos", [*wanted],' in told["unique-constraint-blocks"].remedy
