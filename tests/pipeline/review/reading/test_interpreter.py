"""A revision is read as Python would run it, and what cannot be told is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.review.directory import read_revision
from pipeline.review.finding import Direction
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision

Read = Callable[..., Revision]


def upgrade_of(revision: Revision) -> Script:
    return revision.scripts[Direction.UPGRADE]


def sql_of(script: Script) -> list[str]:
    return [" ".join(statement.sql.split()) for statement in script.statements]


def reasons(script: Script) -> list[str]:
    return [one.why for one in script.not_analysed]


@pytest.fixture
def read_file(tmp_path: Path) -> Callable[[str], Script]:
    """Return a function that reads the upgrade of a whole file."""

    def read(text: str) -> Script:
        path = tmp_path / "0001_example.py"
        path.write_text(text)
        return upgrade_of(read_revision(path))

    return read


def test_an_operation_has_its_line_its_table_and_its_sql(read: Read) -> None:
    script = upgrade_of(read('op.add_column("videos", sa.Column("title", sa.Text(), nullable=True))'))

    assert [(call.name, call.line, call.table) for call in script.calls] == [("add_column", 11, "videos")]
    assert sql_of(script) == ["ALTER TABLE videos ADD COLUMN title TEXT"]
    assert script.not_analysed == []


def test_a_batch_reads_like_the_plain_operation(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            with op.batch_alter_table("videos", schema="web") as batch_op:
                batch_op.add_column(sa.Column("title", sa.Text()))
                batch_op.drop_constraint("fk_videos", type_="foreignkey")
            """
        )
    )

    assert [(call.name, call.line, call.table, call.batch) for call in script.calls] == [
        ("add_column", 12, "web.videos", True),
        ("drop_constraint", 13, "web.videos", True),
    ]
    assert sql_of(script) == [
        "ALTER TABLE web.videos ADD COLUMN title TEXT",
        "ALTER TABLE web.videos DROP CONSTRAINT fk_videos",
    ]
    assert [type(call.operation).__name__ for call in script.calls] == ["AddColumnOp", "DropConstraintOp"]


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("from alembic import op as migrate", "migrate.drop_table('t')"),
        ("import alembic", "alembic.op.drop_table('t')"),
        ("import alembic.op", "alembic.op.drop_table('t')"),
        ("import alembic.op as o", "o.drop_table('t')"),
        ("from alembic.op import drop_table as gone", "gone('t')"),
        ("from alembic import op", "getattr(op, 'drop_table')('t')"),
        ("from alembic import op\ndrop = op.drop_table", "drop('t')"),
    ],
)
def test_op_is_found_under_any_name(read_file: Callable[[str], Script], imports: str, call: str) -> None:
    script = read_file(f"{imports}\nrevision = 'a'\ndef upgrade():\n    {call}\n")

    assert sql_of(script) == ["DROP TABLE t"]


def test_only_helpers_that_are_called_are_read_with_their_arguments(read_file: Callable[[str], Script]) -> None:
    script = read_file(
        """
import sqlalchemy as sa
from alembic import op
revision = "a"
TABLES = {"a": sa.Text(), "b": sa.Integer()}
def add(table, *, type_, name="extra", **rest):
    op.add_column(table, sa.Column(name, type_, **rest))
def never():
    op.drop_table("precious")
def upgrade():
    for table, type_ in TABLES.items():
        add(table, type_=type_, nullable=True)
    for suffix in [f"{n}_x" for n in range(2)]:
        op.drop_index("ix_%s" % suffix)
"""
    )

    assert sql_of(script) == [
        "ALTER TABLE a ADD COLUMN extra TEXT",
        "ALTER TABLE b ADD COLUMN extra INTEGER",
        "DROP INDEX ix_0_x",
        "DROP INDEX ix_1_x",
    ]
    assert [statement.line for statement in script.statements] == [7, 7, 14, 14]


