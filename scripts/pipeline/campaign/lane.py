"""
A function of its own made from the package that was deployed, and for each case a database and a sandbox of its own.

Several lanes run side by side, as a case is mostly waiting: faults are by function, so they cannot meet the wrong one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import psycopg
from botocore.exceptions import BotoCoreError, ClientError
from psycopg import sql

from pipeline.campaign.deploy import Boundary
from pipeline.errors import CouldNotAnswer
from pipeline.rehearsal.machine import Machine

BASE = "campaign"
"""The database before the deploy, of which each case gets a copy."""
_PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back from an invoke: a value, or in words why there is none."""

    value: Any = None
    error: str | None = None


def wait_until(condition: Callable[[], Any], what: str, seconds: float = _PATIENCE) -> None:
    """Return as soon as `condition` is true. Raises CouldNotAnswer after `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise CouldNotAnswer(f"{what} did not happen within {seconds:.0f} s.")
        time.sleep(0.05)


@dataclass
class Lane:
    """The function called `name`; `prepare` it, then `invoke` it."""

    machine: Machine
    name: str
    url: str = ""
    _case: str = ""
    _client: Any = None
    _gates: Path = Path()
    _numbers: count[int] = field(default_factory=count)

    def create(self) -> None:
        """Make the function, from the code that serves."""
        self._client = self.machine.aws.client("lambda")
        deployed = self._client.get_function(FunctionName=self.machine.stage.function, Qualifier="live")
        # It is on loopback, and yet a proxy of the caller's would be asked for it.
        with build_opener(ProxyHandler({})).open(deployed["Code"]["Location"]) as package:
            code = package.read()
        same = {name: deployed["Configuration"][name] for name in ("Runtime", "Role", "Handler", "MemorySize")}
        self._client.create_function(FunctionName=self.name, Code={"ZipFile": code}, **same)

    def prepare(self, timeout: int, budget: int) -> None:
        """
        Give it a database before the deploy, and a sandbox that was started for it.

        `timeout` is the function's, `budget` each revision's, in seconds.
        """
        case = self._case = f"{self.name}-{next(self._numbers)}"
        self._gates = self.machine.folder / "gates" / case
        self._gates.mkdir(parents=True)
        owner = sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(self.machine.database_url)["user"]))
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        with psycopg.connect(self.machine.server.url(), autocommit=True) as connection:
            connection.execute(command.format(sql.Identifier(case), sql.Identifier(BASE), owner))
        self.url = database_url(self.machine, case)
        secret = json.dumps(self.machine.settings | {"DATABASE_URL": self.url})
        self.machine.aws.client("secretsmanager").create_secret(Name=case, SecretString=secret)
        variables = {"SETTINGS_SECRET": case, "GATES": str(self._gates), "BUDGET": str(budget)}
        self._client.update_function_configuration(
            FunctionName=self.name, Timeout=timeout, Environment={"Variables": variables}
        )
        warm = self.invoke("run.run_migration_status")
        if warm.error:
            raise CouldNotAnswer(f"The function of the campaign does not answer: {warm.error}")

    def invoke(self, command: str, **event: Any) -> Answer:
        """Send one event, once."""
        payload = json.dumps({"command": command, **event})
        try:
            answer = self._client.invoke(FunctionName=self.name, Payload=payload)
        except (ClientError, BotoCoreError) as error:
            return Answer(error=f"{type(error).__name__}: {error}")
        with answer["Payload"] as stream:
            value = json.loads(stream.read() or b"null")
        return Answer(error=str(value.get("errorMessage"))) if "FunctionError" in answer else Answer(value)

    def upgrade(self, attempt: int) -> Answer:
        """Invoke what a deploy invokes, as the workflow's attempt of that number."""
        return self.invoke("run.run_alembic_upgrade", run={"id": self._case, "attempt": attempt, "actor": "campaign"})

    def shut(self, boundary: Boundary) -> None:
        """Have whoever comes to `boundary` stay there."""
        if boundary.gate is None:
            self.execute("INSERT INTO campaign_slowness DEFAULT VALUES")
        else:
            (self._gates / f"{boundary.gate}.shut").touch()

    def is_at(self, boundary: Boundary) -> bool:
        """Tell whether somebody is there."""
        if boundary.gate is None:
            return bool(self.execute("SELECT pid FROM pg_stat_progress_create_index"))
        return (self._gates / f"{boundary.gate}.reached").exists()

    def open(self, boundary: Boundary) -> None:
        """Let everybody pass."""
        if boundary.gate is None:
            self.execute("DELETE FROM campaign_slowness")
        else:
            (self._gates / f"{boundary.gate}.shut").unlink(missing_ok=True)

    def sessions(self, role: str) -> int:
        """How many sessions of that role the engine has in the case's database."""
        found = self.execute("SELECT application_name FROM pg_stat_activity WHERE datname = current_database()")
        return sum(name.startswith(f"yt-pubsub-handler migration {role}") for (name,) in found)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement in the case's database."""
        with psycopg.connect(self.url, autocommit=True, application_name="campaign") as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []


def database_url(machine: Machine, name: str) -> str:
    """The URL of another database on the machine's server, as the app's role."""
    return f"{machine.database_url.rpartition('/')[0]}/{name}"
