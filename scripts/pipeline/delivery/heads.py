"""
Two merged pull requests can each be right and still leave two heads; nothing may be deployed from that.

`upgrade head` would fail with "Multiple head revisions", after the code is uploaded. Here it is found before.
"""

from __future__ import annotations

from pathlib import Path

from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError

from pipeline.errors import CouldNotAnswer, Found


def single_head(migrations: Path = Path("migrations")) -> str:
    """
    Return the one head of the revisions in `migrations`.

    Raises Found, naming the heads and both ways out, when there are several; CouldNotAnswer when there is none
    or the revisions cannot be read.
    """
    if not (migrations / "versions").is_dir():
        raise CouldNotAnswer(f"There is no folder {migrations / 'versions'}: call this from the top of a checkout.")
    try:
        script = ScriptDirectory(str(migrations))
        heads = [revision for revision in script.get_revisions(script.get_heads()) if revision]
    except (CommandError, SyntaxError, ImportError, KeyError) as error:
        raise CouldNotAnswer(f"The revisions in {migrations} cannot be read: {error}. Mend that file first.") from error
    if not heads:
        raise CouldNotAnswer(f"There is no revision in {migrations / 'versions'}: `make revision m=…` writes one.")
    if len(heads) > 1:
        raise Found(_several(heads))
    return heads[0].revision


def _several(heads: list[Script]) -> str:
    names = [head.revision for head in heads]
    listed = "\n".join(
        f"  {head.revision}  {head.doc}  ({Path(head.path).name}, follows {_followed(head)})" for head in heads
    )
    return (
        f"There are {len(heads)} heads:\n{listed}\n"
        "Nothing can be deployed until one follows the other. If yours is not merged yet, rebase it: set its "
        f"down_revision to the other one's id ({' or '.join(names)}). If all are merged, join them:\n"
        f'  flask --app run db merge -m "join heads" {" ".join(names)}'
    )


def _followed(head: Script) -> str:
    down = head.down_revision
    return ", ".join(down) if isinstance(down, tuple) else str(down or "nothing")
