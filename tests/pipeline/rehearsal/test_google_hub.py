"""The stand-in has the manners that are told of Google's hub, or what passes with it would prove nothing."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

import pytest

from pipeline.rehearsal.google_hub import PAUSES, GoogleHub, Order
from pipeline.rehearsal.outside import CHANNEL
from pipeline.rehearsal.youtube import TOPIC
from tests.pipeline.rehearsal.subscriber import App

WANTED = TOPIC + CHANNEL


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def hub(waited: list[float]) -> Iterator[GoogleHub]:
    hub = GoogleHub(wait=waited.append)
    yield hub
    hub.close()


@pytest.mark.parametrize(("asked", "granted"), [({}, 432000), ({"lease_seconds": "9999999"}, 864000)])
def test_a_request_is_verified_before_it_is_answered(
    asked: dict[str, str], granted: int, hub: GoogleHub, app: App
) -> None:
    assert hub.subscribe(app.form(verify_token="t", **asked)) == Order(202)

    [query] = app.asked
    assert (query["hub.verify_token"], query["hub.lease_seconds"]) == (["t"], [str(granted)])
    assert [subscriber.lease_seconds for subscriber in hub.subscribers.values()] == [granted]


def test_what_is_not_confirmed_is_accepted_and_nobody_is_subscribed(hub: GoogleHub, app: App) -> None:
    app.verification = lambda _: (404, b"")
    refused = hub.subscribe(app.form())
    app.verification = lambda _: (200, b"another challenge")
    wrong = hub.subscribe(app.form())

    assert (refused, wrong) == (Order(202), Order(202))
    assert hub.subscribers == {}


def test_a_synchronous_hub_says_what_its_verification_has_shown(hub: GoogleHub, app: App) -> None:
    hub.synchronous = True

    granted = hub.subscribe(app.form())
    app.verification = lambda _: (404, b"")

    assert (granted, hub.subscribe(app.form())) == (Order(204), Order(409))


def test_an_end_of_what_it_does_not_know_is_no_news_to_it(hub: GoogleHub, app: App) -> None:
    assert hub.subscribe(app.form("unsubscribe")) == Order(204)
    assert app.asked == []


def test_it_is_as_busy_as_it_was_told_and_then_works(hub: GoogleHub, app: App) -> None:
    hub.be_busy(1, retry_after="120")

    assert [hub.subscribe(app.form()) for _ in range(2)] == [Order(503, (("Retry-After", "120"),)), Order(202)]


def test_what_is_not_taken_is_sent_four_times_more_with_growing_pauses(
    hub: GoogleHub, app: App, waited: list[float]
) -> None:
    hub.subscribe(app.form())
    app.deliveries = [503, 500, 204]

    assert hub.publish(WANTED, b"<feed/>") == {app.hook: [503, 500, 204]}
    assert waited == [30, 60]
    assert [signature for signature, _ in app.delivered] == [
        f"sha1={hmac.new(b's', b'<feed/>', 'sha1').hexdigest()}"
    ] * 3


def test_a_host_that_takes_nothing_is_skipped_from_then_on(hub: GoogleHub, app: App, waited: list[float]) -> None:
    hub.subscribe(app.form())
    app.deliveries = [500]

    assert hub.publish(WANTED, b"<feed/>") == {app.hook: [500] * 5}
    assert waited == list(PAUSES)
    assert hub.publish(WANTED, b"<feed/>") == {}


def test_who_answers_404_when_asked_again_is_given_up(hub: GoogleHub, app: App) -> None:
    hub.subscribe(app.form())

    assert hub.verify_again() == [200]
    app.verification = lambda _: (404, b"")

    assert hub.verify_again() == [404]
    assert hub.subscribers == {}


def test_a_topic_is_denied_with_its_reason(hub: GoogleHub, app: App) -> None:
    hub.denied_topics[WANTED] = "no"

    assert hub.subscribe(app.form()) == Order(202)
    assert app.asked == [{"hub.mode": ["denied"], "hub.topic": [WANTED], "hub.reason": ["no"]}]
    assert hub.subscribers == {}
