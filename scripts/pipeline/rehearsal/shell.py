"""
The environment of everything a rehearsal starts: made of nothing but what is written here.

A developer's shell may hold real AWS keys, a profile, a proxy or a DATABASE_URL; with one of them inherited,
a rehearsal could change production. So nothing is inherited, the keys are dummies, and every address among
the values must be this machine's.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipeline.errors import CouldNotAnswer
from pipeline.rehearsal.loopback_only import sitecustomize as loopback

# Where a runner has bash, git, make and coreutils. Python comes with setup-python, as on a runner.
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
GUARD = Path(__file__).parent / "loopback_only"
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"']+", re.IGNORECASE)

CREDENTIALS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})

_ALWAYS = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",  # A step's lines are shown as they come.
    "PYTHONPATH": str(GUARD),
    # Whatever is not there yet must fail at once, instead of being looked for on a network.
    "PIP_NO_INDEX": "1",
    "UV_OFFLINE": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def scrubbed(home: Path, local_aws: Mapping[str, str]) -> dict[str, str]:
    """
    Return the variables a workflow's steps start with.

    `home` is a private folder, `local_aws` what points at the local AWS; its credentials are left out, because
    a job has to ask for them. Raises CouldNotAnswer when a value points off this machine.
    """
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    variables = {
        **_ALWAYS,
        **{name: value for name, value in local_aws.items() if name not in CREDENTIALS},
        "PATH": _system_path(),
        "HOME": str(home),
        "TMPDIR": str(temporary),
    }
    insist_on_loopback(variables)
    return variables


def insist_on_loopback(variables: Mapping[str, str]) -> None:
    """Raise CouldNotAnswer naming the first variable with an address that is not this machine's."""
    for name, value in variables.items():
        for host in _hosts(value):
            if not loopback.is_loopback(host):
                raise CouldNotAnswer(
                    f"{name} points at {host}, and a rehearsal talks to this machine only: unset it, "
                    "or point it at 127.0.0.1."
                )


def _system_path() -> str:
    """Where the programs are that a runner has anyway; on some machines that is no folder of SYSTEM_PATH."""
    folders = SYSTEM_PATH.split(":")
    for program in ("bash", "git", "make"):
        if not shutil.which(program, path=":".join(folders)) and (found := shutil.which(program)):
            folders.append(str(Path(found).parent))
    return ":".join(folders)


def _hosts(value: str) -> Iterator[str]:
    for url in _URL.findall(value):
        parts = urlsplit(url)
        yield parts.hostname or ""
        # libpq takes a host from the query too, and that one wins.
        query = parse_qs(parts.query)
        for name in ("host", "hostaddr"):
            for hosts in query.get(name, []):
                yield from (host for host in hosts.split(",") if not host.startswith("/"))
