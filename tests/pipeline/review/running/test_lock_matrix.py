"""
Every statement that was measured by hand, run in a revision and watched: what is told is what was measured.

Nothing is told differently, on either version.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from pipeline.review.finding import Direction
from pipeline.review.layout import find_layout
from pipeline.review.running.databases import databases_on, plain
from pipeline.review.running.project import find_project
from pipeline.review.running.session import Session, Watch
from pipeline.review.running.trace import Run
from tests.pipeline.review.running.conftest import PLAIN_ENV

FILE = json.loads(Path(__file__).with_name("measured.json").read_text())
SQL = json.loads(Path(__file__).parents[1].joinpath("measured_locks.json").read_text())["statements"]
VERSIONS = (16, 18)
THERE = set(re.findall(r"CREATE (?:TABLE|MATERIALIZED VIEW) (\w+)", "".join(FILE["setup"])))

# As it was when they were measured by hand: each is rolled back, so that the next one finds what this one found.
_REVISION = """
from alembic import op
revision, down_revision = "measured", None
def upgrade():
    for statement in {statements!r}:
        op.execute(statement)
    raise RuntimeError("measured")
"""


class Bench(NamedTuple):
    """A server of one version, and a session on the set-up on which was measured."""

    version: int
    session: Session
    revision: Path

    def run(self, statements: list[str]) -> Run:
        self.revision.write_text(_REVISION.format(statements=statements))
        return self.session.run(Direction.UPGRADE, "head", watch=Watch.FULL, seconds=60)


@pytest.fixture(scope="module", params=VERSIONS)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("measured") / "alembic"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(PLAIN_ENV)
    (folder.parent / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    with databases_on(None, request.param) as databases:
        url = databases.empty()
        with psycopg.connect(plain(url), autocommit=True) as connection:
            for statement in FILE["setup"]:
                connection.execute(statement)
        with Session(find_project(find_layout(folder), Path(sys.executable)), url) as session:
            yield Bench(request.param, session, folder / "versions" / "measured.py")


def measured(name: str, version: int) -> dict[str, Any]:
    results = FILE["statements"][name]
    found: dict[str, Any] = results["16-18"] if "16-18" in results else results[str(version)]
    return found


def tables_of_new_indexes(result: dict[str, Any]) -> set[str]:
    """
    An index whose file is taken over is new as well, but not built: of those that are, the server says so.

    Those of a table that the statement makes itself are nobody's concern.
    """
    new = {name.partition(".")[2] for name in result.get("new_indexes", [])}
    said = (re.match(r'building index "(\w+)" on table "(\w+)"', words) for words in result.get("server_said", []))
    return {f"public.{match[2]}" for match in said if match and match[1] in new and match[2] in THERE}


def scanned_in(run: Run) -> dict[str, tuple[int, int]]:
    """As it was measured: of the whole transaction."""
    found: dict[str, tuple[int, int]] = {}
    for scan in (scan for statement in run.statements for scan in statement.scanned):
        scans, rows = found.get(scan.relation, (0, 0))
        found[scan.relation] = (scans + scan.scans, rows + scan.rows)
    return found


@pytest.mark.parametrize("name", FILE["statements"])
def test_what_is_told_of_a_statement_is_what_was_measured(bench: Bench, name: str) -> None:
    expected = measured(name, bench.version)

    run = bench.run(SQL[name]["sql"])

    assert run.failure is not None
    assert expected.get("error", "RuntimeError: measured") in run.failure.words
    if "error" in expected:
        return
    last = run.statements[-1]
    told = {
        "locks": sorted({(lock.relation, lock.mode) for lock in run.locks}),
        "rewrites": sorted(last.rewritten),
        "built": set(last.built),
        "scanned": scanned_in(run),
        "said": list(last.said),
    }
    assert told == {
        "locks": sorted((relation, mode) for relation, mode in expected.get("locks", [])),
        "rewrites": sorted(expected.get("rewrites", [])),
        "built": tables_of_new_indexes(expected),
        "scanned": {f"public.{relation}": (scans, rows) for relation, scans, rows in expected.get("scanned", [])},
        "said": expected.get("server_said", []),
    }


def test_every_measured_statement_is_here() -> None:
    assert set(FILE["statements"]) == set(SQL)
