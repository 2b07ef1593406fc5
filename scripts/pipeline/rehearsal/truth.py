"""
A workflow that says it succeeded proves nothing: here what it left is asked, from outside.

Release and schema are read over HTTP, the database by SQL, logs and packages where AWS keeps them.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.request import ProxyHandler, build_opener

import psycopg

from pipeline.delivery.stage import ALIAS
from pipeline.errors import Found
from pipeline.rehearsal import hub
from pipeline.rehearsal.asking import request
from pipeline.rehearsal.machine import Machine

_LONGEST_SCHEDULE = timedelta(days=8)  # Once a week is the rarest that a rehearsal waits for.


@dataclass(frozen=True)
class Serving:
    """What GET /status says; `fit` is how release and schema go together."""

    commit: str
    version: str
    revision: str | None
    fit: str


def serving(machine: Machine) -> Serving:
    """Ask the public URL what serves; raises Found unless it answers 200 with all of it."""
    answer = request("GET", f"{machine.aws.url}/status")
    if answer.status != 200:
        raise Found(f"GET /status does not serve: {answer}")
    said = json.loads(answer.body)
    release, schema = said["release"], said["schema"]
    return Serving(release["commit"], release["version"], schema["revision"], schema["fit"])


def insist_on(machine: Machine, commit: str, revision: str) -> Serving:
    """Raise Found unless `commit` serves, the database is at `revision`, and the alias says the same."""
    found = serving(machine)
    if (found.commit, found.revision) != (commit, revision):
        raise Found(
            f"Commit {found.commit[:12]} serves on schema {found.revision}; "
            f"it should be {commit[:12]} on schema {revision}."
        )
    in_database = database_revision(machine)
    if in_database != revision:
        raise Found(f"/status says schema {revision}, and the database itself {in_database}.")
    live = alias(machine)
    if live != found.version:
        raise Found(f"Version {found.version} answers, and the alias {ALIAS!r} points to version {live}.")
    return found


def alias(machine: Machine) -> str:
    """Which version `live` points to."""
    answer = machine.aws.client("lambda").get_alias(FunctionName=machine.stage.function, Name=ALIAS)
    return str(answer["FunctionVersion"])


def database_revision(machine: Machine) -> str | None:
    """What Alembic's own table holds."""
    with psycopg.connect(machine.database_url) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def notification_is_stored_once(machine: Machine) -> str:
    """Be the hub: verify, deliver, deliver again; return what was found, raise Found unless it is one video."""
    subscription = hub.subscribe(machine.database_url, machine.aws.url)
    machine.display.hide(subscription.secret, subscription.verify_token)
    hub.verify_intent(subscription)
    for delivery in ("first", "second"):
        hub.deliver(subscription)
        if (rows := hub.stored(machine.database_url)) != 1:
            raise Found(f"After the {delivery} delivery of {hub.VIDEO} there are {rows} rows of it, not 1.")
    return f"{hub.VIDEO} is in PostgreSQL once, delivered twice"


def schedules_fire_on_live(machine: Machine) -> str:
    """Let time pass until each schedule has fired; raise Found unless each ran on `live`, without an error."""
    missing = {f"{machine.stage.function}.{schedule.name}" for schedule in machine.stage.schedules}
    ends = machine.aws.clock.now() + _LONGEST_SCHEDULE
    while missing and machine.aws.clock.now() < ends:
        for firing in machine.aws.clock.advance_to(machine.aws.clock.now() + timedelta(hours=1)):
            if firing.outcome != "succeeded" or not firing.target.endswith(f":{ALIAS}"):
                raise Found(f"The schedule {firing.rule} did not run on {ALIAS!r}: {firing.target} {firing.outcome}")
            missing.discard(firing.rule)
    if missing:
        raise Found(f"Within {_LONGEST_SCHEDULE.days} days these schedules never fired: {', '.join(sorted(missing))}")
    return f"{len(machine.stage.schedules)} schedules fired on {ALIAS!r}"


def secrets_stayed_secret(machine: Machine) -> None:
    """Raise Found when a secret is in anything that was said, logged or packaged."""
    for name, text in _everything(machine):
        for secret in machine.secrets():
            if secret.encode() in text:
                raise Found(f"A secret of the rehearsal is in {name}: whoever reads that could read production's.")


def _everything(machine: Machine) -> Iterator[tuple[str, bytes]]:
    yield "the output of a step, or a summary", _joined(machine.display.transcript)
    yield "the function's log", _joined(machine.aws.logs(machine.stage.function))
    functions: Any = machine.aws.client("lambda")
    packages: dict[str, str] = {}
    for page in functions.get_paginator("list_versions_by_function").paginate(FunctionName=machine.stage.function):
        for version in page["Versions"]:
            yield f"the configuration of version {version['Version']}", json.dumps(version, default=str).encode()
            packages.setdefault(version["CodeSha256"], version["Version"])
    for number in packages.values():
        found = functions.get_function(FunctionName=machine.stage.function, Qualifier=number)
        # It is on loopback, and yet a proxy of the caller's would be asked for it.
        with build_opener(ProxyHandler({})).open(found["Code"]["Location"]) as package:
            yield from _members(package.read(), number)


def _members(package: bytes, version: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(package)) as members:
        for name in members.namelist():
            yield f"{name} in the package of version {version}", members.read(name)


def _joined(lines: Iterable[str]) -> bytes:
    return "\n".join(lines).encode()
