"""
Wherever a client is killed or frozen, each revision is afterwards applied and recorded, or not and recorded.

The next upgrade finishes it. A client that wakes up in the middle of the next one's work changes nothing any more.
"""

from __future__ import annotations

from typing import Any

import pytest

# Each commit of a run lies between two of these, the revision's own between "after steps.end_step" and
# "after steps.run_revision".
BEFORE_THE_FIRST = (
    "after mutex.acquire",
    "before takeover.raise_fence",
    "after takeover.raise_fence",
    "after takeover.begin_run",
    "after ledger.Ledger.begin_step",
    "after work.check_fence",
    "inside the first",
    "before steps.end_step",
    "after steps.end_step",
)
AFTER_THE_FIRST = ("after steps.run_revision", "after apply.take_step", "inside the second")
AFTER_BOTH = ("before ledger.Ledger.end_run", "after ledger.Ledger.end_run", "before mutex.release")
ANYWHERE = BEFORE_THE_FIRST + AFTER_THE_FIRST + AFTER_BOTH


def write(project: Any) -> list[str]:
    def gate(name: str) -> str:
        return f'__import__("gates").pass_gate("inside the {name}")'

    ids: list[str] = project.write(
        f'op.execute("CREATE TABLE a ()"); {gate("first")}', f'op.execute("CREATE TABLE b ()"); {gate("second")}'
    )
    return ids


def stop_at(project: Any, gate: str) -> Any:
    """Start an upgrade and have it stand at `gate`."""
    client = project.start(gates=() if gate.startswith("inside") else (gate,))
    for inside in ("inside the first", "inside the second"):
        if inside != gate:
            client.open(inside)
    client.wait_at(gate)
    return client


def finish(project: Any, gate: str) -> list[str]:
    """Upgrade in another process, and return what was left to be applied."""
    client = project.start()
    client.open("inside the first")
    client.open("inside the second")
    applied: list[str] = client.result()["applied"]
    return applied


def left_after(gate: str, ids: list[str]) -> list[str]:
    if gate in BEFORE_THE_FIRST:
        return ids
    return ids[1:] if gate in AFTER_THE_FIRST else []


def assert_consistent(ask: Any, ids: list[str]) -> None:
    """Every revision was applied once, the ledger says what alembic_version says, and nothing is held or open."""
    applied = ask("SELECT revision FROM pipeline.steps WHERE outcome = 'applied' ORDER BY id")
    assert [revision for (revision,) in applied] == ids
    assert ask("SELECT version_num FROM alembic_version") == [(ids[-1],)]
    assert ask("SELECT count(*) FROM pipeline.steps WHERE outcome = 'started'") == [(0,)]
    assert ask("SELECT count(*) FROM pipeline.runs WHERE outcome = 'running'") == [(0,)]
    assert ask("SELECT to_regclass('a') IS NOT NULL, to_regclass('b') IS NOT NULL") == [(True, True)]
    held = """
        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND datname = current_database()
    """
    assert ask(held) == [(0,)]


@pytest.mark.parametrize("gate", ANYWHERE)
def test_after_a_kill_the_next_upgrade_finishes(gate: str, project: Any, ask: Any) -> None:
    ids = write(project)
    client = stop_at(project, gate)

    client.kill()
    applied = finish(project, gate)

    assert applied == left_after(gate, ids)
    assert_consistent(ask, ids)


@pytest.mark.parametrize("gate", ANYWHERE)
def test_a_frozen_client_changes_nothing_when_it_wakes_up(gate: str, project: Any, ask: Any) -> None:
    """A Lambda sandbox is frozen between two invokes, with everything that is under way in it."""
    ids = write(project)
    client = stop_at(project, gate)
    client.freeze()

    applied = finish(project, gate)
    before = ask("SELECT * FROM pipeline.steps ORDER BY id"), ask("SELECT * FROM pipeline.runs ORDER BY id")
    client.open(gate)
    client.thaw()
    answer = client.answer()

    assert applied == left_after(gate, ids)
    after = ask("SELECT * FROM pipeline.steps ORDER BY id"), ask("SELECT * FROM pipeline.runs ORDER BY id")
    assert after == before
    assert_consistent(ask, ids)
    assert ("result" in answer) == (gate in ("after ledger.Ledger.end_run", "before mutex.release")), answer