def test_a_branch_for_another_database_is_not_read(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            if op.get_bind().dialect.name == "sqlite":
                op.drop_table("a")
            elif op.get_context().dialect.name != "postgresql":
                op.drop_table("b")
            else:
                op.drop_table("c")
            """
        )
    )

    assert sql_of(script) == ["DROP TABLE c"]


def test_a_branch_that_asks_the_database_is_read_both_ways(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            if "a" in sa.inspect(op.get_bind()).get_table_names():
                op.drop_table("a")
            else:
                op.drop_table("b")
                return
            op.drop_table("c")
            """
        )
    )

    assert sql_of(script) == ["DROP TABLE a", "DROP TABLE b", "DROP TABLE c"]
    assert [call.conditional for call in script.calls] == [True, True, False]
    assert script.not_analysed == []


def test_a_name_that_is_not_known_is_said_and_the_rest_is_read(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            for table in sa.inspect(op.get_bind()).get_table_names():
                op.execute(f"ALTER TABLE {table} DROP COLUMN x")
            """
        )
    )

    assert sql_of(script) == ["ALTER TABLE unread_table DROP COLUMN x"]
    assert [(one.line, "'table' is not known" in one.why) for one in script.not_analysed] == [(12, True)]


def test_an_autocommit_block_is_a_transaction_of_its_own(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            op.execute("SELECT 1")
            with op.get_context().autocommit_block():
                op.create_index("ix", "t", ["a"], postgresql_concurrently=True)
            op.execute("SELECT 2")
            """
        )
    )

    first, index, last = script.statements
    assert [first.autocommit, index.autocommit, last.autocommit] == [False, True, False]
    assert len({first.transaction, index.transaction, last.transaction}) == 3
    assert index.sql == "CREATE INDEX CONCURRENTLY ix ON t (a)"


def test_a_table_is_new_to_what_follows_its_creation(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            op.create_index("ix_old", "old", ["a"])
            op.create_table("fresh", sa.Column("a", sa.Text()), schema="web")
            op.create_index("ix_fresh", "fresh", ["a"], schema="web")
            """
        )
    )

    assert [statement.new_tables for statement in script.statements] == [
        frozenset(),
        frozenset(),
        frozenset({"web.fresh"}),
    ]


def test_each_statement_of_a_text_is_one_and_parameters_are_read(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            conn = op.get_bind()
            conn.execute(sa.text("UPDATE a SET b = :b; DELETE FROM c WHERE d = ';'"), {"b": 1})
            conn.exec_driver_sql("SELECT %s, '%%'")
            """
        )
    )

    assert [statement.kind for statement in script.statements] == ["UpdateStmt", "DeleteStmt", "SelectStmt"]
    assert script.not_analysed == []


def test_the_type_of_a_table_is_made_again_after_create_and_not_after_another_table(
    read_file: Callable[[str], Script],
) -> None:
    """Alembic remembers the types of its own tables only: after an explicit create() it fails with DuplicateObject."""
    script = read_file(
        """
import sqlalchemy as sa
from alembic import op
revision = "a"
state = sa.Enum("new", name="state")
def upgrade():
    state.create(op.get_bind(), checkfirst=True)
    op.create_table("t", sa.Column("state", state))
    op.create_table("u", sa.Column("state", state))
"""
    )

    assert [one.kind for one in script.statements] == ["CreateEnumStmt", "CreateEnumStmt", "CreateStmt", "CreateStmt"]


