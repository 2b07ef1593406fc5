"""
What the release that serves tells of its database, as far as it must stop a deploy before anything is uploaded.

The engine would refuse the same things later, but by then the code is on $LATEST and the deploy half done. A release
from before the engine tells none of it; then there is nothing to refuse.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory

from pipeline.delivery.aws import Aws
from pipeline.delivery.invocation import call
from pipeline.delivery.stage import ALIAS
from pipeline.delivery.versions import Live
from pipeline.errors import CouldNotAnswer, Found

# A killed sandbox gives the mutex up within fifteen seconds (its session's idle time-out).
_PATIENCE = 30.0


def refuse_frozen(aws: Aws, live: Live, status: dict[str, Any]) -> None:
    """Raise Found while deploys are frozen, by the alias or by the database."""
    in_database = _part(status, "frozen")
    why = live.frozen or (in_database and f"since {in_database['frozen_at']}: {in_database['reason']}")
    if why:
        raise Found(
            f"Deploys are frozen ({why}). Nothing was changed. When the reason is gone, run the workflow “Deploy” by "
            f"hand with “lift-freeze”, or `python scripts/unfreeze.py {aws.stage.name}`."
        )


def refuse_held(status: dict[str, Any], pending: Sequence[str], checkout: Path) -> None:
    """Raise Found when one of the `pending` revisions was undone and its file has not changed since."""
    script = ScriptDirectory(str(checkout / "migrations"))
    for held in _part(status, "held") or []:
        revision = held["revision"]
        if revision not in pending:
            continue
        file = Path(script.get_revision(revision).path)
        if hashlib.sha256(file.read_bytes()).hexdigest() == held["file_hash"]:
            raise Found(
                f"Revision {revision} was undone by {held['by'] or 'somebody'} at {held['held_at']} "
                f"({held['reason'] or 'no reason given'}), and {file.name} is what it was. Nothing was changed. Merge "
                f"the revert or correct the file; to apply it as it is, run the workflow “Deploy” by hand with "
                f"“release-hold” {revision}."
            )


def wait_for_mutex(aws: Aws, status: dict[str, Any]) -> None:
    """Return when no migration is running; raises Found when one still is after half a minute, naming it."""
    until = time.monotonic() + _PATIENCE
    while holder := _part(status, "mutex"):
        if time.monotonic() > until:
            raise Found(
                f"A migration is running: {_told(holder)}. Nothing was changed. Wait for its end, or end it with "
                f"`zappa invoke {aws.stage.name} 'run.run_alembic_cancel'`, then run this again."
            )
        time.sleep(2)
        status = call(aws, "run.run_migration_status", ALIAS).value


def _told(holder: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in holder.items() if value is not None)


def _part(status: dict[str, Any], name: str) -> Any:
    part = status.get(name)
    if isinstance(part, dict) and "unknown" in part:
        raise CouldNotAnswer(
            f"The release that serves could not find out “{name}”: {part['unknown']}. Nothing was changed: see that "
            "the database answers, then run this again."
        )
    return part
