"""
Without this file a revision could ask for nothing, and all of them would get what the slowest one needs.

A revision says in its own file what it needs beyond the usual, as module attributes, where a reviewer sees them:

    lock_timeout_seconds = 2     # wait less long for each lock; 4 is usual
    budget_seconds = 600         # the whole revision may take that long; 60 are usual
    older_transactions_seconds = 60  # wait for those before a CONCURRENTLY; 30 are usual
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, fields

from alembic.script import Script

from yt_pubsub_handler.migration.errors import Refused

# The longest lock time-out is what everybody else may have to wait for, queued behind ours.
_LONGEST = {"lock_timeout_seconds": 30.0, "budget_seconds": 840.0, "older_transactions_seconds": 840.0}


@dataclass(frozen=True)
class Limits:
    """How long a revision may wait and take, in seconds."""

    lock_timeout_seconds: float = 4.0
    budget_seconds: float = 60.0
    older_transactions_seconds: float = 30.0


def limits_of(script: Script) -> Limits:
    """Read the limits that the revision's file asks for. Raises Refused for what is not a sensible number."""
    asked: dict[str, float] = {}
    for limit in fields(Limits):
        value = getattr(script.module, limit.name, limit.default)
        longest = _LONGEST[limit.name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= longest:
            raise Refused(
                "limits",
                f"Nothing was done: revision {script.revision} asks for {limit.name} = {value!r}; "
                f"it must be a number of seconds above 0, at most {longest:.0f}. Correct its file and deploy again.",
            )
        asked[limit.name] = float(value)
    return Limits(**asked)


@dataclass(frozen=True)
class Deadline:
    """When the run has to be over; `seconds` from now, by default never."""

    seconds: float = math.inf
    _since: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Return how many seconds are left, at least 0."""
        return max(0.0, self._since + self.seconds - time.monotonic())
