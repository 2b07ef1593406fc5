"""
What the engine costs: its mutex, its ledger and its looking around, against Flask-Migrate doing the same revisions.

The ways take turns, so that whatever else the machine does meanwhile hits them alike; of each, the median counts.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from pipeline.benchmarks.changes import BIG, SMALL
from pipeline.benchmarks.figures import Cost, NoOp
from pipeline.benchmarks.upgrades import EMPTY, MIGRATIONS, Bench, Way, write_migrations

_WAYS: tuple[Way, ...] = ("plain", "engine")


def measure_costs(bench: Bench, repeats: int) -> tuple[Cost, ...]:
    """Apply three chains of revisions both ways, `repeats` times; one of them also where the ledger is there."""
    big = write_migrations(bench.folder / "big", BIG)
    small = write_migrations(bench.folder / "small", SMALL)
    # An upgrade without revisions makes the ledger and nothing else, as the first deploy of all does.
    recorded = bench.databases.make()
    bench.stopwatch.measure("engine", recorded, write_migrations(bench.folder / "none", ()))
    bench.stopwatch.measure("engine", bench.databases.make())  # Whatever is imported late is imported now.
    chains = (
        ("two revisions that work on every row", big, bench.template),
        ("our own revisions, on an empty database", MIGRATIONS, EMPTY),
        (f"{len(SMALL)} revisions that do next to nothing", small, EMPTY),
        (f"the same {len(SMALL)}, where the ledger is there already", small, recorded),
    )
    return tuple(_compare(bench, name, migrations, template, repeats) for name, migrations, template in chains)


def measure_no_op(bench: Bench, repeats: int) -> NoOp:
    """Upgrade a database that is at head, and connect to it."""
    database = bench.databases.make()
    measure = bench.stopwatch.measure
    measure("engine", database)
    pairs = [(measure("engine", database), measure("connect", database)) for _ in range(repeats)]
    return NoOp(median(upgrade for upgrade, _ in pairs), median(connect for _, connect in pairs))


def _compare(bench: Bench, name: str, migrations: Path, template: str, repeats: int) -> Cost:
    took: dict[Way, list[float]] = {way: [] for way in _WAYS}
    for number in range(repeats):
        # Who goes first finds the machine as the other has left it; so they change places.
        for way in _WAYS if number % 2 else reversed(_WAYS):
            database = bench.databases.make(template=template)
            took[way].append(bench.stopwatch.measure(way, database, migrations))
            bench.databases.drop(database)
    return Cost(name, median(took["plain"]), median(took["engine"]))
