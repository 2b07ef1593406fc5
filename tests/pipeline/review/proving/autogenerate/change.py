"""What a change of a model is in these tests: two versions of it, what is to be said, and how it is done safely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

UPGRADE = "upgrade"
DOWNGRADE = "downgrade"


def model(*lines: str, name: str = "Post", key: str = "id = sa.Column(sa.Integer, primary_key=True)") -> str:
    """The class of a table with these lines in it."""
    body = "\n".join(f"    {line}" for line in (key, *lines))
    return f"class {name}(db.Model):\n{body}\n"


def alone(*statements: str) -> str:
    """Outside of the transaction of the revisions before, which under Flask-Migrate's env.py keeps their locks."""
    return "with op.get_context().autocommit_block():\n" + "\n".join(f"    op.execute({one!r})" for one in statements)


@dataclass(frozen=True)
class Wrong:
    """
    A finding that there has to be, at a line of what Flask-Migrate wrote that holds `line`.

    `says` are words of its message, its evidence or its remedy: what happened, and what to do about it.
    """

    rule: str
    line: str
    direction: str | None
    says: Sequence[str]


@dataclass(frozen=True)
class Change:
    """
    A model `before` and `after`, and the revisions (upgrade and downgrade) that a person writes for it.

    `by_hand` is an earlier revision's upgrade and downgrade, of what no model says. A safe form may need other models
    than the change that was asked for: the old name of a column, say.
    """

    before: str
    after: str
    wrong: Sequence[Wrong]
    safe: Sequence[tuple[str, str]] = ()
    safe_before: str | None = None
    safe_after: str | None = None
    by_hand: tuple[str, str] | None = None
