"""A PostgreSQL of the campaign's own, which can be restarted in the middle of everything."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from pipeline.keeper import Keeper
from pipeline.postgres import Server, start_server


class Database:
    """A server that keeps what it has committed, though it may be cut off at any moment."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self.server: Server = start_server(keeper)
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            # The throwaway server answers before a commit has left it, and would forget some of them.
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")
            connection.execute("SELECT pg_reload_conf()")
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        self._data = Path(row[0])

    def restart(self, *, away: float) -> None:
        """Cut everybody off, as a failing machine does, and come back on the same port after `away` seconds."""
        pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        process = Path(f"/proc/{pid}")
        command = [part.decode() for part in (process / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")]
        owner = process.stat()
        self._keeper.forget(pid)
        os.kill(pid, signal.SIGQUIT)
        while process.exists() and ") Z " not in (process / "stat").read_text():
            time.sleep(0.02)
        time.sleep(away)
        account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        with (self._data.parent / "log").open("ab") as log:
            self._keeper.start(
                command, ending=signal.SIGQUIT, cwd=self._data.parent, env={"PATH": os.defpath, "TZ": "UTC"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **account,
            )  # fmt: skip