def test_an_enum_of_the_file_has_its_labels(read_file: Callable[[str], Script]) -> None:
    script = read_file(
        """
import enum
import sqlalchemy as sa
from alembic import op
revision = "a"
class State(str, enum.Enum):
    NEW = "new"
    OLD = "old"
def upgrade():
    kind = sa.Enum(State, name="state", values_callable=lambda e: [m.value for m in e])
    kind.create(op.get_bind(), checkfirst=True)
    op.add_column("t", sa.Column("state", kind))
"""
    )

    assert sql_of(script) == ["CREATE TYPE state AS ENUM ('new', 'old')", "ALTER TABLE t ADD COLUMN state state"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("helper('t')", "helper(…) comes from app.helpers, which is not read"),
        ("helper.many(op)", "helper.many(…), which comes from app.helpers, is handed the connection and is not read"),
        ("op.execute(helper)", "helper is sent to the database: its SQL is not known before it runs"),
        ("op.execute('DO $$ BEGIN EXECUTE f(); END $$')", "EXECUTE f() in a DO block is not known before it runs"),
        ("op.execute('DO LANGUAGE plperl $$ x $$')", "what a DO block does is written in plperl, which is not read"),
        ("op.execute('DO $$ BEGIN x := 1; END $$')", "does not read the PL/pgSQL of a DO block"),
        ("op.execute('SELEC 1')", "PostgreSQL's grammar does not read this SQL"),
        ("op.invent('x')", "op.invent is no operation that reading knows"),
        ("op.add_column()", "Alembic does not take this add_column: TypeError"),
        ("orm.Session(bind=op.get_bind()).query(helper).delete()", "works through the ORM"),
        ("getattr(op, helper)('x')", "is not known before it runs"),
    ],
)
def test_what_goes_out_of_sight_is_said(read_file: Callable[[str], Script], body: str, why: str) -> None:
    script = read_file(
        "from alembic import op\nfrom sqlalchemy import orm\nfrom app.helpers import helper\nrevision = 'a'\n"
        f"def upgrade():\n    {body}\n"
    )

    assert [one.line for one in script.not_analysed] == [6]
    assert why in script.not_analysed[0].why


@pytest.mark.parametrize(
    "body",
    [
        "logging.getLogger('x').info('done')",
        "print('done')",
        "time.sleep(1)",
        "rows = op.get_bind().execute(sa.text('SELECT 1')).fetchall()",
    ],
)
def test_what_changes_nothing_is_not_said(read_file: Callable[[str], Script], body: str) -> None:
    imports = "import logging, time\nimport sqlalchemy as sa\nfrom alembic import op\n"

    script = read_file(f"{imports}revision = 'a'\ndef upgrade():\n    {body}\n")

    assert script.not_analysed == []


