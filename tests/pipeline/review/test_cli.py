"""The command as people and workflows type it: its words, its output, and the four ways in which it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.review.cli import review_revisions
from tests.pipeline.review.project import CHECKOUT, Project, review_script

READING = ("--phases", "history,source,sql")


def report(done: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def shell(line: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the review by a line of the shell, in which it is `"$@"`."""
    script = [sys.executable, str(CHECKOUT / "scripts" / "review_revisions.py"), *words]
    return subprocess.run(["bash", "-c", line, "bash", *script], cwd=cwd, capture_output=True, text=True, check=False)


def test_our_own_revisions_pass() -> None:
    done = review_script("--all", "--phases", "history,source,sql")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_history_finding_ends_with_1_and_is_in_the_json(project: Project) -> None:
    project.branch("lost")
    path = project.write("cccccccccccc")

    done = review_script("--since", "main", "--directory", project.migrations, "--format", "json", *READING)

    [finding] = [one for one in report(done)["findings"] if one["phase"] == "history"]
    assert done.returncode == 1
    assert report(done)["analysed"] == [str(path)]
    assert {name: finding[name] for name in ("rule", "severity", "revision", "file", "line", "subject", "waived")} == {
        "rule": "other-beginning", "severity": "error", "revision": "cccccccccccc", "file": str(path), "line": 10,
        "subject": "cccccccccccc", "waived": None,
    }  # fmt: skip


def test_charts_of_what_is_not_run_are_a_mistake_and_not_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--charts draws what running shows.* --phases history,source,sql,live\.$"):
        review_revisions(["--all", *READING, "--charts", str(tmp_path / "charts")])

    assert not (tmp_path / "charts").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--python", "nowhere/python"), r"--python nowhere/python is not there: give", id="no python"),
        pytest.param(("--python", "."), r"--python \. is a folder: give the interpreter in it", id="a folder"),
        pytest.param(("--statistics", "head.csv"), r"head\.csv names no table: give lines", id="only a head"),
        pytest.param(("--statistics", "bad.csv"), r"bad\.csv, line 2: 'many' is no number of rows", id="no number"),
        pytest.param(
            ("--statistics", "good.csv", "--rows", "0"), r"with --rows 0 there are none", id="nothing to scale"
        ),
        pytest.param(("--smoke", "true"), r"--smoke is run in the release .* with --release", id="no release"),
    ],
)
def test_what_is_run_with_the_wrong_things_is_a_mistake_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("head.csv").write_text("table,rows\n")
    Path("bad.csv").write_text("table,rows\norders,many\n")
    Path("good.csv").write_text("orders,7\n")

    with pytest.raises(UsageError, match=said):
        review_revisions(["--all", "--phases", "live", *words])


