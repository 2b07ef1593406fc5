"""A delivery is answered fast and for good: what cannot pass is not asked for again, what may pass is."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from yt_pubsub_handler import create_app
from yt_pubsub_handler.database import db
from yt_pubsub_handler.models import Lease, Subscription
from yt_pubsub_handler.settings import Settings
from yt_pubsub_handler.websub.signature import sign
from yt_pubsub_handler.websub.views import LARGEST_BODY

CHANNEL = "UCxxxxxxxxxxxxxxxxxxxxxx"
VIDEOS = "SELECT video_id, title, removed_at FROM videos ORDER BY video_id"


@pytest.fixture
def upload(samples: Path) -> bytes:
    return (samples / "upload.xml").read_bytes()


@pytest.fixture
def deleted(samples: Path) -> bytes:
    return (samples / "deleted.xml").read_bytes()


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signed_upload_is_recorded(method: str, active_lease: Lease, deliver: Any, rows: Any, upload: bytes) -> None:
    answer = deliver(active_lease, upload, sign(upload, active_lease.secret, method))

    assert (answer.status_code, answer.data) == (204, b"")
    assert rows(VIDEOS) == [("VIDEOID0011", "Tom & Jerry 🇦🇺", None)]


def test_the_same_upload_delivered_again_changes_nothing(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes
) -> None:
    deliver(active_lease, upload)
    first = rows("SELECT * FROM videos")

    answer = deliver(active_lease, upload)

    assert answer.status_code == 204
    assert rows("SELECT * FROM videos") == first


def test_a_missing_signature_is_forbidden(active_lease: Lease, client: FlaskClient, rows: Any, upload: bytes) -> None:
    answer = client.post(f"/pubsubhub/hook/{active_lease.callback_key}", data=upload)

    assert answer.status_code == 403
    assert rows(VIDEOS) == []


@pytest.mark.parametrize("signature", ["sha1=" + "0" * 40, "nonsense", " "])
def test_a_wrong_signature_is_accepted_ignored_and_logged(
    signature: str,
    active_lease: Lease,
    deliver: Any,
    rows: Any,
    upload: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Anything but 2xx would make the hub send again what will never fit."""
    answer = deliver(active_lease, upload, signature)

    assert answer.status_code == 202
    assert rows(VIDEOS) == []
    assert f"wrong signature, lease {active_lease.id}" in caplog.text
    assert active_lease.secret not in caplog.text
    assert active_lease.callback_key not in caplog.text


