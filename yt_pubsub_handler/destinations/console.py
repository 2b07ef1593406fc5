"""
Without this file nobody could try the app out before Reddit has approved of it.

A post is one line on the standard output. Nobody reads it back, so an attempt whose end nobody saw is a person's.
"""

from __future__ import annotations

import sys
import uuid
from datetime import datetime, timedelta
from typing import TextIO

from yt_pubsub_handler.destinations.interface import CannotLook, Found, Outcome, Posted, Unknown
from yt_pubsub_handler.settings import Settings


class Console:
    name = "console"
    longest_title = 1000
    lateness = timedelta(0)

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def submit(self, place: str, title: str, url: str) -> Outcome:
        external_id = uuid.uuid4().hex
        # A title with a line break in it would look like two posts.
        line = " ".join(f"{place}: {title} {url} ({external_id})".split())
        try:
            print(line, file=self._stream or sys.stdout, flush=True)
        except (OSError, ValueError) as error:  # ValueError: the stream is closed.
            return Unknown(f"the line could not be written: {error}")
        return Posted(external_id, None)

    def find(self, place: str, url: str, since: datetime) -> Found | None:  # noqa: ARG002 - the interface's.
        raise CannotLook("what was printed cannot be read back", never=True)

    def close(self) -> None:
        """Leave the stream to whoever has opened it."""


def open_destination(settings: Settings) -> Console:  # noqa: ARG001 - it needs none.
    return Console()
