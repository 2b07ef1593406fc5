"""
The figures as a page of the docs, with what is needed to judge them: the machine, the date, and the command.

The same table goes to the terminal.
"""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from pipeline.benchmarks.figures import (
    LOCK_TIMEOUT_SECONDS,
    NO_OP_SECONDS,
    RATIO,
    Figures,
    duration,
    verdict,
)

PICTURE = "migrations.svg"
PAGE = "migrations.md"

_INTRODUCTION = """\
# What migrating costs, and what it spares

Written by `make bench-migrations`; every run writes it anew. Targets are printed beside the figures and fail nothing.

![The longest stall of a reader and of a writer, for each change, written in two ways](migrations.svg)
"""
_READING = """\
## How to read it

*Stalls.* While a revision runs, somebody reads one row by its key again and again, and somebody else writes one; the
figure is the longest that one such statement took. Both ways of a change are applied by the engine, so only the
revision differs. The last pair is about who applies it: a change of milliseconds waits behind a transaction that has
read the table, and everybody else queues behind the change. The engine gives up after `lock_timeout`, lets them
through, and tries again. The target can be missed by the milliseconds that a statement itself needs after it has
waited for all of `lock_timeout`. A stall of just above one second beside a safe revision is an autovacuum of the
table: it gives way to an ALTER TABLE when PostgreSQL tells it to, after `deadlock_timeout`, which is one second.

*Cost.* Both ways in turn, in one warm process, each time on a new database; medians. What the engine adds is an amount
for a database (the ledger's tables, which the first deploy makes), one for a run (two more sessions, the mutex, the
takeover) and one for a revision (two rows in the ledger, the fence, `env.py` in a session as if new), whatever the
revision does: the ratio says something where a revision does something, the difference where it does nothing. Which
part is the price of which guarantee is in [the decisions](../decisions.md), under 2026-11-27.
"""


def write_page(figures: Figures, command: str, folder: Path, picture: str, server: str) -> None:
    """Write page and picture into `folder`; `server` is PostgreSQL's version."""
    where = f"PostgreSQL {server} on the same machine with `fsync = off`, a table of {figures.rows:,} rows"
    write_document(folder / PAGE, _INTRODUCTION, measured(command, where), tables(figures), _READING)
    (folder / PICTURE).write_text(picture)


def measured(command: str, what: str) -> str:
    """When, by which command, and on which machine figures came to be."""
    return f"Measured on {datetime.now(UTC):%Y-%m-%d} by `{command}`: {machine()}, {what}."


def write_document(page: Path, introduction: str, about: str, lines: list[str], reading: str) -> None:
    """Write a page of the docs, and its folder where there is none: what it is, the figures, and how to read them."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join([introduction, about, "", *lines, reading]))


def tables(figures: Figures) -> list[str]:
    """The figures as Markdown, a line each."""
    lines = [
        "## Stalls",
        "",
        "| change | way | takes | longest stall of a reader | of a writer | target for both | |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for stall in (figures.quiet, *figures.stalls):
        worst = max(stall.reader, stall.writer)
        limit = f"≤ {duration(LOCK_TIMEOUT_SECONDS)}" if stall.safe and stall.way else ""
        lines.append(
            f"| {stall.change} | {stall.way} | {duration(stall.took)} | {duration(stall.reader)} | "
            f"{duration(stall.writer)} | {limit} | {verdict(worst, LOCK_TIMEOUT_SECONDS) if limit else ''} |"
        )
    lines += [
        "",
        "## Cost of the engine",
        "",
        "| the same revisions | `flask db upgrade` | engine | more | ratio | target | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    lines += [
        f"| {cost.name} | {duration(cost.plain)} | {duration(cost.engine)} | {duration(cost.engine - cost.plain)} | "
        f"{cost.ratio:.2f} | ≤ {RATIO} | {verdict(cost.ratio, RATIO, '{:.2f}'.format)} |"
        for cost in figures.costs
    ]
    no_op = figures.no_op
    lines += [
        "",
        "| an upgrade with nothing to do | bare connecting | more | target | |",
        "| ---: | ---: | ---: | ---: | --- |",
        f"| {duration(no_op.upgrade)} | {duration(no_op.connect)} | {duration(no_op.over)} | "
        f"≤ {duration(NO_OP_SECONDS)} | {verdict(no_op.over, NO_OP_SECONDS)} |",
        "",
    ]
    return lines


def machine() -> str:
    """Say what it was measured on: nothing that names this very machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    hardware = f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB"
    return f"{hardware}, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    try:
        described = Path("/proc/cpuinfo").read_text()
    except OSError:
        described = ""
    names = [line.split(":", 1)[1].strip() for line in described.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
