"""How many posts one worker drains against the stand-in for Reddit, and how many the stand-in takes at all."""

from __future__ import annotations

import base64
import http.client
import json
import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from pipeline.benchmarks.app_speed import ask, own_database, ratio
from pipeline.postgres import Server
from pipeline.rehearsal.reddit import Reddit
from pipeline.rehearsal.reddit_troubles import Manners

_PROGRAM = Path(__file__).with_name("app_drain_process.py")
PLACES = 10
"""Each video is posted to so many."""


@dataclass(frozen=True)
class Drained:
    """
    Posts a second (medians), the ratio of the first two in each round (median), and the drain's own work for a post.

    `alone` is praw without a queue, and `bare` is the stand-in asked by as little as can be. `work` is seconds of a
    processor, the least of the rounds: what other work on the machine changes least.
    """

    drain: float
    alone: float
    ratio: float
    bare: float
    work: float


def drain_posts(server: Server, rounds: int, many: int) -> Drained:
    """Measure on a database of its own on `server`. Raises CouldNotAnswer."""
    with own_database(server, "benchmark_drain") as url, closing(Reddit(Manners())) as reddit:
        job = {"url": url, "rounds": rounds, "many": many, "places": PLACES}
        told = ask(_PROGRAM, job, {"DATABASE_URL": url, **reddit.settings()})
        bare = [_ask_bare(reddit, many) for _ in range(rounds)]
    drain, alone = told["drain"], told["alone"]
    median = statistics.median
    return Drained(median(drain), median(alone), ratio(drain, alone), median(bare), min(told["work"]))


def _ask_bare(reddit: Reddit, many: int) -> float:
    """Submissions a second that the stand-in takes on one connection from a client that does nothing else."""
    settings, address = reddit.settings(), urlsplit(reddit.url)
    who = base64.b64encode(f"{settings['REDDIT_CLIENT_ID']}:{settings['REDDIT_CLIENT_SECRET']}".encode()).decode()
    asked = {"grant_type": "refresh_token", "refresh_token": settings["REDDIT_REFRESH_TOKEN"]}
    with closing(http.client.HTTPConnection(address.netloc)) as connection:
        token = _post(connection, "/api/v1/access_token", f"Basic {who}", asked)["access_token"]
        began = time.perf_counter()
        for number in range(many):
            link = {"sr": "videos", "kind": "link", "title": f"Video {number}", "url": f"https://youtu.be/{number}"}
            _post(connection, "/api/submit/", f"bearer {token}", link)
        return many / (time.perf_counter() - began)


def _post(connection: http.client.HTTPConnection, path: str, who: str, said: dict[str, str]) -> dict[str, Any]:
    headers = {"Authorization": who, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, urlencode(said), headers)
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    return answer
