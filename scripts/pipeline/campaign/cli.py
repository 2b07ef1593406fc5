"""
`make campaign-faults`: one deployment, every harm at every boundary, and a table of what came of it.

0 when every case ended as it has to, 1 when one did not, 3 when something was missing here.
"""

from __future__ import annotations

import argparse
import os
import queue
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from pipeline.campaign.case import Case, Result, all_cases, run_case
from pipeline.campaign.deploy import PREPARED, commit_the_deploy
from pipeline.campaign.lane import BASE, Lane, database_url, wait_until
from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer, Found, UsageError
from pipeline.keeper import Keeper
from pipeline.rehearsal import scenario
from pipeline.rehearsal.checkout import export
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.machine import Machine, running_machine

_TRIES = 3
LANES = 3


def campaign_faults(arguments: list[str]) -> None:
    """Harm a deploy at each of its commits, in each way, and see that it can be finished."""
    parser = argparse.ArgumentParser(prog="campaign_faults.py", description=campaign_faults.__doc__)
    parser.add_argument("--lanes", type=int, default=LANES, help=f"cases at once (default: {LANES})")
    parser.add_argument("-k", dest="word", default="", help="only the cases whose name contains this")
    words = parser.parse_args(arguments)
    cases = [case for case in all_cases() if words.word in str(case)]
    if not cases or words.lanes < 1:
        raise UsageError(f"No case contains {words.word!r}." if not cases else "--lanes is at least 1.")
    console = Console(width=None if sys.stdout.isatty() else 200)
    with deployed(Display(console)) as machine:
        results = run_cases(machine, cases, words.lanes, lambda result: console.print(_line(result)))
    console.print(table(results))
    bad = [result for result in results if result.problems]
    console.print(f"{len(results) - len(bad)} of {len(results)} cases ended as they have to.")
    if bad:
        raise Found("\n".join(f"{one.case}: {'; '.join(one.problems)}" for one in bad))


@contextmanager
def deployed(display: Display) -> Iterator[Machine]:
    """Deploy this checkout with the campaign's revisions, and keep a database from before them as BASE."""
    with Keeper() as keeper:
        folder = keeper.folder("campaign")
        now = export(CHECKOUT, None, folder / "now")
        with running_machine(keeper, folder, now, display) as machine:
            _make_base(machine)
            commit_the_deploy(now.folder)
            scenario.deploy_first(machine, scenario.present(machine))
            yield machine


def run_cases(
    machine: Machine, cases: list[Case], lanes: int, say: Callable[[Result], None] = lambda _: None
) -> list[Result]:
    """Run all `cases`, so many at once, and return what came of them, in their order."""
    free: queue.SimpleQueue[Lane] = queue.SimpleQueue()
    for number in range(min(lanes, len(cases))):
        lane = Lane(machine, f"campaign-{number}")
        lane.create()
        free.put(lane)

    def run(case: Case) -> Result:
        lane = free.get()
        try:
            result = _met(lane, case)
        finally:
            free.put(lane)
        say(result)
        return result

    with ThreadPoolExecutor(lanes) as threads:
        return list(threads.map(run, cases))


def table(results: list[Result]) -> Table:
    """Write the results as a table: what was true after the harm, what finished it, and what the ledger tells of it."""
    columns = ("when", "harm", "right after it, revisions 1 · 2 · 3", "finished by", "in the ledger, 1 · 2 · 3", "")
    shown = Table(*columns, box=None, pad_edge=False)
    before = ""
    for result in results:
        when = result.case.boundary.name
        sign = "[bold red]✗[/]" if result.problems else "[green]✓[/]"
        row = (" · ".join(result.after), result.finished_by, " · ".join(result.ledger), sign)
        shown.add_row("" if when == before else when, result.case.harm.value, *row)
        before = when
    return shown


def _met(lane: Lane, case: Case) -> Result:
    """A busy machine may come to the boundary after the harm; such a try proves nothing, and is made again."""
    for _ in range(_TRIES - 1):
        try:
            return run_case(lane, case)
        except CouldNotAnswer as error:
            print(f"again: {error}", flush=True)
            wait_until(lambda: lane.sessions("") == 0, "The end of what was not met")
    return run_case(lane, case)


def _line(result: Result) -> str:
    sign = "[bold red]✗[/]" if result.problems else "[green]✓[/]"
    return f"{sign} {result.case}  [dim]{result.seconds:.0f} s[/]"


def _make_base(machine: Machine) -> None:
    """Make the database that production would have before the deploy, by the engine of the same commit."""
    owner = sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(machine.database_url)["user"]))
    with psycopg.connect(machine.server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(BASE), owner))
    url = database_url(machine, BASE)
    upgraded = subprocess.run(
        [sys.executable, "-c", "import run; run.run_alembic_upgrade({}, None)"],
        cwd=machine.now.folder, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if upgraded.returncode:
        raise CouldNotAnswer(f"The database before the deploy cannot be made: {upgraded.stderr.splitlines()[-1:]}")
    for statements, where in ((PREPARED, url), (PREPARED, machine.database_url)):
        with psycopg.connect(where, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