def test_the_signature_is_checked_before_anything_is_parsed(
    active_lease: Lease, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        pytest.fail("an unsigned body was parsed")

    monkeypatch.setattr("yt_pubsub_handler.websub.views.read_notification", read)

    assert deliver(active_lease, b"<feed/>", "sha1=00").status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no XML",
        b"<feed/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><feed>&b;</feed>',
        '<!DOCTYPE a [<!ENTITY b "c">]><feed>&b;</feed>'.encode("utf-16"),
        b"<a>" * 60_000,
    ],
)
def test_what_is_signed_but_unusable_is_taken_and_logged(
    body: bytes, active_lease: Lease, deliver: Any, rows: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answer = deliver(active_lease, body)

    assert answer.status_code == 204
    assert rows(VIDEOS) == []
    assert f"ignored a delivery of lease {active_lease.id}" in caplog.text


def test_an_entry_of_another_channel_is_ignored_and_logged(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    body = upload.replace(b"<yt:channelId>UCx", b"<yt:channelId>UCy")

    assert deliver(active_lease, body).status_code == 204
    assert rows(VIDEOS) == []
    assert "VIDEOID0011: it is of another channel" in caplog.text


def test_an_unknown_callback_is_not_found(client: FlaskClient, upload: bytes) -> None:
    assert client.post(f"/pubsubhub/hook/{'x' * 43}", data=upload).status_code == 404
    assert client.post("/pubsubhub/hook/short", data=upload).status_code == 404


def test_a_callback_that_was_unsubscribed_is_gone(make_lease: Any, deliver: Any, upload: bytes) -> None:
    assert deliver(make_lease(mode="unsubscribe", state="unsubscribed"), upload).status_code == 410


def test_the_largest_body_is_taken_and_one_byte_more_is_not(active_lease: Lease, deliver: Any) -> None:
    assert deliver(active_lease, b" " * LARGEST_BODY).status_code == 204
    assert deliver(active_lease, b" " * (LARGEST_BODY + 1)).status_code == 413


def test_a_large_body_is_refused_whatever_its_length_is_said_to_be(active_lease: Lease, client: FlaskClient) -> None:
    where = f"/pubsubhub/hook/{active_lease.callback_key}"
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    stream = BytesIO(b" " * (LARGEST_BODY * 4))

    answer = client.post(where, input_stream=stream, environ_overrides=chunked)

    assert answer.status_code == 413
    assert stream.tell() <= LARGEST_BODY + 65536
    assert client.post(where, data=b"", content_length=10**12).status_code == 413


def test_an_edit_changes_the_title_and_an_older_one_does_not(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes
) -> None:
    newer = upload.replace(b"10:00:03.123456789", b"10:00:09.1").replace(b"Tom &amp; Jerry", b"Spike")
    older = upload.replace(b"10:00:03.123456789", b"10:00:01.1").replace(b"Tom &amp; Jerry", b"Butch")

    for body in (upload, newer, older):
        deliver(active_lease, body)

    assert rows(VIDEOS) == [("VIDEOID0011", "Spike 🇦🇺", None)]


def test_a_video_twice_in_one_notification_is_one_video(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes
) -> None:
    start, end = upload.index(b"<entry>"), upload.index(b"</feed>")
    again = upload[start:end].replace(b"10:00:03", b"10:00:04").replace(b"Tom &amp; Jerry", b"Spike")

    assert deliver(active_lease, upload[:end] + again + upload[end:]).status_code == 204
    assert rows(VIDEOS) == [("VIDEOID0011", "Spike 🇦🇺", None)]


def test_a_tombstone_marks_the_video_and_keeps_it(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes, deleted: bytes
) -> None:
    gone = deleted.replace(b"2018", b"2026")
    deliver(active_lease, upload)

    assert deliver(active_lease, gone).status_code == 204
    [(video_id, _, removed_at)] = rows(VIDEOS)
    assert (video_id, removed_at.isoformat()) == ("VIDEOID0011", "2026-07-26T17:43:36+00:00")


def test_a_tombstone_older_than_what_we_know_is_not_believed(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes, deleted: bytes
) -> None:
    deliver(active_lease, upload)
    deliver(active_lease, deleted)

    assert rows(VIDEOS) == [("VIDEOID0011", "Tom & Jerry 🇦🇺", None)]


def test_a_video_made_public_again_is_no_longer_removed(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes, deleted: bytes
) -> None:
    deliver(active_lease, upload)
    deliver(active_lease, deleted.replace(b"2018", b"2026"))
    deliver(active_lease, upload.replace(b"<updated>2025", b"<updated>2027"))

    assert rows(VIDEOS) == [("VIDEOID0011", "Tom & Jerry 🇦🇺", None)]


def test_a_tombstone_of_another_channel_touches_nothing(
    active_lease: Lease, deliver: Any, rows: Any, upload: bytes, deleted: bytes
) -> None:
    deliver(active_lease, upload)
    deliver(active_lease, deleted.replace(b"2018", b"2026").replace(b"UCx", b"UCy"))

    assert rows(VIDEOS) == [("VIDEOID0011", "Tom & Jerry 🇦🇺", None)]


def test_a_tombstone_of_an_unknown_video_is_taken(active_lease: Lease, deliver: Any, rows: Any, deleted: bytes) -> None:
    assert deliver(active_lease, deleted).status_code == 204
    assert rows(VIDEOS) == []


def test_eight_deliveries_at_once_are_one_video_and_one_post_per_link(
    app: Flask,
    active_lease: Lease,
    deliver: Any,
    rows: Any,
    upload: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    made = datetime(2025, 1, 1, tzinfo=UTC)
    with app.app_context():
        for subreddit in ("aww", "videos", "cats"):
            db.session.add(Subscription(channel_id=CHANNEL, subreddit=subreddit, created_at=made))
        db.session.commit()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: deliver(active_lease, upload).status_code, range(8)))

    assert answers == [204] * 8
    assert rows(VIDEOS) == [("VIDEOID0011", "Tom & Jerry 🇦🇺", None)]
    assert rows("SELECT subreddit, state FROM posts JOIN subscriptions s ON s.id = subscription_id ORDER BY 1") == [
        ("aww", "pending"),
        ("cats", "pending"),
        ("videos", "pending"),
    ]
    assert caplog.text.count("new=1") == 1


@pytest.fixture
def kicked(monkeypatch: pytest.MonkeyPatch, rows: Any) -> list[int]:
    """Return a list that gets, with each kick, how many posts were committed by then."""
    seen: list[int] = []
    monkeypatch.setattr(
        "yt_pubsub_handler.websub.views.kick", lambda _: seen.append(rows("SELECT count(*) FROM posts")[0][0])
    )
    return seen


def test_delivering_is_kicked_once_what_was_queued_is_committed_and_not_for_nothing(
    active_lease: Lease, deliver: Any, upload: bytes, follow: Any, kicked: list[int]
) -> None:
    follow()

    for _ in range(2):
        assert deliver(active_lease, upload).status_code == 204

    assert kicked == [1]


def test_a_delivery_is_kept_and_shows_that_the_lease_works(
    make_lease: Any, deliver: Any, rows: Any, upload: bytes, follow: Any
) -> None:
    follow()
    lease = make_lease(degraded_at=datetime.now(UTC))

    deliver(lease, upload)
    deliver(lease, upload, "sha1=" + "0" * 40)

    assert rows("SELECT lease_id, announced, removed, queued, skipped FROM notifications") == [(lease.id, 1, 0, 1, 0)]
    assert rows("SELECT last_push_at IS NOT NULL, degraded_at FROM leases") == [(True, None)]


def test_a_lease_that_is_ending_takes_what_was_under_way(
    make_lease: Any, deliver: Any, rows: Any, upload: bytes
) -> None:
    now = datetime.now(UTC)
    lease = make_lease(mode="unsubscribe", state="active", verified_at=now, expires_at=now)

    assert deliver(lease, upload).status_code == 204
    assert len(rows(VIDEOS)) == 1


def test_the_link_headers_of_a_delivery_say_nothing(
    active_lease: Lease, client: FlaskClient, rows: Any, upload: bytes
) -> None:
    """WebSub 7: the callback says which subscription it is, whatever the delivery claims to be about."""
    headers = {
        "X-Hub-Signature": sign(upload, active_lease.secret),
        "Link": '<https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCyyyyyyyyyyyyyyyyyyyyyy>; rel="self"',
    }

    client.post(f"/pubsubhub/hook/{active_lease.callback_key}", data=upload, headers=headers)

    assert rows("SELECT channel_id FROM videos") == [(CHANNEL,)]


@pytest.mark.parametrize("verb", ["get", "post"])
def test_without_a_schema_the_hub_is_asked_to_come_back(verb: str, empty_app: Flask) -> None:
    answer = empty_app.test_client().open(f"/pubsubhub/hook/{'x' * 43}", method=verb)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_without_a_database_the_hub_is_asked_to_come_back(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Settings("postgresql+psycopg://u:hidden@127.0.0.1:1/none", "s", "https://app.example"))

    answer = app.test_client().post(f"/pubsubhub/hook/{'x' * 43}", data=b"<feed/>")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "websub.receive failed in the database: no connection" in caplog.text
    assert "hidden" not in caplog.text


def test_a_column_that_is_not_there_yet_is_not_our_senders_fault(
    app: Flask, active_lease: Lease, deliver: Any, rows: Any, upload: bytes
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE videos DROP COLUMN author")

    answer = deliver(active_lease, upload)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