@pytest.mark.parametrize(
    "body",
    [
        "open('canary', 'w').write('x')",
        "__import__('os').system('touch canary')",
        "().__class__.__base__.__subclasses__()[0]",
        "sa.create_engine('postgresql://nowhere').connect()",
        'exec(\'open("canary", "w")\')',
        "sa.util.compat.os.system('touch canary')",
        "''.join(['a' * 10 ** 12])",
        "list(range(10 ** 12))",
        "[x for x in range(10 ** 7)]",
    ],
)
def test_a_hostile_revision_reaches_nothing(
    read_file: Callable[[str], Script], body: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    read_file(f"import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a'\ndef upgrade():\n    {body}\n")

    assert not (tmp_path / "canary").exists()


def test_the_module_is_read_without_running_it(read_file: Callable[[str], Script], tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    script = read_file(
        f"import pathlib\nfrom alembic import op\npathlib.Path({str(canary)!r}).touch()\nrevision = 'a'\n"
        "def upgrade():\n    op.drop_table('t')\n"
    )

    assert not canary.exists()
    assert sql_of(script) == ["DROP TABLE t"]


def test_a_loop_without_an_end_is_read_once(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            while True:
                done = op.get_bind().execute(sa.text("DELETE FROM t WHERE ctid IN (SELECT ctid FROM t LIMIT 100)"))
                if not done.rowcount:
                    break
            op.drop_table("t")
            """
        )
    )

    assert [statement.kind for statement in script.statements] == ["DeleteStmt", "DropStmt"]


def test_a_function_that_returns_early_is_left_early(read_file: Callable[[str], Script]) -> None:
    script = read_file(
        """
from alembic import op
revision = "a"
def name(short):
    if short:
        return "s"
    return "long"
def upgrade():
    if unknown_condition():
        op.drop_table(name(True))
    op.drop_table(name(False))
"""
    )

    assert sql_of(script) == ["DROP TABLE s", "DROP TABLE long"]


def test_upgrade_from_elsewhere_is_said(read_file: Callable[[str], Script]) -> None:
    script = read_file("from app.shared import upgrade\nrevision = 'a'\n")

    assert reasons(script) == ["upgrade is no function of this file (it comes from app.shared)"]


def test_a_context_manager_of_the_file_goes_around_its_block(read_file: Callable[[str], Script]) -> None:
    script = read_file(
        """
from contextlib import contextmanager
from alembic import op
revision = "a"
@contextmanager
def without_triggers(table):
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield table
    finally:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
def upgrade():
    with without_triggers("t") as table:
        op.drop_column(table, "x")
"""
    )

    assert sql_of(script) == [
        "ALTER TABLE t DISABLE TRIGGER USER",
        "ALTER TABLE t DROP COLUMN x",
        "ALTER TABLE t ENABLE TRIGGER USER",
    ]


def test_a_decorator_of_the_file_is_read_and_one_from_elsewhere_is_said(read_file: Callable[[str], Script]) -> None:
    script = read_file(
        """
from alembic import op
from app.tools import careful
revision = "a"
def announced(function):
    def wrapper(*arguments):
        op.execute("SELECT 1")
        return function(*arguments)
    return wrapper
@announced
def drop(table):
    op.drop_table(table)
@careful
def upgrade():
    drop("t")
"""
    )

    assert sql_of(script) == ["SELECT 1", "DROP TABLE t"]
    assert reasons(script) == ["the decorator careful of upgrade is not read"]


def test_operations_in_a_class_are_said(read_file: Callable[[str], Script]) -> None:
    script = read_file(
        """
from alembic import op
revision = "a"
class Steps:
    def run(self):
        op.drop_table("t")
def upgrade():
    Steps().run()
"""
    )

    assert reasons(script) == ["the operations in class Steps are not followed"]


def test_parameters_of_old_alembics_are_understood(read: Read) -> None:
    script = upgrade_of(
        read(
            """
            op.create_index("ix", tablename="t", columns=["a"])
            op.drop_constraint("fk", "t", type="foreignkey")
            op.alter_column("t", "old", name="new")
            op.create_foreign_key("fk", source="t", referent="u", local_cols=["a"], remote_cols=["b"])
            """
        )
    )

    assert script.not_analysed == []
    assert [call.table for call in script.calls] == ["t", "t", "t", "t"]
    assert sql_of(script)[2] == 'ALTER TABLE t RENAME "old" TO "new"'


@pytest.mark.parametrize(
    "decides",
    [
        "columns = {c['name'] for c in rows}; stop = 'a' not in columns",
        "columns = [c['name'] for c in rows]; stop = len(columns) < 2",
        "stop = not any(c['name'] == 'a' for c in rows)",
        "found = False\n    for c in rows:\n        found = True\n    stop = found",
        "found = False\n    if insp.has_table('t'):\n        found = True\n    stop = not found",
        "names = []\n    for c in rows:\n        names.append(c['name'])\n    stop = not names",
        "names = {}\n    for c in rows:\n        names[c['name']] = c\n    stop = not names",
        "known = {'a': 1}\n    if insp.has_table('t'):\n        known.pop('a')\n    stop = len(known) == 0",
    ],
)
def test_what_the_database_decides_hides_nothing_that_follows(read_file: Callable[[str], Script], decides: str) -> None:
    """A container filled from the database is not the one element that stands for them."""
    script = read_file(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a'\ndef upgrade():\n"
        f"    insp = sa.inspect(op.get_bind())\n    rows = insp.get_columns('t')\n    {decides}\n"
        "    if stop:\n        return\n    op.drop_column('t', 'a')\n"
    )

    assert sql_of(script) == ["ALTER TABLE t DROP COLUMN a"]


def test_a_function_that_is_defined_in_two_branches_is_read_both_ways(read_file: Callable[[str], Script]) -> None:
    script = read_file(
        """
import os
from alembic import op
revision = "a"
if os.environ.get("OLD"):
    def upgrade():
        op.drop_table("a")
else:
    def upgrade():
        op.drop_table("b")
"""
    )

    assert sql_of(script) == ["DROP TABLE a", "DROP TABLE b"]
    assert [call.conditional for call in script.calls] == [True, True]
