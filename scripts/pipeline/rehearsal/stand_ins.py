"""
The actions and services of our workflows, as far as this machine can do what they do on GitHub.

Each refuses inputs it does not know and leaves undone what it was not asked for: a checkout without
`fetch-depth: 0` has no history here either, and a job that never became the deploying role has no credentials.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from pipeline import git
from pipeline.errors import Found
from pipeline.keeper import Keeper
from pipeline.postgres import Server, start_server
from pipeline.rehearsal.checkout import Checkout
from pipeline.workflows import ActionCall, ServiceCall, ServiceStandIn, StandIn

_ROLE = re.compile(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
POSTGRES_PORT = "5432"


def check_out(checkout: Checkout) -> StandIn:
    """actions/checkout: a workspace as it was committed, with as much history as was asked for."""
    shallow = checkout.folder / ".git" / "shallow"

    def stand_in(call: ActionCall) -> Mapping[str, str]:
        inputs = known(call, "fetch-depth", "persist-credentials")
        refuse_kept_credentials(call)
        # What the action itself does to a workspace that was used before.
        git.change(call.workspace, "reset", "--quiet", "--hard")
        git.change(call.workspace, "clean", "-ffdxq", "--exclude=/.venv")
        commit = git.ask(call.workspace, "rev-parse", "HEAD").strip()
        match inputs.get("fetch-depth", "1"):
            case "0" if checkout.boundary:
                shallow.write_text(checkout.boundary)
            case "0":
                shallow.unlink(missing_ok=True)
            case "1":
                shallow.write_text(f"{commit}\n")
            case depth:
                raise Found(f"{call.uses}: `fetch-depth: {depth}` has no stand-in: use 0 (all) or 1 (the commit).")
        call.log(f"Checked out {commit}")
        return {"commit": commit, "ref": "refs/heads/main"}

    return stand_in


def set_up_python(folder: Path) -> StandIn:
    """actions/setup-python: the Python of this machine, without any package of its environments."""
    folder.mkdir(parents=True, exist_ok=True)
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    for name in ("python", "python3"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(base)

    def stand_in(call: ActionCall) -> Mapping[str, str]:
        wanted = known(call, "python-version").get("python-version", "")
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not wanted:
            raise Found(f"{call.uses} takes whatever Python the runner has: name one with `python-version`.")
        if wanted != here:
            call.log(f"Python {here} of this machine stands in for {wanted}")
        call.add_path(str(folder))
        return {"python-version": here}

    return stand_in


def become_role(credentials: Mapping[str, str]) -> StandIn:
    """aws-actions/configure-aws-credentials: the dummy keys of the local AWS, if a role was named."""

    def stand_in(call: ActionCall) -> Mapping[str, str]:
        inputs = known(call, "role-to-assume", "aws-region", "role-session-name")
        role, region = inputs.get("role-to-assume", ""), inputs.get("aws-region", "")
        if not _ROLE.fullmatch(role):
            raise Found(f"{call.uses}: `role-to-assume` is {role!r}, and not the ARN of a role.")
        if not region:
            raise Found(f"{call.uses}: `aws-region` is empty: set the repository's variable AWS_REGION.")
        for name, value in {**credentials, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}.items():
            call.set_env(name, value)
        call.log(f"Acting as {role}")
        return {"aws-account-id": role.split(":")[4]}

    return stand_in


def postgres(keeper: Keeper, server: Server, *, used: bool) -> ServiceStandIn:
    """
    The service container `postgres`: a server of its own when the job's tests run (`used`).

    When they do not, nobody connects to it, and starting one would only take time.
    """

    @contextmanager
    def stand_in(call: ServiceCall) -> Iterator[Mapping[str, str]]:
        if not used:
            yield {POSTGRES_PORT: str(server.port)}
            return
        password = call.env.get("POSTGRES_PASSWORD")
        if not password:
            raise Found(f"The service {call.id!r} ({call.image}) does not start without POSTGRES_PASSWORD.")
        own = start_server(keeper)
        with psycopg.connect(own.url(), autocommit=True) as connection:
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(change.format(sql.Identifier(own.user), sql.Literal(password)))
        yield {POSTGRES_PORT: str(own.port)}

    return stand_in


def refuse_kept_credentials(call: ActionCall) -> None:
    """Raise Found for a checkout that leaves its token behind."""
    if call.inputs.get("persist-credentials") != "false":
        raise Found(
            f"{call.uses} keeps a token in .git/config, where every later step can read it: "
            "add `persist-credentials: false`."
        )


def known(call: ActionCall, *names: str) -> Mapping[str, str]:
    """The action's inputs; raises Found for one beside `names`, as nobody knows what it would have done."""
    if unknown := sorted(set(call.inputs) - set(names)):
        raise Found(f"{call.uses}: nothing stands in for its input {', '.join(unknown)}: add it to stand_ins.py.")
    return call.inputs
