"""
The deploy that is harmed: three revisions, the second with an index that is built concurrently, and all its boundaries.

A boundary lies right after a commit, or right before one: between two of them, nothing that lasts happens.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline import git
from pipeline.campaign import gates
from pipeline.delivery.heads import single_head

IDS = ("c1" * 6, "c2" * 6, "c3" * 6)

PREPARED = (
    "CREATE TABLE campaign (id integer PRIMARY KEY)",
    "INSERT INTO campaign SELECT generate_series(1, 30)",
    "CREATE TABLE campaign_slowness ()",
    # An index with it is not built before the last row of slowness is gone. That is looked for by a function that is
    # volatile, as any other sees what there was when the statement began.
    "CREATE FUNCTION campaign_wait() RETURNS void LANGUAGE plpgsql VOLATILE AS $$ BEGIN "
    "WHILE EXISTS (SELECT FROM public.campaign_slowness) LOOP PERFORM pg_sleep(0.05); END LOOP; END $$",
    "CREATE FUNCTION campaign_slow(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
    "PERFORM public.campaign_wait(); RETURN n; END $$",
)
"""What is there before the deploy."""

_REVISION = '''\
"""{identifier}, made for the campaign."""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{identifier}", "{below}"
budget_seconds = int(__import__("os").environ.get("BUDGET", "60"))


def upgrade() -> None:
{upgrade}

def downgrade() -> None:
    raise NotImplementedError
'''
_UPGRADES = (
    '    op.add_column("campaign", sa.Column("a", sa.Text()))\n',
    "    with op.get_context().autocommit_block():\n"
    '        op.execute("CREATE INDEX CONCURRENTLY ix_campaign ON campaign (campaign_slow(id))")\n'
    '    __import__("gates").pass_gate("the index is built")\n',
    '    op.create_table("campaign_c", sa.Column("id", sa.BigInteger(), primary_key=True))\n',
)


@dataclass(frozen=True)
class Boundary:
    """A place in the deploy; `gate` is what it is called in `gates`, None for one that only the server can see."""

    name: str
    gate: str | None


def _boundaries() -> list[Boundary]:
    found = [
        Boundary("the mutex is taken", "mutex.acquire"),
        Boundary("the fence is raised", "takeover.raise_fence"),
        Boundary("the run is written down", "takeover.begin_run"),
    ]
    for number, revision in enumerate(IDS, start=1):
        found.append(Boundary(f"revision {number} is begun", f"ledger.Ledger.begin_step {revision}"))
        if number == 2:
            found.append(Boundary("the index is being built", None))
            found.append(Boundary("the index is built", "the index is built"))
        found.append(Boundary(f"revision {number} is done, not committed", f"steps.end_step {revision}"))
        found.append(Boundary(f"revision {number} is committed", f"steps.run_revision {revision}"))
    return [
        *found,
        Boundary("the run is closed", "ledger.Ledger.end_run"),
        Boundary("the mutex is given back", "mutex.release"),
    ]


BOUNDARIES = tuple(_boundaries())


def commit_the_deploy(folder: Path) -> None:
    """Add the revisions and the gates to the checkout in `folder`, and commit them."""
    shutil.copy(Path(gates.__file__), folder / "gates.py")
    with (folder / "run.py").open("a") as run:
        run.write("\nimport gates\n\ngates.install()\n")
    below = single_head(folder / "migrations")
    for identifier, upgrade in zip(IDS, _UPGRADES, strict=True):
        text = _REVISION.format(identifier=identifier, below=below, upgrade=upgrade)
        (folder / "migrations" / "versions" / f"{identifier}.py").write_text(text)
        below = identifier
    git.change(folder, "add", "--all")
    git.change(folder, "commit", "--quiet", "--message", "The deploy that is harmed")
