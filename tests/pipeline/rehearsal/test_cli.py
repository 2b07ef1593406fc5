"""How a rehearsal ends when it cannot begin, or is ended: one line that says what to do, and nothing left."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer, UsageError
from pipeline.rehearsal.asking import request
from pipeline.rehearsal.cli import rehearse

REHEARSE = [sys.executable, "scripts/rehearse.py"]


def processes_below(folder: Path) -> list[str]:
    """The command lines of all processes that were started with `folder` in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
        except OSError:  # It has ended, or belongs to somebody else.
            continue
        if str(folder).encode() in environment + command:
            found.append(command.replace(b"\0", b" ").decode())
    return found


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """
    A folder that takes all that a rehearsal writes; afterwards it and all that was started from it must be gone.

    It is none of pytest's, which closes its own to others: PostgreSQL runs as somebody else where we are root.
    """
    folder = Path(tempfile.mkdtemp(prefix="rehearsed-"))
    folder.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    until = time.monotonic() + 15
    while (list(folder.iterdir()) or processes_below(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    left = list(folder.iterdir())
    shutil.rmtree(folder)
    assert (left, processes_below(folder)) == ([], [])


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*REHEARSE, *arguments], capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def running_until(line: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A rehearsal that has just printed `line`, in a session of its own, as a terminal's foreground job has."""
    with subprocess.Popen(
        [*REHEARSE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        seen = []
        for said in process.stdout:
            seen.append(said)
            if line in said:
                break
        else:
            pytest.fail(f"never said {line!r}: {''.join(seen)}")
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("arguments", "last_line"),
    [
        (["--from"], "rehearse.py: error: argument --from: expected one argument"),
        (["sing"], "rehearse.py: error: argument what: invalid choice: 'sing'"),
        (["--port", "x"], "rehearse.py: error: argument --port: invalid int value: 'x'"),
    ],
)
def test_words_that_are_off_end_with_2_and_a_line_that_names_them(
    capsys: pytest.CaptureFixture[str], arguments: list[str], last_line: str
) -> None:
    with pytest.raises(SystemExit) as ending:
        rehearse(arguments)

    assert ending.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(last_line)


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="--port 70000: ports go from 1 to 65535"):
        rehearse(["--port", "70000"])


@pytest.mark.usefixtures("temporary")
def test_a_taken_port_ends_with_3_and_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = ended("--port", str(port))

    assert (answer.returncode, len(answer.stderr.strip().splitlines())) == (3, 1)
    assert answer.stderr.startswith(f"error: Port {port} ")
    assert "choose another port" in answer.stderr


def test_a_folder_without_git_ends_with_a_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match="is not a git checkout"):
        rehearse([], tmp_path)


@pytest.mark.usefixtures("temporary")
def test_a_bad_ref_is_found_before_anything_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="no such commit"):
        rehearse(["--from", "no-such-ref"])

    assert "Start the local AWS" not in capsys.readouterr().out


def test_packages_that_cannot_be_installed_end_with_3_and_say_what_to_do(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A development environment that holds no other one yet, on a machine without a network."""
    fresh = temporary / "environment"
    (fresh / "bin").mkdir(parents=True)
    (fresh / "bin" / "uv").symlink_to(Path(sys.prefix) / "bin" / "uv")
    monkeypatch.setattr(sys, "prefix", str(fresh))
    monkeypatch.setenv("UV_OFFLINE", "1")

    with pytest.raises(CouldNotAnswer) as refusal:
        rehearse([])
    shutil.rmtree(fresh)

    assert "check that a package index can be reached, then run the same command again" in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.system
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("temporary")
def test_serve_leaves_it_running_until_ctrl_c() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with running_until("Serving at", "serve", "--port", str(port)) as process:
        status = request("GET", f"http://127.0.0.1:{port}/status").status
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)

    assert (status, process.returncode) == (200, 130)


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_everything_within_seconds(temporary: Path, signalled: signal.Signals) -> None:
    with running_until("✓ Make the environment of its package") as process:
        assert len(processes_below(temporary)) > 1, "the bootstrap, PostgreSQL or Lambda are running"

        process.send_signal(signalled)
        _, said = process.communicate(timeout=10)

    assert (process.returncode, said.strip().splitlines()[-1]) == (130, "interrupted")


def test_a_kill_leaves_no_process_and_no_folder(temporary: Path) -> None:
    """The fixture waits until its folder is empty and nobody who was started from it is alive."""
    with running_until("✓ Make the environment of its package") as process:
        before = list(temporary.iterdir())

        process.kill()
        process.communicate(timeout=10)

    assert {path.name.rpartition("-")[0] for path in before} == {"rehearsal", "throwaway-postgres"}
