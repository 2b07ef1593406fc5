"""The command itself, so small that it takes seconds; and what its figures become."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest

from pipeline.benchmarks import app_speed
from pipeline.benchmarks.app_cli import bench_app
from pipeline.benchmarks.app_drain import Drained, drain_posts
from pipeline.benchmarks.app_package import Package
from pipeline.benchmarks.app_page import AppFigures, app_tables
from pipeline.benchmarks.app_speed import Imports, Throughput, import_times, serve_notifications
from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.postgres import Server

QUICK = ["--rounds", "1", "--each", "5", "--drains", "1", "--posts", "10", "--imports", "1", "--no-package"]
GOOD = AppFigures(
    2,
    Throughput(app=800, bare=1000, ratio=0.8, least=1600, ratio_to_least=0.5, megabytes=129.6),
    Imports(1.0, 0.8),
    Package(29, 99, 40),
    Drained(drain=300, alone=400, ratio=0.75, bare=1500, work=0.002),
)
BAD = AppFigures(
    2,
    Throughput(app=500, bare=1000, ratio=0.5, least=1600, ratio_to_least=0.3, megabytes=140),
    Imports(1.2, 0.8),
    Package(31, 101, 40),
    Drained(drain=200, alone=400, ratio=0.5, bare=1500, work=0.002),
)


@pytest.fixture
def server(postgresql: psycopg.Connection[tuple[object, ...]]) -> Server:
    info = postgresql.info
    return Server(info.host, info.port, info.user, info.password)


@pytest.mark.system
def test_the_command_measures_and_writes_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench_app([*QUICK, "--into", str(tmp_path)])

    page = (tmp_path / "app.md").read_text()
    assert "| notifications with four posts each |" in page
    assert "| draining posts, beside praw alone |" in page
    assert "| memory of a process that has served |" in page
    assert 'by `make bench-app ARGS="--rounds 1' in page
    assert "## Speed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["--rounds", "0"], ["--each", "0"], ["--imports", "-1"], ["--drains", "0"], ["--posts", "15"]], ids=str
)
def test_what_cannot_be_measured_is_refused(words: list[str]) -> None:
    with pytest.raises(UsageError, match=r"at least 1|multiple of 10"):
        bench_app(words)


@pytest.mark.system
def test_figures_are_those_of_work_that_was_done(server: Server) -> None:
    """The program counts the posts at its end: a refused notification is quick."""
    served = serve_notifications(server, rounds=2, each=3)

    assert served.app > 0
    assert served.bare > 0
    assert served.ratio > 0
    assert served.least > served.app
    assert 0 < served.ratio_to_least < 1
    assert 40 < served.megabytes < 500


def test_work_that_was_not_done_is_no_figure(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "app_process.py"
    broken.write_text(app_speed._PROGRAM.read_text().replace("sha1={signature}", "sha1=0{signature}"))
    monkeypatch.setattr(app_speed, "_PROGRAM", broken)

    with pytest.raises(CouldNotAnswer, match="posts were queued, which is not four for each notification"):
        serve_notifications(server, rounds=1, each=2)


@pytest.mark.system
def test_posts_are_drained_and_sent_alone(server: Server) -> None:
    """The program refuses a drain that has not posted all: waiting is quick."""
    drained = drain_posts(server, rounds=1, many=20)

    assert min(drained.drain, drained.alone, drained.bare, drained.ratio) > 0
    assert 0 < drained.work < 1


def test_imports_are_those_of_new_processes() -> None:
    imports = import_times(1)

    assert 0.05 < imports.bare < imports.run


def test_targets_that_are_met_are_said_to_be() -> None:
    said = [line for line in app_tables(GOOD) if " ≤ " in line or " ≥ " in line]

    assert len(said) == 6
    assert all(line.endswith("| met |") for line in said)


def test_targets_that_are_missed_are_told_by_how_much() -> None:
    said = "\n".join(app_tables(BAD))

    missed = ["0.20", "0.20", "50/s", "10 MB", "1 MB", "1 MB"]
    assert [line.split("missed by ")[1].split(" |")[0] for line in said.splitlines() if "missed" in line] == missed


def test_what_was_not_measured_is_not_told() -> None:
    said = "\n".join(app_tables(AppFigures(2, GOOD.throughput, GOOD.imports)))

    assert "drain" not in said
    assert "package" not in said


def test_the_script_is_there_to_be_typed() -> None:
    said = subprocess.run(
        [".venv/bin/python", "scripts/bench_app.py", "--help"], capture_output=True, text=True, check=True
    ).stdout

    assert "--no-package" in said
