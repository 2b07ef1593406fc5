"""
Drains posts in one process, and sends as many through the destination alone, in turn; says how long each took.

A program of its own, started by `app_drain.py` with a job as JSON in its one argument, and with a Reddit in its
settings; it answers with a line of JSON. Nothing of the pipeline may depend on the app, so it is looked up by name.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
import time
from typing import Any

import psycopg

CHANNEL = "UC" + "b" * 22
_QUEUE = """
WITH new AS (
    INSERT INTO videos (video_id, channel_id, title, author, published_at, updated_at)
    SELECT %(round)s || lpad(number::text, 8, '0'), %(channel)s, 'Video ' || number, 'A channel', now(), now()
    FROM generate_series(1, %(many)s::int / %(places)s) AS number RETURNING video_id
)
INSERT INTO posts (video_id, subscription_id) SELECT video_id, id FROM new, subscriptions
"""


def main() -> None:
    print(json.dumps(_drains(**json.loads(sys.argv[1]))))


def _drains(url: str, rounds: int, many: int, places: int) -> dict[str, list[float]]:
    """Let both send `many` posts, `rounds` times in turn, and return the rates, and the drain's work for a post."""
    app = importlib.import_module("run").app
    importlib.import_module("yt_pubsub_handler.db_utils").alembic_upgrade(app)
    told: dict[str, list[float]] = {"drain": [], "alone": [], "work": []}
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(places):
            row = (CHANNEL, f"videos{number}")
            connection.execute("INSERT INTO subscriptions (channel_id, subreddit) VALUES (%s, %s)", row)
        for number in range(rounds + 1):  # The first warms up.
            queued = {"round": f"{number:03}", "channel": CHANNEL, "many": many, "places": places}
            connection.execute(_QUEUE, queued)
            worked = time.process_time()
            drain = many / _drain(app, many)
            work = (time.process_time() - worked) / many
            alone = many / _send_alone(app, f"{number:03}", many)
            if number:
                for what, figure in {"drain": drain, "alone": alone, "work": work}.items():
                    told[what].append(figure)
    return told


def _drain(app: Any, many: int) -> float:
    """Seconds for draining what is queued. Raises RuntimeError when not all of it is posted."""
    deliver = importlib.import_module("yt_pubsub_handler.posting.delivering").deliver
    began = time.perf_counter()
    done = deliver(app, math.inf)
    seconds = time.perf_counter() - began
    if done.posted != many:
        raise RuntimeError(f"of {many} posts there are {done}")
    return seconds


def _send_alone(app: Any, prefix: str, many: int) -> float:
    """Seconds for what no drain can do without: praw, and whoever answers it."""
    open_destination = importlib.import_module("yt_pubsub_handler.destinations").open_destination
    settings = importlib.import_module("yt_pubsub_handler.settings").settings_of(app)
    began = time.perf_counter()
    reddit = open_destination("reddit", settings)
    for number in range(many):
        url = f"https://www.youtube.com/watch?v=x{prefix}{number:07}"
        outcome = reddit.submit("videos", f"Video {number}", url)
        if type(outcome).__name__ != "Posted":
            raise RuntimeError(f"a post is {outcome}")
    reddit.close()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
