"""An invoke that is sent twice, because its connection dropped, is one migration with two answers."""

from __future__ import annotations

from typing import Any

import pytest

from yt_pubsub_handler.db_utils import alembic_downgrade, alembic_upgrade
from yt_pubsub_handler.migration.errors import MigrationFailed, Refused

RUN = {"run": {"id": 4711, "attempt": 1, "actor": "somebody"}}
INDEX = ('op.execute("CREATE INDEX ix ON t (a)")', 'op.execute("DROP INDEX ix")')
GATE = '__import__("gates").pass_gate("inside")'


@pytest.fixture(autouse=True)
def table(ask: Any) -> None:
    ask("CREATE TABLE t (a int)")


def test_one_sent_again_while_it_runs_waits_for_its_end_and_gives_its_answer(project: Any, ask: Any) -> None:
    """However long that takes: the patience for somebody else's run does not count."""
    project.write(GATE)
    impatient = {"mutex.PATIENCE_SECONDS": 0.0}
    first = project.start(event=RUN)
    first.wait_at("inside")
    second = project.start(event=RUN, gates=("after resent.Recorded.patience",), values=impatient)
    second.wait_at("after resent.Recorded.patience")

    second.open("after resent.Recorded.patience")
    first.open("inside")
    answer = first.result()

    assert second.result() == answer | {"repeated": True}
    assert second.answer()["printed"].endswith("Run 1. (this request ran before; nothing was done now)")
    assert ask("SELECT count(*) FROM pipeline.runs") == [(1,)]


def test_one_that_ends_while_its_copy_takes_over_is_answered_and_not_run_again(project: Any, ask: Any) -> None:
    """Its mutex was lost on a busy machine, and its copy has the mutex: what ends within the grace has ended."""
    ids = project.write("pass")
    deaf = {"heartbeat.BEAT_SECONDS": 60.0, "mutex.OPTIONS": {"idle_session_timeout": "60s"}}
    first = project.start(event=RUN, gates=("after takeover.begin_run",), values=deaf)
    first.wait_at("after takeover.begin_run")
    ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name LIKE '% lock %' AND datname = current_database()"
    )
    second = project.start(event=RUN, gates=("before takeover.raise_fence",))
    second.wait_at("before takeover.raise_fence")

    first.open("after takeover.begin_run")
    answer = first.result()
    second.open("before takeover.raise_fence")

    assert answer["applied"] == ids
    assert second.result() == answer | {"repeated": True}
    assert ask("SELECT outcome FROM pipeline.runs") == [("applied",)]


def test_rule_4_one_sent_again_later_gives_the_recorded_answer(project: Any, ask: Any) -> None:
    project.write("pass")
    answer = alembic_upgrade(project.app, RUN)

    assert alembic_upgrade(project.app, RUN) == answer | {"repeated": True}
    assert ask("SELECT count(*) FROM pipeline.runs") == [(1,)]


def test_a_recorded_answer_that_is_not_true_any_more_is_not_given(project: Any) -> None:
    """After a rollback, "applied" would be a lie, and the deployment go on with it."""
    first, second = project.write("pass", INDEX)
    alembic_upgrade(project.app, RUN)
    alembic_downgrade(project.app, {"target": first})

    with pytest.raises(Refused) as refusal:
        alembic_upgrade(project.app, RUN)

    assert str(refusal.value) == (
        f"[same-request] Nothing was done: this request ran before, as run 1: applied, ending at {second}. Now the "
        f"database is at {first}. Start the workflow anew, as a new attempt."
    )


def test_one_that_failed_is_told_again_and_not_tried_again(project: Any, ask: Any) -> None:
    project.write('op.execute("SELECT 1/0")')
    with pytest.raises(MigrationFailed):
        alembic_upgrade(project.app, RUN)

    with pytest.raises(Refused, match=r"\[same-request\] .* as run 1: \[revision-failed\] The upgrade stopped"):
        alembic_upgrade(project.app, RUN)

    assert ask("SELECT count(*) FROM pipeline.steps") == [(1,)]


def test_one_that_was_interrupted_goes_on(project: Any, ask: Any) -> None:
    ids = project.write("pass", GATE)
    client = project.start(event=RUN)
    client.wait_at("inside")
    client.kill()

    again = project.start(event=RUN)
    again.open("inside")

    assert again.result()["applied"] == ids[1:]
    assert ask("SELECT key, outcome FROM pipeline.runs ORDER BY id") == [
        (f"4711 1 upgrade {ids[-1]} development", "interrupted"), (f"4711 1 upgrade {ids[-1]} development", "applied"),
    ]  # fmt: skip


def test_another_attempt_another_target_and_an_invoke_by_hand_are_requests_of_their_own(project: Any, ask: Any) -> None:
    first, second = project.write("pass", INDEX)
    alembic_upgrade(project.app, RUN)

    alembic_upgrade(project.app, {"run": {"id": "4711", "attempt": 2}})
    alembic_upgrade(project.app)
    alembic_upgrade(project.app)
    alembic_downgrade(project.app, RUN | {"target": first})

    assert ask("SELECT key FROM pipeline.runs ORDER BY id") == [
        (f"4711 1 upgrade {second} development",),
        (f"4711 2 upgrade {second} development",),
        (None,),
        (None,),
        (f"4711 1 downgrade {first} development",),
    ]


@pytest.mark.parametrize(
    "run",
    [{}, [], "4711", {"attempt": 1}, {"id": None}, {"id": 1, "attempt": "x"}, {"id": 1, "actor": 2}, {"id": 1, "x": 1}],
)
def test_a_run_that_cannot_be_understood_is_refused(run: Any, project: Any, ask: Any) -> None:
    project.write("pass")

    with pytest.raises(Refused, match=r'\[request\] Nothing was done: "run" must be an object with "id"'):
        alembic_upgrade(project.app, {"run": run})

    assert ask("SELECT to_regclass('pipeline.runs')") == [(None,)]
