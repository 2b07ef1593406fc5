"""
Without this file a fresh clone could run nothing: it makes the environments everything else runs in.

Standard library only, because it runs before anything is installed. All of it lives below `.venv`, so that
nothing outside the checkout is touched: the development environment itself, uv's cache, and the two locked
environments the deployment needs (what is packaged, and what AWS's image holds).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

from pipeline.errors import OLDEST_PYTHON, CouldNotAnswer

CHECKOUT = Path(__file__).resolve().parents[2]
_IN_EVERY_START = (
    "alembic", "alembic_utils", "blinker", "certifi", "charset_normalizer", "click", "defusedxml", "flask",
    "flask_migrate", "flask_sqlalchemy", "flupy", "greenlet", "idna", "itsdangerous", "jinja2", "mako", "markupsafe",
    "parse", "postgast", "psycopg", "psycopg_binary", "pygments", "requests", "sqlalchemy", "typing_extensions",
    "urllib3", "werkzeug",
)  # fmt: skip
"""What the app, or a review, imports each time it starts: all packages would take a minute, and most are tools'."""


def set_up(checkout: Path = CHECKOUT) -> Path:
    """
    Make `.venv` match `requirements/dev.txt` and return it; a matching one is left as it is.

    Raises CouldNotAnswer when Python is too old, or the packages cannot be installed.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise CouldNotAnswer(
            f"Python {platform.python_version()} is too old: call make with PYTHON=python3.11 or a later one."
        )
    environment = checkout / ".venv"
    lock = checkout / "requirements" / "dev.txt"
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # Two makes at once share one set-up.
        stamp = environment / ".installed-from"
        if stamp.exists() and stamp.read_text() == _stamp(lock):
            return environment
        _say(f"Setting up {environment.name} for Python {platform.python_version()}")
        started = time.monotonic()
        stamp.unlink(missing_ok=True)
        _make_venv(environment)
        _pip_installs_uv(environment, checkout / "requirements" / "uv.txt")
        _uv(environment, "sync", environment, lock)
        _compile_in_time(_site_packages(environment))
        stamp.write_text(_stamp(lock))
        _say(f"Ready after {time.monotonic() - started:.0f} s")
    return environment


def locked_environment(name: str, lock: Path, *, home: Path = CHECKOUT / ".venv") -> Path:
    """
    Return an environment that holds exactly what `lock` lists, with bytecode that needs no check.

    It is made once per content of the lock, below `home`, and shared afterwards: treat it as read-only.
    Lambda's task root is read-only too, so a module without ready bytecode would be compiled at every cold
    start (measured 1.9 s against 0.6 s); zipping loses the times, hence `unchecked-hash`.
    """
    environments = home / "environments"
    target = environments / f"{name}-{hashlib.sha256(_fingerprint(lock).encode()).hexdigest()[:12]}"
    complete = target / ".complete"
    if complete.exists():
        return target
    environments.mkdir(parents=True, exist_ok=True)
    with (environments / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not complete.exists():
            # Under its final name from the start, as its executables hold that name; what was left half-made goes.
            shutil.rmtree(target, ignore_errors=True)
            _run([str(_tool(home, "uv")), "venv", "--quiet", "--python", sys.executable, str(target)], home)
            _uv(home, "sync", target, lock)
            compile_bytecode(_site_packages(target))
            complete.touch()
    return target


def compile_bytecode(*folders: Path) -> None:
    """Compile what is below `folders` to bytecode that is never compared with its source's time."""
    command = [sys.executable, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    # Packages ship templates and code for other Pythons; what does not compile is imported by nobody here.
    subprocess.run([*command, *map(str, folders)], check=False, stdout=subprocess.DEVNULL)


def _compile_in_time(packages: Path) -> None:
    """
    Compile to bytecode what starts all the time, as pip would; the rest is compiled by whoever imports it first.

    uv compiles nothing, and where nobody may write bytecode (a review runs the app so) each start compiled all of
    SQLAlchemy again: 4.9 s of a processor against 1.7 s.
    """
    found = [path for name in _IN_EVERY_START for path in (packages / name, packages / f"{name}.py") if path.exists()]
    command = [sys.executable, "-m", "compileall", "-q", "-j", "0", *map(str, found)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def _site_packages(environment: Path) -> Path:
    names = {"base": str(environment), "platbase": str(environment)}
    return Path(sysconfig.get_path("purelib", "venv", vars=names))


def _make_venv(environment: Path) -> None:
    try:
        venv.EnvBuilder(with_pip=True, clear=False, upgrade_deps=False, symlinks=True).create(environment)
    except subprocess.CalledProcessError as error:
        raise CouldNotAnswer(
            f"Python cannot make a virtual environment with pip in {environment}: {error}. "
            "On Debian and Ubuntu, `apt-get install python3-venv` mends that."
        ) from error


def _pip_installs_uv(environment: Path, lock: Path) -> None:
    command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-cache-dir"]
    _run([*command, "--disable-pip-version-check", "--require-hashes", "-r", str(lock)], environment)


def _uv(home: Path, verb: str, target: Path, lock: Path) -> None:
    python = target / "bin" / "python"
    command = [str(_tool(home, "uv")), "pip", verb, "--quiet", "--require-hashes", "--python", str(python)]
    _run([*command, str(lock)], home)


def _tool(home: Path, name: str) -> Path:
    return home / "bin" / name


def _run(command: list[str], home: Path) -> None:
    temporary = home / ".tmp"  # uv leaves lock files where it builds.
    temporary.mkdir(exist_ok=True)
    ours = {"UV_CACHE_DIR": str(home / ".uv-cache"), "UV_NO_PROGRESS": "1", "TMPDIR": str(temporary)}
    settings = {**os.environ, **ours}
    finished = subprocess.run(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if finished.returncode:
        print(finished.stdout, file=sys.stderr)
        raise CouldNotAnswer(
            f"`{Path(command[0]).name} {' '.join(command[1:4])} …` failed (its output is above): check that "
            "a package index can be reached, then run the same command again; what is there already is kept."
        )


def _fingerprint(lock: Path) -> str:
    """What the environment depends on: the lock's content and the interpreter."""
    content = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{content} {platform.python_implementation()} {platform.python_version()} {platform.machine()}\n"


def _stamp(lock: Path) -> str:
    """What a finished environment was made of, and that it has its bytecode."""
    return f"{_fingerprint(lock)}compiled: {' '.join(_IN_EVERY_START)}\n"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
