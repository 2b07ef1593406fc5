"""In batch mode, which Flask-Migrate writes, a statement is told with the line that asked for it."""

from __future__ import annotations

from pipeline.review.finding import Direction
from pipeline.review.running.session import Session, Watch
from pipeline.review.running.trace import Run
from tests.pipeline.review.running.conftest import FIRST_LINE, Stage

TABLE = "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x')"
BATCH = """
with op.batch_alter_table('t') as batch_op:
    batch_op.add_column(sa.Column('b', sa.Integer()))
    batch_op.create_index('i', ['a'])
op.execute('SELECT 1')
"""


def run(session: Session) -> Run:
    return session.run(Direction.UPGRADE, "head", watch=Watch.FULL, seconds=20)


def test_each_statement_has_the_line_of_its_operation(stage: Stage) -> None:
    session, _ = stage.play(BATCH, on=TABLE)

    statements = run(session).statements

    assert [(one.line - FIRST_LINE, one.sql.split()[0]) for one in statements] == [
        (1, "ALTER"), (2, "CREATE"), (3, "SELECT"),
    ]  # fmt: skip


def test_a_failure_has_the_line_of_its_operation(stage: Stage) -> None:
    session, _ = stage.play(BATCH.replace("['a']", "['absent']"), on=TABLE)

    failure = run(session).failure

    assert failure is not None
    assert (failure.line - FIRST_LINE, failure.sqlstate) == (2, "42703")


def test_a_batch_that_failed_and_was_caught_blames_nobody_else(stage: Stage) -> None:
    caught = "try:\n    with op.batch_alter_table('t') as batch_op:\n        batch_op.no_such_thing('a')\n"
    session, _ = stage.play(caught + "except AttributeError:\n    op.execute('SELECT 1')", on=TABLE)

    (statement,) = run(session).statements

    assert statement.line - FIRST_LINE == 4
