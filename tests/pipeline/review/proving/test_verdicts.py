"""
Revisions of all kinds, each with the verdict that was written down before it was run (verdicts/*.py).

The verdicts come from PostgreSQL's documentation and from what was measured, not from what the review says: where they
differ, one of the two has to be repaired, and a repaired verdict says why in its commit.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.dedupe import once, without_replaced
from pipeline.review.directory import read_directory
from pipeline.review.finding import Direction, Finding, Phase, Severity
from pipeline.review.layout import find_layout
from pipeline.review.proving.beside import Beside
from pipeline.review.proving.conducting import Conductor
from pipeline.review.proving.path import Path as Steps
from pipeline.review.proving.phases import conducted, judged
from pipeline.review.proving.question import Outcome, Question
from pipeline.review.proving.summary import Live
from pipeline.review.proving.terms import Terms
from pipeline.review.proving.workbench import Workbench
from pipeline.review.reviewing import Options, review
from pipeline.review.rule import Harm
from pipeline.review.running.databases import Databases, databases_on
from pipeline.review.running.project import find_project
from pipeline.review.seeding.database import seed
from pipeline.review.squawk_rules import every_rule
from tests.pipeline.review.proving.verdicts import harmless, locks, refuted, rows, unseen
from tests.pipeline.review.proving.verdicts.case import Case, Mark, Said

ROWS = 300
CASES = [*locks.CASES, *rows.CASES, *refuted.CASES, *unseen.CASES, *harmless.CASES]
TRIED = CASES if os.environ.get("VERDICTS") == "all" else CASES[::12]
"""All of them take minutes (`make campaign-verdicts`); some of each kind belong to every test run."""
SHOP = Path(__file__).parent / "verdicts" / "shop.py"
_ENV = """
from alembic import context
from sqlalchemy import create_engine
url = context.config.get_main_option("sqlalchemy.url").replace("postgresql://", "postgresql+psycopg://")
with create_engine(url, connect_args={{"options": "-c timezone=UTC"}}).connect() as connection:
    context.configure(connection=connection, transaction_per_migration={per_migration})
    with context.begin_transaction():
        context.run_migrations()
"""
_WORDS = {Severity.INFO: "safe", Severity.WARNING: "with care", Severity.ERROR: "unsafe"}


@dataclass(frozen=True)
class Verdict:
    upgrade: str
    downgrade: str
    lost: tuple[str, ...]
    said: frozenset[Said]


class Shop:
    """
    One project and one workbench for all cases: each is written into the project, and starts from the seeded shop.

    What a whole review() adds for each is the start of processes and the same rows once more.
    """

    def __init__(self, folder: Path, databases: Databases) -> None:
        self.directory = folder / "alembic"
        (self.directory / "versions").mkdir(parents=True)
        shutil.copy(SHOP, self.directory / "versions")
        self._write_env(per_migration=True)
        self.layout = find_layout(self.directory)
        self.databases = databases
        project = find_project(self.layout, Path(sys.executable))
        self.bench = Workbench(project, databases, databases.stage(), Terms(rows=ROWS))
        self._rows, self._bare = databases.empty(), databases.empty()

    def open(self) -> None:
        for url in (self._rows, self._bare):
            with self.bench.on_stage(url):
                assert self.bench.upgrade("shop").failure is None
        seed(self._rows, ROWS)

    def proved(self, case: Case) -> Outcome:
        versions = self.directory / "versions"
        for old in versions.glob("*.py"):
            if old.name != SHOP.name:
                old.unlink()
        self._write_env(per_migration=not case.in_one_transaction)
        files = tuple(case.write(versions))
        read = review(Options(directory=self.directory, files=files, phases=(Phase.SOURCE, Phase.SQL)))
        self.bench.terms = Terms(rows=ROWS, seconds=case.seconds)
        revisions = read_directory(self.layout).revisions
        chosen = tuple(one for one in revisions if one.file in files)
        question = Question(self.layout, revisions, chosen, (Phase.LIVE,), 18, self.bench.terms)
        at = (self.databases.copy(self._rows), self.databases.copy(self._bare))
        with ThreadPoolExecutor(1) as thread:
            nobody = Beside(thread, self.bench, None)
            proofs = conducted(Conductor(self.bench, Steps(revisions, chosen), lambda _: None, nobody, at=at))
        rules = {rule.name: rule for rule in every_rule() if rule.harm is not Harm.DESIGN}
        outcome = judged(question, Live(tuple(proofs), (), 18, self.bench.terms), read.findings, rules)
        return replace(outcome, findings=without_replaced(once(outcome.findings), rules.values()))

    def _write_env(self, *, per_migration: bool) -> None:
        (self.directory / "env.py").write_text(_ENV.format(per_migration=per_migration))


@pytest.fixture(scope="module")
def shop(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with databases_on(server_url) as databases:
        made = Shop(tmp_path_factory.mktemp("shop"), databases)
        with made.bench:
            made.open()
            yield made


def reached(report: Outcome, case: Case) -> Verdict:
    downgrade = [one for one in report.findings if one.direction is Direction.DOWNGRADE]
    upgrade = [one for one in report.findings if one.direction is not Direction.DOWNGRADE]
    lost = {said.split(": ")[0] for one in report.live["revisions"] for said in one["lost_by_the_downgrade"]}
    said = {_said(one) for one in report.findings} | {_withdrawn(one) for one in report.live["withdrawn"]}
    asked = {one for one in said if one[3] is not Mark.TOLD or one in case.marks}
    return Verdict(_worst(upgrade), _worst(downgrade), tuple(sorted(lost)), frozenset(asked))


def _worst(findings: list[Finding]) -> str:
    return _WORDS[max((one.severity for one in findings), key=lambda one: one.weight, default=Severity.INFO)]


def _said(finding: Finding) -> Said:
    if finding.severity is Severity.INFO:
        mark = Mark.TOLD
    elif finding.phase is Phase.LIVE:
        mark = Mark.SHOWN
    else:
        mark = Mark.PROVED if finding.evidence else Mark.FOUND
    return finding.revision or "", finding.line, finding.rule, mark


def _withdrawn(one: dict[str, Any]) -> Said:
    return one["revision"], one["line"], one["rule"], Mark.WITHDRAWN


@pytest.mark.parametrize("case", TRIED, ids=lambda case: case.name)
def test_running_reaches_the_verdict_that_was_written_beforehand(case: Case, shop: Shop) -> None:
    report = shop.proved(case)

    found, expected = reached(report, case), Verdict(case.upgrade, case.downgrade, case.lost, frozenset(case.marks))
    assert report.failures == []
    differing = sorted(map(str, found.said ^ expected.said))
    assert found == expected, f"{case.why} found {replace(found, said=frozenset())}; differing: {' '.join(differing)}"


def test_there_are_enough_of_each_kind() -> None:
    marks = [{mark for *_, mark in case.marks} for case in CASES]

    assert len({case.name for case in CASES}) == len(CASES) >= 50
    assert sum(Mark.WITHDRAWN in one for one in marks) >= 8
    assert sum(Mark.SHOWN in one for one in marks) >= 10
    assert sum(case.upgrade == case.downgrade == "safe" for case in CASES) >= 10
