"""The throwaway server is started thousands of times on machines nobody prepared, and must leave nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from pipeline import postgres
from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper


def folders() -> set[Path]:
    return set(Path("/tmp").glob("throwaway-postgres-*"))  # noqa: S108 - where the keeper makes them.


@pytest.mark.parametrize("version", [16, 18])
def test_a_server_of_the_asked_version_answers_and_is_gone_with_its_keeper(version: int) -> None:
    with Keeper() as keeper:
        server = postgres.start_server(keeper, version)
        with psycopg.connect(server.url()) as connection:
            row = connection.execute("SELECT current_setting('server_version_num')::int / 10000, 'ü' > 'z'").fetchone()

    assert row == (version, True)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url())


def test_without_the_password_nobody_gets_in() -> None:
    with Keeper() as keeper:
        server = postgres.start_server(keeper)

        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url(), password="guess")


def test_a_killed_owner_leaves_no_server_and_no_folder() -> None:
    before = folders()
    script = (
        "from pipeline import postgres; from pipeline.keeper import Keeper; import time\n"
        "print(postgres.start_server(Keeper()).url(), flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], cwd="scripts", stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    url = owner.stdout.readline().strip()
    psycopg.connect(url).close()
    mine = folders() - before

    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()

    until = time.monotonic() + 10
    while any(folder.exists() for folder in mine) and time.monotonic() < until:
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    assert mine
    assert not any(folder.exists() for folder in mine)


def test_an_unknown_version_is_refused_by_name() -> None:
    with pytest.raises(CouldNotAnswer, match=r"no embedded PostgreSQL 9: ask for one of \[16, 18\]"):
        postgres.programs(9)


def test_the_servers_own_words_are_told_when_it_does_not_come_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_CONFIGURATION", "no_such_setting = 1\n")

    with Keeper() as keeper, pytest.raises(CouldNotAnswer, match="no_such_setting"):
        postgres.start_server(keeper)
