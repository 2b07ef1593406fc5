"""What the schedule asks of the hub, when, and what it makes of the answer; the hub is Google's, by manners."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from pipeline.rehearsal.google_hub import GoogleHub, Order
from yt_pubsub_handler.websub.hub import Accepted, Answer, Busy, Failed, Request, ask
from yt_pubsub_handler.websub.quiet import keep_quiet
from yt_pubsub_handler.websub.renewing import Renewed, renew

CHANNEL, OTHER = "UC" + "x" * 22, "UC" + "y" * 22
STANDING = "SELECT channel_id, mode, state, attempts FROM leases ORDER BY id"
TOKEN = {"HUB_ECHOES_TOKEN": "yes"}

Run = Callable[..., Renewed]
Change = Callable[[str], None]


@pytest.fixture
def run(serve: Any, google: GoogleHub) -> Run:
    """Return a function that does what the schedule does, as often as is said, and returns what the last did."""
    serving = serve(google.url, **TOKEN)

    def renewed(seconds: float = 120) -> Renewed:
        return renew(serving.app, seconds)

    return renewed


@pytest.fixture
def change(postgresql: psycopg.Connection[Any]) -> Change:
    """Return a function that changes what the app has stored."""

    def execute(sql: str) -> None:
        postgresql.execute(sql.encode())
        postgresql.commit()

    return execute


def until_due(change: Change) -> None:
    change("UPDATE leases SET due_at = now() - interval '1 second'; UPDATE hubs SET not_before = now()")


def test_a_channel_that_is_followed_gets_its_lease_and_is_asked_for_once(
    run: Run, google: GoogleHub, follow: Any, rows: Any
) -> None:
    follow()
    follow(subreddit="videos")

    first, second = run(), run()

    assert (first, second) == (Renewed(opened=1, accepted=1), Renewed())
    assert rows(STANDING) == [(CHANNEL, "subscribe", "active", 0)]
    [form] = google.asked
    assert (form["hub.mode"], form["hub.lease_seconds"]) == ("subscribe", "864000")
    assert rows("SELECT secret, verify_token FROM leases") == [(form["hub.secret"], form["hub.verify_token"])]
    assert [subscriber.lease_seconds for subscriber in google.subscribers.values()] == [864000]


def test_a_channel_that_nobody_follows_gets_none(run: Run, follow: Any, change: Change, rows: Any) -> None:
    follow()
    change("UPDATE subscriptions SET removed_at = now()")

    assert run() == Renewed()
    assert rows(STANDING) == []


def test_that_we_ask_is_committed_before_the_hub_is_asked(
    serve: Any, google: GoogleHub, follow: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google's hub verifies before it answers, and a run that dies must not ask again at once."""
    follow()
    seen = []

    def look(url: str, request: Request) -> Answer:
        seen.extend(rows("SELECT state, attempts, due_at > now() + interval '3 minutes' FROM leases"))
        seen.extend(
            rows("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND pid <> pg_backend_pid()")
        )
        return Accepted(done=False)

    monkeypatch.setattr("yt_pubsub_handler.websub.hub.ask", look)
    renew(serve(google.url).app, 120)

    assert seen == [("pending", 1, True), (0,)]


