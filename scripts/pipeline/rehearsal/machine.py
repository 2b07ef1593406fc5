"""
What a deployment needs and a laptop has not: an AWS account, a database, a runner; here for a moment.

Whatever is started is announced to the keeper at once, so that nothing stays behind however a rehearsal ends.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from pipeline.delivery.stage import Stage, load_stage
from pipeline.environment import locked_environment
from pipeline.keeper import Keeper
from pipeline.postgres import Server, start_server
from pipeline.rehearsal import shell
from pipeline.rehearsal.checkout import Checkout
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.local_aws import LocalAws
from pipeline.rehearsal.outside import Outside

STAGE = "production"
_DATABASE = _ROLE = "yt_pubsub_handler"


@dataclass(frozen=True)
class Machine:
    """Everything that runs; `now` is the workspace, `settings` what the function's secret is to hold."""

    keeper: Keeper
    folder: Path
    display: Display
    now: Checkout
    server: Server
    aws: LocalAws
    outside: Outside
    stage: Stage
    settings: dict[str, str] = field(repr=False)

    @property
    def database_url(self) -> str:
        """The database of the deployed app, as its owner."""
        return self.settings["DATABASE_URL"]

    def secrets(self) -> list[str]:
        """What nobody may ever print."""
        return [
            self.server.password,
            str(psycopg.conninfo.conninfo_to_dict(self.database_url)["password"]),
            self.settings["SECRET_KEY"],
            *self.outside.secrets(),
        ]

    def environment(self) -> dict[str, str]:
        """What a step starts with: no credentials, as on a runner."""
        return shell.scrubbed(self.folder / "home", self.aws.environment())

    def credentials(self) -> dict[str, str]:
        """The local AWS's dummy keys."""
        return {name: value for name, value in self.aws.environment().items() if name in shell.CREDENTIALS}


@contextmanager
def running_machine(keeper: Keeper, folder: Path, now: Checkout, display: Display, port: int = 0) -> Iterator[Machine]:
    """
    Start what `now` is to be deployed to; `folder` takes all files, `port` is API Gateway's (0: any free one).

    Raises CouldNotAnswer when something cannot be started, or packages cannot be installed.
    """
    stage = load_stage(STAGE, now.folder / "zappa_settings.json")
    _let_through(folder, folder / "home", folder / "home" / "tmp")
    with display.step("Make the environments of Lambda and of the package"):
        # The network is needed here and nowhere later; what is there already is used again.
        runtime = prepared_environment("lambda", now)
        prepared_environment("package", now)
    with display.step("Start the local AWS") as say:
        guard = {"PYTHONPATH": str(shell.GUARD)}
        aws = LocalAws(folder / "aws", runtime, stage.region, port=port, extra_environment=guard, watch=keeper.watch)
        say(f"AWS on {aws.endpoint}, its API Gateway on {aws.url}")
    with aws, Outside() as outside:
        with display.step("Start PostgreSQL") as say:
            server = start_server(keeper)
            settings = _settings(server, aws, outside)
            outside.invite(aws.url)
            say(f"PostgreSQL on port {server.port}")
        machine = Machine(keeper, folder, display, now, server, aws, outside, stage, settings)
        display.hide(*machine.secrets())
        yield machine


def prepared_environment(name: str, checkout: Checkout) -> Path:
    """Return the environment that `checkout`'s lock describes: "lambda", or "package" (what is shipped)."""
    lock = {"lambda": "lambda.txt", "package": "app.txt"}[name]
    return locked_environment(name, checkout.folder / "requirements" / lock, home=Path(sys.prefix))


def _let_through(*folders: Path) -> None:
    """Let others pass, and not look: as root, a workflow's own PostgreSQL runs as somebody else below TMPDIR."""
    for folder in folders:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)


def _settings(server: Server, aws: LocalAws, outside: Outside) -> dict[str, str]:
    """Make the app's role and database, and return what its secret is to hold."""
    password = secrets.token_urlsafe(24)
    role, database = sql.Identifier(_ROLE), sql.Identifier(_DATABASE)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    owned = Server(server.host, server.port, _ROLE, password)
    settings = {
        "DATABASE_URL": owned.url(_DATABASE),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "PUBLIC_URL": aws.url,
        **outside.settings(),
    }
    shell.insist_on_loopback(settings)
    return settings
