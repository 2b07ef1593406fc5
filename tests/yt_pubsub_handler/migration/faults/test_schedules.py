"""
Whatever happens in whatever order, no revision is applied twice or lost, and no lock is left behind.

`SCHEDULES=200` tries as many (`make campaign-schedules`); a few belong to every test run.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

SCHEDULES = int(os.environ.get("SCHEDULES", "6"))

GATES = (
    None,
    "after mutex.acquire",
    "after takeover.raise_fence",
    "after takeover.begin_run",
    "after ledger.Ledger.begin_step",
    "after work.wait_for_older_transactions",
    "before steps.end_step",
    "after steps.end_step",
    "after steps.run_revision",
    "after apply.take_step",
    "before ledger.Ledger.end_run",
    "before mutex.release",
)

INDEX = ('op.execute("CREATE INDEX i{0} ON t (a)")', 'op.execute("DROP INDEX i{0}")')
CONCURRENTLY = tuple(
    f'with op.get_context().autocommit_block(): op.execute("{statement}")'
    for statement in ("CREATE INDEX CONCURRENTLY i{0} ON t (a)", "DROP INDEX CONCURRENTLY i{0}")
)
REVISIONS = [tuple(code.format(number) for code in kind) for number, kind in enumerate((INDEX, INDEX, CONCURRENTLY))]

WALK = "SELECT revision, outcome FROM pipeline.steps WHERE outcome IN ('applied', 'undone') ORDER BY id"
LEFT_OPEN = """
SELECT (SELECT count(*) FROM pipeline.steps WHERE outcome = 'started'),
    (SELECT count(*) FROM pipeline.runs WHERE outcome = 'running'),
    (SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database AND datname = current_database()
     WHERE locktype = 'advisory' AND granted),
    (SELECT count(*) FROM pg_index WHERE NOT indisvalid)
"""


class Schedule(RuleBasedStateMachine):
    """Clients that upgrade, downgrade and cancel, each stopped somewhere or not."""

    new_project: Any

    @initialize()
    def begin(self) -> None:
        self.clients: list[tuple[Any, str | None]] = []
        self.project, self.database = self.new_project()
        self.ids = self.project.write('op.execute("CREATE TABLE t (a int)")', *REVISIONS)

    @rule(gate=st.sampled_from(GATES))
    def upgrade(self, gate: str | None) -> None:
        self._start("upgrade", gate, {})

    @rule(gate=st.sampled_from(GATES), back_to=st.integers(0, 2))
    def downgrade(self, gate: str | None, back_to: int) -> None:
        self._start("downgrade", gate, {"target": self.ids[back_to]})

    @rule()
    def cancel(self) -> None:
        self._start("cancel", None, {})

    @rule()
    def release_holds(self) -> None:
        if self._ask("SELECT to_regclass('pipeline.holds')") != [(None,)]:
            self._ask("UPDATE pipeline.holds SET released_at = now()")

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        client, _ = data.draw(st.sampled_from(self.clients), label="client")
        if client.is_alive():
            client.kill()

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def freeze(self, data: st.DataObject) -> None:
        client, _ = data.draw(st.sampled_from(self.clients), label="client")
        if client.is_alive():
            client.freeze()

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        client, gate = data.draw(st.sampled_from(self.clients), label="client")
        self._let_go(client, gate)

    @invariant()
    def each_revision_is_applied_and_undone_in_turn(self) -> None:
        if not self.clients:
            return
        with self.database.transaction():
            self.database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            if self._ask("SELECT to_regclass('pipeline.steps')") != [(None,)]:
                assert self._walk() == self._version()

    def teardown(self) -> None:
        """Let everybody go on; then one upgrade finishes whatever is unfinished."""
        for client, gate in self.clients:
            self._let_go(client, gate)
        for client, _ in self.clients:
            client.wait_for_end()
        self.release_holds()

        assert self.project.start("upgrade").result()["to"] == self.ids[-1]
        assert self._walk() == self._version() == self.ids
        assert self._ask(LEFT_OPEN) == [(0, 0, 0, 0)]
        assert self._ask("SELECT count(*) FROM pg_indexes WHERE tablename = 't'") == [(len(REVISIONS),)]
        self.database.close()

    def _start(self, function: str, gate: str | None, event: dict[str, Any]) -> None:
        # Whoever cancels a frozen run need not wait for it as long as in production.
        client = self.project.start(
            function, event, gates=(gate,) if gate else (), values={"cancel.PATIENCE_SECONDS": 1}
        )
        self.clients.append((client, gate))
        client.wait_at_or_end(gate)

    def _let_go(self, client: Any, gate: str | None) -> None:
        if gate:
            client.open(gate)
        if client.is_alive():
            client.thaw()

    def _walk(self) -> list[str]:
        """Replay the ledger; whatever is not the next step from where it was is a revision applied twice or lost."""
        applied: list[str] = []
        for revision, outcome in self._ask(WALK):
            if outcome == "applied":
                assert revision == self.ids[len(applied)]
                applied.append(revision)
            else:
                assert revision == applied.pop()
        return applied

    def _version(self) -> list[str]:
        if self._ask("SELECT to_regclass('alembic_version')") == [(None,)]:
            return []
        versions = [version for (version,) in self._ask("SELECT version_num FROM alembic_version")]
        return self.ids[: self.ids.index(versions[0]) + 1] if versions else []

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        found = self.database.execute(query.encode())
        return found.fetchall() if found.description else []


def test_any_schedule_leaves_what_an_undisturbed_one_would(new_project: Any) -> None:
    class Here(Schedule):
        pass

    Here.new_project = staticmethod(new_project)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=SCHEDULES,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            # Shrinking would run hundreds more of them, seconds each; one is readable as it is.
            phases=[Phase.generate],
        ),
    )
