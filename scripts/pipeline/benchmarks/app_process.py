"""
Serves notifications in one process, by the app and by a bare WSGI function in turn, and says how long each took.

A program of its own, started by `app_speed.py` with a job as JSON in its one argument; it answers with a line of JSON.
Nothing of the pipeline may depend on the app, so the app is looked up by name, as Lambda's handler does it.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import io
import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

CHANNEL = "UC" + "b" * 22
LINKS = 4
"""Each notification queues as many posts."""
_SECRET = "s" * 64
_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
<link rel="hub" href="https://pubsubhubbub.appspot.com"/>
<link rel="self" href="https://www.youtube.com/xml/feeds/videos.xml?channel_id={channel}"/>
<title>YouTube video feed</title><updated>{at}</updated>
<entry><id>yt:video:{video}</id><yt:videoId>{video}</yt:videoId><yt:channelId>{channel}</yt:channelId>
<title>Video {video}</title><link rel="alternate" href="https://www.youtube.com/watch?v={video}"/>
<author><name>A channel</name><uri>https://www.youtube.com/channel/{channel}</uri></author>
<published>{at}</published><updated>{at}</updated></entry></feed>"""
_STATEMENT = """
WITH new AS (
    INSERT INTO videos (video_id, channel_id, title, author, published_at, updated_at)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (video_id) DO NOTHING RETURNING video_id, channel_id, published_at
)
INSERT INTO posts (video_id, subscription_id)
SELECT new.video_id, subscriptions.id FROM new JOIN subscriptions USING (channel_id)
WHERE subscriptions.created_at <= new.published_at AND subscriptions.paused_at IS NULL RETURNING id
"""

Serve = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main() -> None:
    job = json.loads(sys.argv[1])
    tasks: dict[str, Callable[..., dict[str, Any]]] = {"notifications": _notifications, "import": _import}
    print(json.dumps(tasks[job.pop("what")](**job)))


def _import(modules: list[str]) -> dict[str, float]:
    """Processor's seconds for importing `modules`: the clock's would tell of other people's work as well."""
    began = time.process_time()
    for name in modules:
        importlib.import_module(name)
    return {"seconds": time.process_time() - began}


def _notifications(url: str, rounds: int, each: int) -> dict[str, Any]:
    """Let both ways serve `each` notifications, `rounds` times in turn; return the rates, and memory at its worst."""
    # What a warm function has loaded beside the app: the handler that Lambda calls, and what reads the settings.
    importlib.import_module("zappa.handler")
    importlib.import_module("boto3").client("secretsmanager", region_name="us-east-1")
    app = importlib.import_module("run").app
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        key = _prepare(app, connection)
        ways: dict[str, Serve] = {
            "app": app.wsgi_app,
            "bare": _bare(_the_same(connection)),
            "least": _bare(_the_least(connection)),
        }
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(rounds + 1):  # The first warms up.
            for way, serve in ways.items():
                seconds = _serve(serve, [_request(key, f"{way[0]}{number:03}", one) for one in range(each)])
                if number:
                    rates[way].append(each / seconds)
        _serve(app.wsgi_app, [{**_request(key, "s000", 0), "REQUEST_METHOD": "GET", "PATH_INFO": "/status"}])
        ((queued,),) = connection.execute("SELECT count(*) FROM posts").fetchall()
    if queued != LINKS * len(ways) * each * (rounds + 1):
        raise RuntimeError(f"{queued} posts were queued, which is not four for each notification")
    return {"rates": rates, "megabytes": _most_memory()}


def _prepare(app: Any, connection: psycopg.Connection[Any]) -> str:
    """Migrate, and make links and a lease; return the lease's callback key."""
    importlib.import_module("yt_pubsub_handler.db_utils").alembic_upgrade(app)
    for number in range(LINKS):
        row = (CHANNEL, f"videos{number}", datetime.now(UTC) - timedelta(days=1))
        connection.execute("INSERT INTO subscriptions (channel_id, subreddit, created_at) VALUES (%s, %s, %s)", row)
    key = "k" * 43
    connection.execute(
        "INSERT INTO leases (channel_id, topic, callback_key, secret, state, verified_at, expires_at) "
        "VALUES (%s, %s, %s, %s, 'active', now(), now() + interval '5 days')",
        (CHANNEL, "https://www.youtube.com/xml/feeds/videos.xml?channel_id=" + CHANNEL, key, _SECRET),
    )
    return key


def _request(key: str, prefix: str, number: int) -> dict[str, Any]:
    """A request as a WSGI server hands it over, with a video of its own."""
    at = datetime.now(UTC).isoformat("T", "microseconds")
    body = _FEED.format(channel=CHANNEL, video=f"{prefix}{number:07}", at=at).encode()
    signature = hmac.new(_SECRET.encode(), body, hashlib.sha1).hexdigest()
    return {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": f"/pubsubhub/hook/{key}", "QUERY_STRING": "",
        "SERVER_NAME": "app.example", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/atom+xml", "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_HUB_SIGNATURE": f"sha1={signature}", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
        "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip


def _serve(serve: Serve, requests: list[dict[str, Any]]) -> float:
    """Seconds for all `requests`. Raises RuntimeError when one is not answered with 2xx."""
    statuses: list[str] = []

    def start_response(status: str, *_: object) -> None:
        statuses.append(status)

    began = time.perf_counter()
    for request in requests:
        answer = serve(request, start_response)
        b"".join(answer)
        if close := getattr(answer, "close", None):
            close()
    seconds = time.perf_counter() - began
    if refused := {status for status in statuses if not status.startswith("2")}:
        raise RuntimeError(f"a notification was answered with {', '.join(sorted(refused))}")
    return seconds


def _bare(store: Callable[[Any], None]) -> Serve:
    """The least that could do the same work: the app's own reader, and no framework, session or check around it."""
    read_notification = importlib.import_module("yt_pubsub_handler.websub.feed").read_notification

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        signature = hmac.new(_SECRET.encode(), body, hashlib.sha1).hexdigest()
        if not hmac.compare_digest(f"sha1={signature}", environ["HTTP_X_HUB_SIGNATURE"]):
            start_response("202 Accepted", [])
            return [b""]
        for video in read_notification(body, datetime.now(UTC)).announced:
            store(video)
        start_response("204 No Content", [])
        return [b""]

    return serve


def _the_same(connection: psycopg.Connection[Any]) -> Callable[[Any], None]:
    """The very statement of the app: it also keeps the delivery, and that its lease works."""
    relay = importlib.import_module("yt_pubsub_handler.relay")
    sql, constants = relay.written(by_lease=True, announces=True, removes=False)

    def store(video: Any) -> None:
        row = {name: getattr(video, name) for name in ("video_id", "channel_id", "title", "author")}
        row |= {name: getattr(video, name).isoformat() for name in ("published_at", "updated_at")}
        said = {"said_lease": 1, "announced_rows": json.dumps([row]), "announced_count": 1, "removed_count": 0}
        connection.execute(sql, constants | said).fetchall()

    return store


def _the_least(connection: psycopg.Connection[Any]) -> Callable[[Any], None]:
    """What stores a video and queues its posts, and keeps nothing else."""

    def store(video: Any) -> None:
        row = (video.video_id, video.channel_id, video.title, video.author, video.published_at, video.updated_at)
        connection.execute(_STATEMENT, row)

    return store


def _most_memory() -> float:
    """Megabytes that this process held at its worst moment (a child's `ru_maxrss` would count its parent's)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
