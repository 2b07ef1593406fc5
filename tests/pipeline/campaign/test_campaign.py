"""The campaign's words, its gates and its table; that it harms and judges is `tests/system/test_fault_campaign.py`."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from rich.console import Console

from pipeline.campaign import cli, gates
from pipeline.campaign.case import Result, all_cases
from pipeline.campaign.deploy import BOUNDARIES, IDS, commit_the_deploy
from pipeline.environment import CHECKOUT
from pipeline.errors import Found, UsageError
from pipeline.rehearsal.checkout import export

GOOD = Result(all_cases()[0], ("applied",) * 3, ("applied", "interrupted, applied", "applied"), "the next deploy")
BAD = Result(all_cases()[1], ("applied",) * 3, ("applied",) * 3, "nobody", problems=["there is an advisory lock"])


def test_every_gate_is_behind_a_function_of_the_engine_and_only_once() -> None:
    """Moved or renamed, one would be missed by no test of the engine: nothing there knows of gates."""
    program = """
import importlib, gates
gates.install(); gates.install()
for path in (*gates.ONCE, *gates.EACH):
    module, *names = path.split(".")
    found = importlib.import_module(f"yt_pubsub_handler.migration.{module}")
    for name in names:
        found = getattr(found, name)
    assert found.gate == path and not hasattr(found.__closure__[0].cell_contents, "gate"), path
"""
    folder = Path(gates.__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{CHECKOUT}"}

    subprocess.run([sys.executable, "-c", program], env=environment, cwd=CHECKOUT, check=True)


def test_every_boundary_has_a_gate_or_is_seen_by_the_server() -> None:
    behind = {boundary.gate.split()[0] for boundary in BOUNDARIES if boundary.gate and "." in boundary.gate}

    assert behind == {*gates.ONCE, *gates.EACH}
    assert [boundary.name for boundary in BOUNDARIES if boundary.gate is None] == ["the index is being built"]


def test_a_shut_gate_stops_and_an_open_one_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATES", str(tmp_path))
    shut, reached = tmp_path / "here.shut", tmp_path / "here.reached"

    gates.pass_gate("here")
    assert not reached.exists()
    shut.touch()
    passing = threading.Thread(target=gates.pass_gate, args=("here",))
    passing.start()
    while not reached.exists():
        pass
    assert passing.is_alive()
    shut.unlink()
    passing.join(10)

    assert not passing.is_alive()


def test_the_revisions_follow_ours(tmp_path: Path) -> None:
    folder = export(CHECKOUT, None, tmp_path / "now").folder

    commit_the_deploy(folder)

    script = ScriptDirectory(str(folder / "migrations"))
    assert [revision.revision for revision in script.walk_revisions()][:3] == list(reversed(IDS))
    assert subprocess.check_output(["git", "status", "--porcelain"], cwd=folder) == b""


@contextmanager
def no_deployment(_display: object) -> Iterator[Any]:
    yield None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cases that would have been run."""
    seen: list[str] = []

    def run_cases(_machine: object, cases: list[Any], *_: object) -> list[Result]:
        seen.extend(map(str, cases))
        return [GOOD, BAD] if len(cases) > 1 else [GOOD]

    monkeypatch.setattr(cli, "deployed", no_deployment)
    monkeypatch.setattr(cli, "run_cases", run_cases)
    return seen


def test_a_case_that_did_not_end_well_fails_the_campaign_and_is_named(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Found, match=f"{BAD.case}: there is an advisory lock"):
        cli.campaign_faults([])

    assert asked == [str(case) for case in all_cases()]
    assert "1 of 2 cases ended as they have to." in capsys.readouterr().out


def test_a_word_picks_cases(asked: list[str]) -> None:
    cli.campaign_faults(["-k", "killed, when the fence"])

    assert asked == ["sandbox killed, when the fence is raised"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(["-k", "earthquake"], "No case contains 'earthquake'"), (["--lanes", "0"], "at least 1")],
    ids=str,
)
def test_words_that_mean_nothing_are_refused(words: list[str], said: str, asked: list[str]) -> None:
    with pytest.raises(UsageError, match=said):
        cli.campaign_faults(words)

    assert asked == []


def test_the_table_tells_each_revisions_outcome_and_what_finished_it() -> None:
    console = Console(width=200, record=True)

    console.print(cli.table([GOOD, BAD]))

    _, first, second = console.export_text().splitlines()
    assert [word for word in first.split("  ") if word] == [
        "the mutex is taken", "connection dropped", "applied · applied · applied", "the next deploy",
        "applied · interrupted, applied · applied", "✓",
    ]  # fmt: skip
    assert second.split()[-1] == "✗"
    assert "the mutex is taken" not in second