def test_fail_on_decides_what_ends_with_1(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb")
    project.write("dddddddddddd", "bbbbbbbbbbbb")
    project.write("eeeeeeeeeeee", ("cccccccccccc", "dddddddddddd"), upgrade="op.execute('SELECT 1')")
    words = ("--all", "--phases", "history", "--directory", project.migrations)

    codes = {name: review_script(*words, "--fail-on", name).returncode for name in ("error", "warning", "none")}

    assert codes == {"error": 0, "warning": 1, "none": 0}


def test_a_waived_finding_does_not_count_and_is_still_told(project: Project) -> None:
    project.branch("lost")
    path = project.write("cccccccccccc")
    project.replace(path, "down_revision = None", "# review: allow other-beginning -- a test\ndown_revision = None")

    done = review_script(
        "--since", "main", "--directory", project.migrations, "--format", "json", "--phases", "history"
    )

    assert done.returncode == 0
    assert [(one["rule"], one["waived"]) for one in report(done)["findings"]] == [("other-beginning", "a test")]


def test_nothing_new_is_fine_and_said(project: Project) -> None:
    done = review_script("--since", "main", cwd=project.folder)

    assert (done.returncode, done.stderr) == (0, "There are no new revisions since main.\n")


def test_without_words_it_is_what_is_new_since_the_main_branch(project: Project) -> None:
    project.branch("more")
    project.write("cccccccccccc", "bbbbbbbbbbbb")

    done = review_script("--format", "json", "--phases", "history", cwd=project.folder)

    assert report(done)["analysed"] == ["migrations/versions/cccccccccccc.py"]
    assert done.stderr == "Reviewing what is new since main (--all for everything).\n"


def test_a_file_is_reviewed_alone_from_wherever_it_is_typed(project: Project) -> None:
    project.write("cccccccccccc")

    done = review_script(
        "second.py", "--directory", "..", "--format", "json", "--phases", "history,source",
        cwd=project.migrations / "versions",
    )  # fmt: skip

    assert (report(done)["analysed"], [one["phase"] for one in report(done)["findings"]].count("history")) == (
        ["second.py"], 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--since", "main", "--all"], "--since, --all and FILE exclude each other"),
        (["migrations/versions/first.py", "--all"], "--since, --all and FILE exclude each other"),
        (["--since", "nowhere"], "git knows no such commit"),
        (["--since=-main"], "is no commit"),
        (["migrations/versions/nowhere.py"], "There is no file migrations/versions/nowhere.py"),
        (["migrations/env.py"], "migrations/env.py is not in migrations/versions"),
        (["migrations/versions"], "migrations/versions is a folder: name revisions one by one"),
        (["--directory", "migrations/versions/first.py", "--all"], "first.py is no settings file"),
        (["--directory", "shop", "--all"], "the folder that holds env.py, one of shop/db/migrations."),
        (["--undone", "no/such/ledger"], "--undone no/such/ledger cannot be read (No such file or directory)"),
        (["--directory", "nowhere"], "There is no folder nowhere"),
        (["--directory", ".git", "--all"], ".git is no Alembic script directory"),
        (["--phases", "sorcery"], "sorcery is no phase"),
        (["--phases", ","], "nothing is no phase"),
        (["--postgresql-version", "11"], "invalid choice"),
        (["--format", "xml"], "invalid choice"),
        (["--explain", "drop-tabel"], "There is no rule called drop-tabel"),
        (["--enable", "several-head"], "is it several-heads?"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_wrong_words_say_what_is_right(
    project: Project,
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    further_down = project.folder / "shop" / "db" / "migrations"
    (further_down / "versions").mkdir(parents=True)
    (further_down / "env.py").touch()
    monkeypatch.chdir(project.folder)

    with pytest.raises((UsageError, SystemExit)) as raised:
        review_revisions(words)

    assert getattr(raised.value, "exit_code", None) == 2 or raised.value.args == (2,)
    assert message in f"{raised.value}{capsys.readouterr().err}"


@pytest.mark.parametrize("words", [["--since", "nowhere"], ["--nonsense"]])
def test_wrong_words_end_with_2_and_without_a_traceback(project: Project, words: list[str]) -> None:
    done = review_script(*words, cwd=project.folder)

    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_everything_of_an_empty_directory_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()

    done = review_script("--all", "--directory", tmp_path)

    assert done.returncode == 3
    assert re.findall(r"error: The phase (\w+) analysed nothing", done.stderr) == ["history", "source", "sql"]


def test_a_phase_that_was_asked_for_and_cannot_be_run_is_no_answer_and_the_others_are_told(project: Project) -> None:
    project.write("cccccccccccc")

    done = review_script(
        "--all", "--phases", "window,live,history", "--directory", project.migrations, "--format", "json"
    )

    assert done.returncode == 3
    assert [one["rule"] for one in report(done)["findings"]] == ["other-beginning"]
    assert "error: What was to be run (--phases live and window) could not be: The project does not" in done.stderr


@pytest.mark.parametrize("content", ["", "def column(): pass\n"])
@pytest.mark.parametrize("words", [["--since", "main"], ["migrations/versions/empty.py"]])
def test_a_new_file_that_is_no_revision_is_no_answer(project: Project, words: list[str], content: str) -> None:
    path = project.migrations / "versions" / "empty.py"
    path.write_text(content)

    done = review_script(*words, "--format", "json", cwd=project.folder)

    assert done.returncode == 3
    assert [one["file"] for one in report(done)["not_analysed"]] == [str(path.relative_to(project.folder))]
    assert "error: migrations/versions/empty.py was to be reviewed and cannot be read as a revision" in done.stderr


def test_a_pipe_among_the_revisions_holds_nobody_up(project: Project) -> None:
    os.mkfifo(project.migrations / "versions" / "pipe.py")

    done = review_script("--since", "main", cwd=project.folder)

    assert done.returncode == 3
    assert "migrations/versions/pipe.py:1: It has a revision's name and cannot be opened as a file" in done.stdout


@pytest.mark.parametrize("words", [["--all", *READING], ["--list-rules"], ["--explain", "drop-column"]])
@pytest.mark.parametrize(("redirection", "why"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")])
def test_an_answer_that_nobody_can_get_is_none(project: Project, words: list[str], redirection: str, why: str) -> None:
    done = shell(f'"$@" {redirection}', *words, cwd=project.folder)

    assert (done.returncode, done.stderr.splitlines()) == (
        3, [f"error: The answer cannot be written to standard output ({why}): open it, or name a file with --output."],
    )  # fmt: skip


def test_whoever_reads_only_the_beginning_changes_nothing_in_the_answer(project: Project) -> None:
    for number in range(300):  # More than fits into a pipe.
        project.write(f"{number:012}", None)

    done = shell('"$@" | head -1 >/dev/null; exit ${PIPESTATUS[0]}', "--all", "--phases", "history", cwd=project.folder)

    assert (done.returncode, done.stderr) == (1, "")


def test_a_phase_that_cannot_be_run_analyses_nothing_alone(project: Project) -> None:
    done = review_script("--all", "--phases", "live", "--format", "json", cwd=project.folder)

    assert (done.returncode, report(done)["analysed"]) == (3, [])


@pytest.mark.parametrize("given", ["", ",".join(f"{number:012}" for number in range(100))])
def test_undone_may_be_nothing_or_a_long_list(project: Project, given: str) -> None:
    done = review_script("--all", *READING, "--undone", given, cwd=project.folder)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["--since", "main"], ["migrations/versions/cccccccccccc.py"]])
def test_a_new_file_that_does_not_parse_is_no_answer(project: Project, words: list[str]) -> None:
    project.branch("broken")
    path = project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade="print 'x'")

    done = review_script(*words, "--format", "json", "--phases", "history", cwd=project.folder)

    assert done.returncode == 3
    assert f"error: {path.relative_to(project.folder)} was to be reviewed and cannot be read" in done.stderr
    assert [one["line"] for one in report(done)["not_analysed"]] == [16]


def test_an_old_file_that_does_not_parse_is_listed_among_all(project: Project) -> None:
    project.write("cccccccccccc", "bbbbbbbbbbbb", upgrade="print 'x'")

    done = review_script("--all", "--format", "json", "--phases", "history", cwd=project.folder)

    assert (done.returncode, [one["line"] for one in report(done)["not_analysed"]]) == (0, [16])


def test_undone_revisions_are_given_as_words_or_as_a_file(project: Project, tmp_path: Path) -> None:
    ledger = tmp_path / "undone"
    ledger.write_text("bbbbbbbbbbbb\n")
    project.branch("undo")
    (project.migrations / "versions" / "second.py").unlink()
    words = ("--since", "main", "--directory", project.migrations)

    codes = [
        review_script(*words, "--undone", given).returncode for given in ("xxxx,bbbbbbbbbbbb", str(ledger), "xxxx")
    ]

    assert codes == [0, 0, 1]


def test_the_report_goes_into_a_file_and_into_every_format(project: Project, tmp_path: Path) -> None:
    project.write("cccccccccccc")
    words = ("--all", "--phases", "history", "--directory", project.migrations)

    done = review_script(*words, "--format", "sarif", "--output", tmp_path / "report.sarif")

    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((tmp_path / "report.sarif").read_text())["version"] == "2.1.0"


def test_an_output_that_cannot_be_written_is_no_finding(project: Project, tmp_path: Path) -> None:
    done = review_script("--since", "main", "--output", tmp_path / "no" / "such", cwd=project.folder)

    assert done.returncode == 3
    assert "cannot be written" in done.stderr


def test_fix_writes_the_parent_and_then_the_head_file(project: Project) -> None:
    head = project.migrations / "head.txt"
    head.write_text("bbbbbbbbbbbb\n")
    project.commit()
    project.branch("lost")
    path = project.write("cccccccccccc")

    done = review_script("--since", "main", "--phases", "history", "--fix", "--directory", project.migrations)

    assert (done.returncode, head.read_text()) == (0, "cccccccccccc\n"), done.stderr
    assert 'down_revision = "bbbbbbbbbbbb"' in path.read_text()


def test_rules_are_listed_and_explained() -> None:
    listed = review_script("--list-rules")
    explained = review_script("--explain", "several-heads")

    assert (listed.returncode, explained.returncode) == (0, 0)
    assert "several-heads" in listed.stdout
    assert "Multiple head revisions" in explained.stdout


def test_nothing_of_the_project_is_imported_or_run(project: Project) -> None:
    path = project.write("cccccccccccc", "bbbbbbbbbbbb")
    marker = project.folder / "was_run"
    path.write_text(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n{path.read_text()}")

    done = review_script("--all", *READING, "--directory", project.migrations)

    assert (done.returncode in {0, 1}, marker.exists()) == (True, False)
