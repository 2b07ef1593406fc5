"""
Drains as processes, to be killed: each is forked from one that has everything imported.

Reads a line for each that is wanted, and answers with its pid. The settings come from the environment, like the app's
own; the times are those of a hasty world, in the proportions of the real one.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from yt_pubsub_handler import create_app
from yt_pubsub_handler.destinations.reddit import Reddit
from yt_pubsub_handler.posting import claims
from yt_pubsub_handler.posting.delivering import deliver
from yt_pubsub_handler.settings import settings_of

LEASE = timedelta(seconds=6)
LATENESS = timedelta(seconds=8)
TIMEOUT = 1.0
MOST_LISTED = 20_000
"""No account on Reddit posts hundreds a second: here the listing reaches further back, so that it may be looked at."""


def drain_for_ever() -> None:
    claims.LEASE = LEASE
    app = create_app()
    reddit = Reddit(
        settings_of(app), lateness=LATENESS, skew=timedelta(seconds=1), timeout=TIMEOUT, most_listed=MOST_LISTED
    )
    while True:
        try:
            deliver(app, 20, destinations={"reddit": reddit}, attempt=1)
        except DBAPIError as error:
            # The schedule calls again; what went wrong is for the log.
            logging.getLogger(__name__).warning("a drain ended: %s", type(error).__name__)
        time.sleep(0.2)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    logging.basicConfig(level=logging.ERROR)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            drain_for_ever()
        print(child, flush=True)


if __name__ == "__main__":
    main()
