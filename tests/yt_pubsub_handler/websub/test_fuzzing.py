"""
Whatever is sent to the hook, it answers, and never with an error of ours.

`make campaign-hook` sends 100,000 bodies, `make test` some hundreds. In testing an exception comes through, so a
failure shows where it came from.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yt_pubsub_handler.models import Lease
from yt_pubsub_handler.websub.signature import sign
from yt_pubsub_handler.websub.views import LARGEST_BODY

CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"
BODIES = int(os.environ.get("BODIES", "200"))
MOST_GROWN = 256 * 1024 * 1024
"""What this process may grow by over all bodies, with what hypothesis remembers of a batch."""
MOST_KEPT = 8 * 1024 * 1024
"""What it may grow by when it gets the same bodies again and again."""
MOST_AT_ONCE = 48 * 1024 * 1024
"""What one delivery may need. A function of 512 MB, of which the app takes 130, has room for that."""

_NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
    'xmlns:at="http://purl.org/atompub/tombstones/1.0"'
)

some = settings(
    # In batches: hypothesis remembers each example of one.
    max_examples=min(BODIES, 200),
    deadline=None,
    # One lease and one database for all examples: what an earlier one left behind is there in production, too.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

texts = st.one_of(
    st.text(max_size=40),
    st.text(max_size=3).map(lambda text: text * 3000),
    st.integers(0, 0x110000).map(lambda number: f"&#{number};"),
    st.sampled_from(["&amp;", "&nothing;", "<![CDATA[<x>]]>", "<b>x</b>", "<!-- -->", "<?php ?>", "\x00", "]]>"]),
)
ids = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True), st.sampled_from(["VIDEOID0011", "", "é" * 11]), texts
)
channels = st.one_of(st.just(CHANNEL), st.just("UC" + "y" * 22), texts)
moments = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.from_regex(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,12})?([Zz]|[+-]\d\d:?\d\d)?", fullmatch=True),
    texts,
)


# Put together once: inside a composite each draw would do it again, which takes most of the time.
_FIELDS = st.sampled_from(
    [
        ("<id>yt:video:{}</id>", ids),
        ("<yt:videoId>{}</yt:videoId>", ids),
        ("<yt:channelId>{}</yt:channelId>", channels),
        ("<title>{}</title>", texts),
        ("<author><name>{}</name></author>", texts),
        ("<published>{}</published>", moments),
        ("<updated>{}</updated>", moments),
    ]
).flatmap(lambda field: field[1].map(field[0].format))
_ENTRIES = st.lists(_FIELDS, min_size=4, max_size=9).map(lambda fields: f"<entry>{''.join(fields)}</entry>")
"""A video with whatever in its fields, some of them missing, twice or out of order."""
_WHOLE = st.tuples(ids, channels, texts, moments).map(
    lambda said: (
        f"<entry><yt:videoId>{said[0]}</yt:videoId><yt:channelId>{said[1]}</yt:channelId>"
        f"<title>{said[2]}</title><published>{said[3]}</published></entry>"
    )
)
_TOMBSTONES = st.tuples(ids, moments, channels).map(
    lambda said: (
        f'<at:deleted-entry ref="yt:video:{said[0]}" when="{said[1]}">'
        f"<at:by><uri>https://www.youtube.com/channel/{said[2]}</uri></at:by></at:deleted-entry>"
    )
)
_PARTS = st.lists(st.one_of(_WHOLE, _ENTRIES, _TOMBSTONES, texts), max_size=5)
_REPEATED = st.sampled_from([1, 1, 1, 2, 50])
_STARTS = st.sampled_from(["", "<?xml version='1.0' encoding='UTF-8'?>", "<!DOCTYPE feed>", "\ufeff"])
_ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-16", "utf-32", "latin-1", "utf-7", "cp037"])

feeds = st.tuples(_PARTS, _REPEATED, _STARTS, _ENCODINGS).map(
    lambda said: f"{said[2]}<feed {_NAMESPACES}>{''.join(said[0]) * said[1]}</feed>".encode(said[3], errors="replace")
)
"""A feed as YouTube might send it, now and then with a prologue or an encoding of its own."""


def _damage(body: bytes, at: float, length: int, instead: bytes | None) -> bytes:
    """Cut a piece out, or put `instead` there, or, without it, the same piece twice."""
    start = int(at * len(body))
    piece = body[start : start + length]
    return body[:start] + (piece * 2 if instead is None else instead) + body[start + length :]


damaged = st.builds(
    _damage, feeds, st.floats(0, 1), st.integers(0, 200), st.sampled_from([None, b"", b"<", b"&", b"\xff\x00", b"]]>"])
)
bodies = st.one_of(
    feeds,
    damaged,
    st.binary(max_size=500),
    st.builds(
        lambda piece, times: piece * times, st.sampled_from([b"<a>", b"<a/>", b"&#65;", b" "]), st.integers(0, 10**5)
    ),
)


def test_no_body_is_answered_with_an_error(
    active_lease: Lease,
    deliver: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)  # It keeps all that it captures.
    answers: Counter[int] = Counter()
    deliver(active_lease, b"<feed/>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @some
    @given(bodies)
    def send(body: bytes) -> None:
        status = deliver(active_lease, body).status_code
        answers[status] += 1
        assert status == (413 if len(body) > LARGEST_BODY else 204)

    while answers.total() < BODIES:
        send()

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else 1024)
    with capsys.disabled():
        print(f"\n{answers.total()} bodies: {dict(answers)}; memory grew by {grown / 2**20:.0f} MB")
    assert grown <= MOST_GROWN


def test_no_body_stays_in_memory(
    active_lease: Lease, deliver: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    sent: list[bytes] = []
    sizes = []

    @settings(max_examples=100, deadline=None, database=None)
    @given(bodies)
    def collect(body: bytes) -> None:
        sent.append(body)

    collect()

    for _ in range(4):
        for body in sent:
            deliver(active_lease, body)
        gc.collect()
        ps = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True)
        sizes.append(int(ps.stdout) * 1024)

    assert sizes[-1] - sizes[0] <= MOST_KEPT


@some
@given(
    body=st.binary(max_size=50),
    header=st.one_of(st.none(), st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]))),
    key=st.one_of(st.none(), st.text(max_size=60)),
)
def test_no_signature_and_no_callback_is_answered_with_an_error(
    body: bytes, header: str | None, key: str | None, active_lease: Lease, client: FlaskClient
) -> None:
    headers = {} if header is None else {"X-Hub-Signature": header}

    answer = client.post(
        f"/pubsubhub/hook/{active_lease.callback_key if key is None else key}", data=body, headers=headers
    )

    assert answer.status_code in {202, 204, 308, 403, 404, 405}
    assert answer.status_code != 204 or header == sign(body, active_lease.secret)


_QUERY = st.dictionaries(
    st.sampled_from(["mode", "topic", "challenge", "lease_seconds", "verify_token", "reason"]).map("hub.{}".format),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["subscribe", "unsubscribe", "denied", "1", "9" * 10, "9" * 400]),
        st.just(f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"),
    ),
)


@some
@given(query=_QUERY)
def test_no_verification_is_answered_with_an_error_or_granted_without_its_token(
    query: dict[str, str], active_lease: Lease, client: FlaskClient
) -> None:
    answer = client.get(f"/pubsubhub/hook/{active_lease.callback_key}", query_string=query)

    assert answer.status_code == (
        200 if query.get("hub.mode") == "denied" and "/feeds/" in query.get("hub.topic", "") else 404
    )


@pytest.mark.parametrize(
    "piece",
    [b"<a>", b"<a/>", b'<a b="c"/>', b"<entry/>", b"<a xmlns:b='c'>", b"<a>&#65;", b"<!---->", "<é/>".encode()],
    ids=repr,
)
def test_the_worst_delivery_needs_no_more_memory_than_there_is(
    piece: bytes, active_lease: Lease, deliver: Callable[..., Any]
) -> None:
    body = b"<feed>" + piece * ((LARGEST_BODY - 20) // len(piece))
    tracemalloc.start()
    try:
        for sent in (body, body + b"</feed>"):
            assert deliver(active_lease, sent).status_code == 204
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak <= MOST_AT_ONCE
