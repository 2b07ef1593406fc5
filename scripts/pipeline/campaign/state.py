"""
What is true of a database: what was applied, what is recorded, and what is left lying about.

Read in one snapshot, past the engine: nothing of what is to be proved is asked of who has to prove it.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from pipeline.campaign.deploy import IDS

_REVISION = "SELECT version_num FROM alembic_version"
_STEPS = "SELECT revision, outcome FROM pipeline.steps WHERE revision = ANY(%s) ORDER BY id"
_EFFECTS = """
SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'campaign'::regclass AND attname = 'a'),
    coalesce((SELECT bool_and(indisvalid AND indisready) FROM pg_index
              WHERE indexrelid = to_regclass('ix_campaign')), false),
    to_regclass('campaign_c') IS NOT NULL
"""
_LEFT = """
SELECT 'a running run' FROM pipeline.runs WHERE outcome = 'running'
UNION ALL SELECT 'a step that was begun' FROM pipeline.steps WHERE outcome = 'started'
UNION ALL SELECT 'an invalid index' FROM pg_index WHERE NOT (indisvalid AND indisready)
UNION ALL SELECT 'a session of ' || application_name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'yt-pubsub-handler migration%'
UNION ALL SELECT 'an advisory lock' FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()
"""


@dataclass(frozen=True)
class State:
    """`applied` is how many of the three revisions `alembic_version` says are applied, `steps` what the ledger says."""

    applied: int
    steps: tuple[tuple[str, str], ...]
    effects: tuple[bool, bool, bool]
    left: tuple[str, ...]

    def outcomes(self, revision: str) -> list[str]:
        return [outcome for one, outcome in self.steps if one == revision]

    @property
    def begun(self) -> list[str]:
        """Revisions that are under way, or were when their run was cut off."""
        return [revision for revision, outcome in self.steps if outcome == "started"]

    def contradictions(self) -> list[str]:
        """Return where version, ledger and catalog do not say the same of a revision."""
        said = []
        for number, revision in enumerate(IDS):
            applied, recorded = number < self.applied, self.outcomes(revision).count("applied")
            if recorded != int(applied):
                said.append(f"revision {number + 1} is applied {int(applied)} times and recorded {recorded} times")
            # An index that is built concurrently is there before its revision is done: that is what the run to come
            # has to cope with, and nothing that anybody reads as applied.
            if self.effects[number] != applied and not (number == 1 and not applied):
                said.append(f"revision {number + 1} is {'' if applied else 'not '}applied, and the catalog differs")
        return said


def look(url: str) -> State:
    """Read the state of the database at `url`."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute(_REVISION).fetchone()
        version = str(row[0]) if row else ""
        effects = connection.execute(_EFFECTS).fetchone()
        assert effects is not None  # noqa: S101 - it is one row, always; said for the type checker.
        return State(
            IDS.index(version) + 1 if version in IDS else 0,
            tuple((str(revision), str(outcome)) for revision, outcome in connection.execute(_STEPS, (list(IDS),))),
            (bool(effects[0]), bool(effects[1]), bool(effects[2])),
            tuple(str(row[0]) for row in connection.execute(_LEFT)),
        )
