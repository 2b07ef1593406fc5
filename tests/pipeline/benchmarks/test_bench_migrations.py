"""The command itself, on a table so small that it takes seconds; and what its figures become."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from defusedxml import ElementTree

from pipeline.benchmarks.changes import CHANGES, TABLE, Revision
from pipeline.benchmarks.cli import bench_migrations
from pipeline.benchmarks.figures import Cost, Figures, NoOp, Stall, duration
from pipeline.benchmarks.page import tables, write_page
from pipeline.benchmarks.picture import draw
from pipeline.benchmarks.traffic import traffic
from pipeline.benchmarks.upgrades import Databases, Stopwatch, write_migrations
from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.keeper import Keeper
from pipeline.postgres import Server

SVG = "{http://www.w3.org/2000/svg}"
DOCS = Path("docs/benchmarks")
FIGURES = Figures(
    rows=1_000_000,
    costs=(Cost("much work", plain=2.0, engine=2.2), Cost("no work", plain=0.05, engine=0.2)),
    no_op=NoOp(upgrade=0.03, connect=0.01),
    quiet=Stall("nothing", "", took=3.0, reader=0.002, writer=0.003, safe=True),
    stalls=(
        Stall("an <index>", "guessed", took=2.0, reader=0.003, writer=2.5, safe=False),
        Stall("an <index>", "safe", took=4.0, reader=0.003, writer=0.05, safe=True),
        Stall("a column", "safe", took=9.0, reader=4.5, writer=0.05, safe=True),
    ),
)


@pytest.fixture
def server(postgresql: psycopg.Connection[tuple[object, ...]]) -> Server:
    info = postgresql.info
    return Server(info.host, info.port, info.user, info.password)


@pytest.fixture
def databases(server: Server) -> Iterator[Databases]:
    made: list[str] = []

    class Remembering(Databases):
        def make(self, *statements: str, template: str = "template1") -> str:
            made.append(super().make(*statements, template=template))
            return made[-1]

    yield Remembering(server, f"benchmark_test_{secrets.token_hex(4)}")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def stopwatch(server: Server) -> Iterator[Stopwatch]:
    with Keeper() as keeper:
        watch = Stopwatch(keeper, server)
        yield watch
        watch.close()


@pytest.mark.system
def test_the_command_measures_and_writes_page_and_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--rows", "1000", "--repeats", "1", "--report", "0.2", "--into", str(tmp_path)]

    bench_migrations(words)

    page = (tmp_path / "migrations.md").read_text()
    assert {change.name for change in CHANGES} - set(
        re.findall(r"^\| ([^|]+?) \| as a safe", page, re.MULTILINE)
    ) == set()
    assert 'by `make bench-migrations ARGS="--rows 1000' in page
    assert "## Cost of the engine" in capsys.readouterr().out
    assert ElementTree.fromstring((tmp_path / "migrations.svg").read_text()).tag == f"{SVG}svg"


def test_a_quick_run_leaves_the_docs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.benchmarks.cli._measure", lambda *_: FIGURES)
    monkeypatch.setattr("pipeline.benchmarks.cli.DOCS", tmp_path)

    bench_migrations(["--rows", "1000"])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["--rows", "0"], ["--repeats", "0"], ["--report", "-1"]], ids=str)
def test_what_cannot_be_measured_is_refused(words: list[str]) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        bench_migrations(words)


def test_both_ways_leave_the_same_schema(databases: Databases, stopwatch: Stopwatch, tmp_path: Path) -> None:
    """A ratio between ways that do different things would mean nothing."""
    migrations = write_migrations(tmp_path / "migrations", [Revision('op.execute("CREATE TABLE made (a int)")')])

    made = {}
    for way in ("plain", "engine"):
        database = databases.make()
        assert stopwatch.measure(way, database, migrations) > 0
        with psycopg.connect(databases.server.url(database)) as connection:
            query = "SELECT to_regclass('made')::text, (SELECT version_num FROM alembic_version)"
            made[way] = connection.execute(query).fetchone()

    assert made == dict.fromkeys(("plain", "engine"), ("made", "000000000001"))


def test_an_upgrade_that_fails_is_no_figure(databases: Databases, stopwatch: Stopwatch, tmp_path: Path) -> None:
    migrations = write_migrations(tmp_path / "migrations", [Revision('op.execute("SELECT 1 / 0")')])

    with pytest.raises(CouldNotAnswer, match=r"An upgrade by 'engine' failed: .*revision-failed"):
        stopwatch.measure("engine", databases.make(), migrations)


def test_every_safe_change_brings_what_the_guessed_one_does(
    databases: Databases, stopwatch: Stopwatch, tmp_path: Path
) -> None:
    """The type of a column is the exception: its safe way ends with both columns filled, and the old one goes later."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for number, change in enumerate(CHANGES):
        for way, revisions in (("guessed", change.guessed), ("safe", change.safe)):
            database = databases.make(*(statement.format(rows=10) for statement in TABLE))
            stopwatch.measure("engine", database, write_migrations(tmp_path / f"{number}-{way}", revisions))
            with psycopg.connect(databases.server.url(database)) as connection:
                found[change.name, way] = list(connection.execute(SCHEMA))

    for change in CHANGES:
        if change.name != "integer becomes bigint":
            assert found[change.name, "safe"] == found[change.name, "guessed"]
    wide = dict(found["integer becomes bigint", "safe"])
    assert (wide["b_wide"], wide["empty b_wide"]) == ("bigint", "0")