def test_a_lease_is_renewed_early_under_the_same_callback(
    run: Run, google: GoogleHub, follow: Any, change: Change, rows: Any
) -> None:
    follow()
    run()
    when = "SELECT due_at BETWEEN verified_at + interval '5 days' AND verified_at + interval '160 hours' FROM leases"
    early = rows(when)
    change("UPDATE leases SET verified_at = verified_at - interval '6 days', expires_at = now() + interval '4 days',"
           " requested_at = requested_at - interval '6 days'")  # fmt: skip
    until_due(change)

    assert run() == Renewed(accepted=1)
    assert early == rows(when) == [(True,)]
    assert rows("SELECT expires_at > now() + interval '9 days' FROM leases") == [(True,)]
    assert google.asked[0] == google.asked[1]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_hub_is_left_alone_as_a_whole_for_as_long_as_it_says(
    status: int, run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    follow(OTHER)
    google.be_busy(2, status=status, retry_after="1200")

    first = run()
    meanwhile = run()
    quiet = rows("SELECT round(extract(epoch FROM not_before - now()) / 60), failures, reason FROM hubs")
    until_due(change)
    again = run()
    until_due(change)
    better = run()

    assert (first.failed, meanwhile.failed, again.failed) == (1, 0, 1)
    assert first.quiet_until is not None
    assert meanwhile.quiet_until == first.quiet_until
    assert quiet == [(20, 1, f"HTTP {status}")]
    assert (better.accepted, better.quiet_until) == (2, None)
    assert rows("SELECT failures, not_before, reason FROM hubs") == [(0, None, None)]
    assert len(google.asked) == 4


def test_a_hub_that_says_nothing_is_left_alone_longer_each_time(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    google.close()
    pauses = []

    for _ in range(3):
        until_due(change)
        assert run().failed == 1
        pauses += rows("SELECT round(extract(epoch FROM not_before - now()) / 60) FROM hubs")

    assert pauses == [(1,), (2,), (4,)]
    assert rows("SELECT failures, reason FROM hubs") == [(3, "no answer: ConnectionRefusedError")]
    assert rows(STANDING) == [(CHANNEL, "subscribe", "pending", 3)]


def test_another_failure_is_of_one_lease_which_waits_longer_each_time(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    follow()
    follow(OTHER)
    google.order(Order(400, body="Bad hub.callback"))
    pause = "SELECT extract(epoch FROM due_at - requested_at) FROM leases ORDER BY channel_id LIMIT 1"

    first = run()
    pauses = rows(pause)
    for _ in range(2):
        until_due(change)
        google.order(*[Order(500)] * 2)
        run()
        pauses += rows(pause)

    assert (first.accepted, first.failed, first.quiet_until) == (1, 1, None)
    shortest = pauses[0][0]
    assert [round(seconds / shortest) for (seconds,) in pauses] == [1, 2, 4]
    assert rows("SELECT state, attempts, reason FROM leases ORDER BY channel_id") == [
        ("pending", 3, "HTTP 500"),
        ("active", 2, "HTTP 500"),
    ]
    assert "did not subscribe lease" in caplog.text
    assert "HTTP 400 Bad hub.callback" in caplog.text


def test_a_failure_after_the_verification_changes_nothing_any_more(
    run: Run, follow: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that verifies first may still fail to say so."""
    follow()

    def ask_and_fail(url: str, request: Request) -> Answer:
        ask(url, request)
        return Failed("HTTP 500")

    monkeypatch.setattr("yt_pubsub_handler.websub.hub.ask", ask_and_fail)

    assert run() == Renewed(opened=1, failed=1)
    assert rows("SELECT state, attempts, reason FROM leases") == [("active", 0, None)]


def test_a_failure_is_forgotten_when_it_succeeds(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    google.order(Order(500))
    run()
    until_due(change)
    run()

    assert rows("SELECT state, attempts, reason FROM leases") == [("active", 0, None)]


def test_a_hub_that_verifies_synchronously_says_204_or_409(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    google.synchronous = True
    follow()

    assert run() == Renewed(opened=1, accepted=1)
    assert rows(STANDING) == [(CHANNEL, "subscribe", "active", 0)]

    google.order(Order(409, body="Error trying to confirm subscription"))
    until_due(change)
    assert run() == Renewed(failed=1)
    reason = "it could not verify our callback (HTTP 409) Error trying to confirm subscription"
    assert rows("SELECT state, reason FROM leases") == [("active", reason)]


def test_a_redirected_request_is_sent_where_it_leads(run: Run, google: GoogleHub, follow: Any, rows: Any) -> None:
    follow()
    google.order(Order(308, (("Location", "/moved"),)))

    assert run() == Renewed(opened=1, accepted=1)
    assert rows(STANDING) == [(CHANNEL, "subscribe", "active", 0)]


def test_a_denied_channel_is_asked_for_again_later_and_may_then_be_granted(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    google.denied_topics[f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={CHANNEL}"] = "not now"
    run()
    denied = rows("SELECT state, reason, due_at > now() + interval '5 hours' FROM leases")
    run()
    asked = len(google.asked)
    google.denied_topics.clear()
    until_due(change)
    run()

    assert denied == [("denied", "not now", True)]
    assert asked == 1
    assert rows("SELECT state, reason, denied_at FROM leases") == [("active", None, None)]


def test_a_channel_that_nobody_follows_any_more_is_ended_and_its_callback_is_gone(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    run()
    [subscriber] = google.subscribers.values()
    change("UPDATE subscriptions SET removed_at = now()")

    assert run() == Renewed(ended=1, accepted=1)
    assert rows(STANDING) == [(CHANNEL, "unsubscribe", "unsubscribed", 0)]
    assert google.subscribers == {}
    google.subscribers[subscriber.callback, subscriber.topic] = subscriber
    assert google.publish(subscriber.topic, b"<feed/>") == {subscriber.callback: [410] * 5}
    assert run() == Renewed()


def test_what_the_hub_never_verified_is_ended_without_asking_it(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    google.order(Order(202))
    run()
    change("UPDATE subscriptions SET removed_at = now()")

    assert run() == Renewed(ended=1)
    assert rows(STANDING) == [(CHANNEL, "unsubscribe", "unsubscribed", 0)]


def test_an_end_that_the_hub_knows_nothing_of_is_an_end(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    run()
    google.subscribers.clear()
    change("UPDATE subscriptions SET removed_at = now()")
    run()

    assert rows(STANDING) == [(CHANNEL, "unsubscribe", "unsubscribed", 1)]


def test_an_end_is_asked_for_until_it_is_verified(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    run()
    google.order(Order(202), Order(500))
    change("UPDATE subscriptions SET removed_at = now()")
    for _ in range(2):
        run()
        until_due(change)
    waiting = rows(STANDING)
    run()

    assert waiting == [(CHANNEL, "unsubscribe", "active", 2)]
    assert rows(STANDING) == [(CHANNEL, "unsubscribe", "unsubscribed", 0)]


def test_a_channel_followed_again_while_its_lease_ends_gets_another(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    run()
    google.order(Order(500))
    change("UPDATE subscriptions SET removed_at = now()")
    run()
    change("UPDATE subscriptions SET removed_at = NULL")

    assert run() == Renewed(opened=1, accepted=1)
    assert rows(STANDING) == [(CHANNEL, "unsubscribe", "active", 1), (CHANNEL, "subscribe", "active", 0)]


def test_an_old_secret_is_replaced_in_two_phases(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    """The old one delivers until the new one has been verified, and what was under way has arrived."""
    follow()
    run()
    change("UPDATE leases SET created_at = now() - interval '31 days'")
    google.order(Order(202))
    topic = google.asked[0]["hub.topic"]

    asked_for = run()
    unverified = rows(STANDING)
    still = google.publish(topic, b"<feed/>")
    until_due(change)
    verified, too_early, both = run(), run(), google.publish(topic, b"<feed/>")
    change("UPDATE leases SET verified_at = verified_at - interval '11 minutes'")
    ended, only = run(), google.publish(topic, b"<feed/>")

    new = google.asked[-2]["hub.callback"]
    assert asked_for == Renewed(replaced=1, accepted=1)
    assert unverified == [(CHANNEL, "subscribe", "active", 0), (CHANNEL, "subscribe", "pending", 1)]
    assert list(still.values()) == [[204]]
    assert (verified, too_early) == (Renewed(accepted=2), Renewed())
    assert list(both.values()) == [[204], [204]]
    assert (ended, only) == (Renewed(ended=1, accepted=1), {new: [204]})
    assert rows(STANDING) == [(CHANNEL, "unsubscribe", "unsubscribed", 0), (CHANNEL, "subscribe", "active", 0)]
    assert rows("SELECT count(DISTINCT secret), count(DISTINCT callback_key) FROM leases") == [(2, 2)]
    assert run() == Renewed()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TOKEN, {"HUB_ECHOES_TOKEN": "no"}),
        ({"HUB_ECHOES_TOKEN": "no"}, TOKEN),
        (TOKEN, TOKEN | {"TOPIC_PREFIX": "https://hub.example/topics/"}),
    ],
    ids=["no tokens any more", "tokens from now on", "other topics"],
)
def test_a_lease_that_the_hub_of_today_could_not_renew_is_replaced_at_once(
    before: dict[str, str], after: dict[str, str], serve: Any, google: GoogleHub, follow: Any, rows: Any
) -> None:
    """It would lapse: its verification lacks the token, or names another topic, and is refused."""
    follow()
    renew(serve(google.url, **before).app, 120)
    moved = serve(google.url, **after).app

    done = [renew(moved, 120) for _ in range(2)]

    assert done == [Renewed(replaced=1, accepted=1), Renewed()]
    assert rows(STANDING) == [(CHANNEL, "subscribe", "active", 0)] * 2


def test_a_lease_is_renewed_at_whatever_hub_the_settings_name(
    serve: Any, google: GoogleHub, follow: Any, rows: Any, change: Change
) -> None:
    follow()
    renew(serve(google.url, **TOKEN).app, 120)
    other = GoogleHub(wait=lambda _: None)
    with closing(other):
        until_due(change)
        done = renew(serve(other.url, **TOKEN).app, 120)

        assert done == Renewed(accepted=1)
        [before], [after] = google.asked, other.asked
        assert before["hub.callback"].rpartition("/")[2] == after["hub.callback"].rpartition("/")[2]
        assert before["hub.secret"] == after["hub.secret"]
    assert rows(STANDING) == [(CHANNEL, "subscribe", "active", 0)]


def test_secrets_of_the_same_age_are_not_all_replaced_at_once(
    run: Run, follow: Any, rows: Any, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yt_pubsub_handler.websub.wanted.MOST_REPLACED", 1)
    follow()
    follow(OTHER)
    run()
    change("UPDATE leases SET created_at = now() - interval '31 days'")

    assert [run().replaced for _ in range(3)] == [1, 1, 0]


def test_a_lease_that_lapsed_is_followed_by_another(run: Run, follow: Any, rows: Any, change: Change) -> None:
    follow()
    run()
    change("UPDATE leases SET expires_at = now() - interval '1 second', due_at = now()")

    assert run() == Renewed(opened=1, accepted=1)


def test_runs_at_the_same_time_open_one_lease_and_ask_for_it_once(
    run: Run, google: GoogleHub, follow: Any, rows: Any
) -> None:
    channels = [f"UC{number:022}" for number in range(12)]
    for channel in channels:
        follow(channel)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: run(), range(4)))

    assert sum(one.opened for one in done) == sum(one.accepted for one in done) == 12
    assert [row[0] for row in rows(STANDING)] == channels
    assert len(google.asked) == 12


def test_a_lease_that_somebody_else_has_in_hand_is_left_to_them(
    run: Run, google: GoogleHub, follow: Any, change: Change, postgresql: psycopg.Connection[Any]
) -> None:
    """A verification, or another run: waiting for it would hold up all the others."""
    follow()
    follow(OTHER)
    run()
    until_due(change)
    google.asked.clear()
    postgresql.execute("SELECT id FROM leases WHERE channel_id = %s FOR UPDATE", (CHANNEL,))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        wait([running], timeout=20)
        in_time = running.done()
        postgresql.rollback()

    assert (in_time, running.result()) == (True, Renewed(accepted=1))
    assert [form["hub.topic"][-24:] for form in google.asked] == [OTHER]


def test_nothing_is_asked_that_could_not_be_waited_for(run: Run, google: GoogleHub, follow: Any) -> None:
    follow()

    assert run(seconds=29) == Renewed(opened=1)
    assert google.asked == []


def test_what_two_runs_hear_of_a_busy_hub_is_the_longer_of_both(run: Run, serve: Any, google: GoogleHub) -> None:
    with serve(google.url).app.app_context():
        long = keep_quiet(google.url, Busy("HTTP 503", timedelta(hours=2)))

        assert keep_quiet(google.url, Busy("HTTP 503", timedelta(minutes=2))) == long


def test_no_secret_is_logged(
    run: Run, google: GoogleHub, follow: Any, rows: Any, change: Change, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="yt_pubsub_handler")
    follow()
    google.order(Order(400, body="no"), Order(503))
    for _ in range(3):
        run()
        until_due(change)
        form = google.asked[-1]
        key = form["hub.callback"].rsplit("/", 1)[-1]
        google.order(Order(400, body=f"{key} {form['hub.secret']} {form['hub.verify_token']}"))

    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("yt_pubsub_handler"))
    assert "did not subscribe lease" in said
    assert [secret for row in rows("SELECT callback_key, secret, verify_token FROM leases") for secret in row
            if secret in said] == []  # fmt: skip
