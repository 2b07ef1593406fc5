"""The throwaway server is started thousands of times on machines nobody prepared, and must leave nothing."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline import postgres
from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder nobody else's servers are in; pytest closes its own to others, and the server may be somebody else."""
    with tempfile.TemporaryDirectory(prefix="kept-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize("version", [16, 18])
def test_a_server_of_the_asked_version_answers_and_is_gone_with_its_keeper(version: int) -> None:
    with Keeper() as keeper:
        server = postgres.start_server(keeper, version)
        with psycopg.connect(server.url()) as connection:
            row = connection.execute("SELECT current_setting('server_version_num')::int / 10000, 'ü' > 'z'").fetchone()

    assert row == (version, True)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url())


def test_it_starts_where_temporary_files_go_into_a_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root the server is somebody else's process, who cannot get into root's own folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with Keeper() as keeper:
        psycopg.connect(postgres.start_server(keeper).url()).close()


@pytest.mark.parametrize(
    ("free", "said", "kept"),
    [(1, None, "memory"), (0, None, "disk"), (1, "TMPDIR", "disk")],
    ids=["room", "no room", "TMPDIR is set"],
)
def test_data_is_kept_in_memory_where_there_is_room_and_nobody_said_otherwise(
    free: int, said: str | None, kept: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_MEMORY", temporary / "memory")
    monkeypatch.setattr(postgres, "_available_memory", lambda: free)
    monkeypatch.setattr(postgres, "_ROOM", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "disk"))
    monkeypatch.delenv("TMPDIR", raising=False)
    if said:
        monkeypatch.setenv(said, str(temporary / "disk"))
    for folder in ("memory", "disk"):
        (temporary / folder).mkdir(mode=0o755)

    with Keeper() as keeper:
        psycopg.connect(postgres.start_server(keeper).url()).close()
        found = {path.relative_to(temporary).parts[0] for path in temporary.glob("*/*/**/PG_VERSION")}

    assert found == {kept}
    assert list(temporary.glob("*/*")) == []


def test_without_the_password_nobody_gets_in() -> None:
    with Keeper() as keeper:
        server = postgres.start_server(keeper)

        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url(), password="guess")


def test_a_killed_owner_leaves_no_server_and_no_folder(temporary: Path) -> None:
    script = (
        "from pipeline import postgres; from pipeline.keeper import Keeper; import time\n"
        "print(postgres.start_server(Keeper()).url(), flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    owner = subprocess.Popen(
        [sys.executable, "-c", script], cwd="scripts", env=environment, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    url = owner.stdout.readline().strip()
    psycopg.connect(url).close()
    assert list(temporary.iterdir())

    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()

    until = time.monotonic() + 10
    while list(temporary.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_an_unknown_version_is_refused_by_name() -> None:
    with pytest.raises(CouldNotAnswer, match=r"no embedded PostgreSQL 9: ask for one of \[16, 18\]"):
        postgres.programs(9)


def test_the_servers_own_words_are_told_when_it_does_not_come_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_CONFIGURATION", "no_such_setting = 1\n")

    with Keeper() as keeper, pytest.raises(CouldNotAnswer, match="no_such_setting"):
        postgres.start_server(keeper)