SCHEMA = """
SELECT attname, format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0
UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c'
UNION ALL SELECT indexrelid::regclass::text, indisvalid::text FROM pg_index WHERE indrelid = 't'::regclass
UNION ALL SELECT 'empty b_wide', count(*)::text FROM t WHERE to_jsonb(t) ->> 'b_wide' IS NULL
    AND to_jsonb(t) ? 'b_wide'
ORDER BY 1
"""


def test_a_stall_is_what_a_lock_makes_somebody_wait(databases: Databases) -> None:
    database = databases.make(*(statement.format(rows=10) for statement in TABLE))
    url = databases.server.url(database)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"

    with traffic(url, 10) as stalls, psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE t IN SHARE MODE")
        while connection.execute(waiting, ("benchmark writer",)).fetchone() == (0,):
            pass
        connection.execute("SELECT pg_sleep(0.3)")

    assert stalls.writer >= 0.3
    assert 0 < stalls.reader < 0.3


def test_traffic_that_was_sent_away_is_no_figure(databases: Databases) -> None:
    database = databases.make(*(statement.format(rows=10) for statement in TABLE))
    url = databases.server.url(database)

    def send_away() -> None:
        with traffic(url, 10) as stalls:
            with psycopg.connect(url) as connection:
                connection.execute("DROP TABLE t")
            while len(stalls.errors) < 2:
                pass

    with pytest.raises(CouldNotAnswer, match=r"broken off: .*UndefinedTable"):
        send_away()


def test_targets_are_beside_the_figures() -> None:
    lines = tables(FIGURES)

    assert "| much work | 2.0 s | 2.2 s | 200 ms | 1.10 | ≤ 1.3 | met |" in lines
    assert "| no work | 50 ms | 200 ms | 150 ms | 4.00 | ≤ 1.3 | missed by 2.70 |" in lines
    assert "| 30 ms | 10 ms | 20 ms | ≤ 200 ms | met |" in lines
    assert "| an <index> | guessed | 2.0 s | 3 ms | 2.5 s |  |  |" in lines
    assert "| a column | safe | 9.0 s | 4.5 s | 50 ms | ≤ 4.0 s | missed by 500 ms |" in lines


def test_the_picture_has_a_bar_for_each_figure_and_longer_ones_for_longer_stalls() -> None:
    root = ElementTree.fromstring(draw(FIGURES))

    bars = [(bar.get("class"), float(bar.get("width", 0))) for bar in root.iter(f"{SVG}rect")]
    expected = [value for stall in FIGURES.stalls for value in (stall.reader, stall.writer)]
    assert [kind for kind, _ in bars] == ["harmful"] * 2 + ["safe"] * 4
    by_length = sorted(range(len(bars)), key=lambda number: bars[number][1])
    assert by_length == sorted(range(len(bars)), key=lambda number: expected[number])
    said = [text.text for text in root.iter(f"{SVG}text")]
    assert "an <index>" in said
    assert {duration(value) for value in expected} - set(said) == set()


def test_the_picture_follows_the_colours_of_its_reader_and_keeps_to_its_frame() -> None:
    root = ElementTree.fromstring(draw(replace(FIGURES, stalls=(replace(FIGURES.stalls[0], writer=75.0),))))

    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    ends = [float(bar.attrib["x"]) + float(bar.attrib["width"]) for bar in root.iter(f"{SVG}rect")]
    bottoms = [float(bar.attrib["y"]) + float(bar.attrib["height"]) for bar in root.iter(f"{SVG}rect")]
    assert max(ends) <= width - 60
    assert max(bottoms) <= height
    assert "prefers-color-scheme: dark" in "".join(root.itertext())


def test_the_page_says_on_what_it_was_measured(tmp_path: Path) -> None:
    write_page(FIGURES, "make bench-migrations", tmp_path, "<svg/>", "18.1")

    page = (tmp_path / "migrations.md").read_text()
    assert re.search(
        r"Measured on \d{4}-\d\d-\d\d by `make bench-migrations`: .+, \d+ cores, \d+ GiB, \w+, Python 3[.\d]+, "
        r"PostgreSQL 18\.1 on the same machine with `fsync = off`, a table of 1,000,000 rows\.",
        page,
    )
    assert max(map(len, (line for line in page.splitlines() if not line.startswith(("|", "Measured"))))) <= 120


def test_the_page_in_the_docs_is_of_the_full_run() -> None:
    page = (DOCS / "migrations.md").read_text()

    assert "by `make bench-migrations`:" in page
    assert {change.name for change in CHANGES} - set(
        re.findall(r"^\| ([^|]+?) \| as a safe", page, re.MULTILINE)
    ) == set()
