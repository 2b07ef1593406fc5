"""What the hub answers is understood, or told in words without a secret; it is never an exception."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl

import pytest

from pipeline.rehearsal.google_hub import GoogleHub, Order
from pipeline.rehearsal.local_aws.loopback import HOST, LoopbackHandler, LoopbackServer
from yt_pubsub_handler.websub.hub import Accepted, Answer, Busy, Failed, Request, ask

TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCxxxxxxxxxxxxxxxxxxxxxx"
REQUEST = Request("subscribe", TOPIC, "https://app.example/pubsubhub/hook/KEY-of-it", "SECRET-of-it", "TOKEN-of-it")


class Hub:
    """A hub whose answers are the test's; it remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, tuple[tuple[str, str], ...]]] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        hub = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                hub.asked.append((self.command, self.path, dict(parse_qsl(self.read_body().decode()))))
                self.answer(*hub.answers.pop(0))

        self.server = LoopbackServer(Handler, name="hub")
        self.url = f"http://{HOST}:{self.server.server_port}/hub?a=b"

    def will(self, status: int, body: bytes = b"", **headers: str) -> None:
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        self.answers.append((status, body, named))


@pytest.fixture
def hub() -> Iterator[Hub]:
    running = Hub()
    yield running
    running.server.close()


def test_a_subscription_is_asked_for_with_all_that_the_hub_needs(hub: Hub) -> None:
    hub.will(202)

    assert ask(hub.url, REQUEST) == Accepted(done=False)
    assert hub.asked == [
        (
            "POST",
            "/hub?a=b",
            {
                "hub.mode": "subscribe",
                "hub.topic": TOPIC,
                "hub.callback": "https://app.example/pubsubhub/hook/KEY-of-it",
                "hub.verify": "async",
                "hub.verify_token": "TOKEN-of-it",
                "hub.secret": "SECRET-of-it",
                "hub.lease_seconds": "864000",
            },
        )
    ]


def test_an_end_is_asked_for_without_the_secret_and_a_token_is_not_made_up(hub: Hub) -> None:
    hub.will(202)

    ask(hub.url, Request("unsubscribe", TOPIC, "https://app.example/hook", "s", None))

    [(_, _, form)] = hub.asked
    assert form == {
        "hub.mode": "unsubscribe",
        "hub.topic": TOPIC,
        "hub.callback": "https://app.example/hook",
        "hub.verify": "async",
    }


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (202, Accepted(done=False)),
        (200, Accepted(done=False)),
        (204, Accepted(done=True)),
        (409, Failed("it could not verify our callback (HTTP 409)")),
        (400, Failed("HTTP 400")),
        (500, Failed("HTTP 500")),
        (302, Failed("HTTP 302")),
        (429, Busy("HTTP 429")),
        (503, Busy("HTTP 503")),
    ],
)
def test_each_answer_is_understood(status: int, answer: Answer, hub: Hub) -> None:
    hub.will(status)

    assert ask(hub.url, REQUEST) == answer


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_hub_says_for_how_long_in_seconds_or_by_a_date(status: int, hub: Hub) -> None:
    hub.will(status, Retry_After="120")
    hub.will(status, Retry_After=format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True))

    by_seconds, by_date = ask(hub.url, REQUEST), ask(hub.url, REQUEST)

    assert by_seconds == Busy(f"HTTP {status}", timedelta(seconds=120))
    assert isinstance(by_date, Busy)
    assert by_date.wait is not None
    assert timedelta(minutes=9) < by_date.wait <= timedelta(minutes=10)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "٣", "Fri, 99 Nov 2026", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_time_to_wait_that_nobody_understands_is_none(header: str, hub: Hub) -> None:
    hub.will(503, Retry_After=header.encode("utf-8").decode("latin-1"))

    answer = ask(hub.url, REQUEST)

    assert isinstance(answer, Busy)
    assert not answer.wait


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_is_followed_with_the_same_post(status: int, hub: Hub) -> None:
    hub.will(status, Location="/elsewhere")
    hub.will(202)

    assert ask(hub.url, REQUEST) == Accepted(done=False)
    first, second = hub.asked
    assert (first[0], second[0], second[1]) == ("POST", "POST", "/elsewhere")
    assert first[2] == second[2]


def test_a_redirect_to_where_others_can_listen_is_not_followed(hub: Hub) -> None:
    hub.will(307, Location="http://hub.example/")

    assert ask(hub.url, REQUEST) == Failed("it leads to where others could read our secret")


@pytest.mark.parametrize("location", ["http://[", "", "http://127.0.0.1:99999/"])
def test_a_redirect_to_no_address_or_in_a_circle_ends(location: str, hub: Hub) -> None:
    for _ in range(4):
        hub.will(308, Location=location)

    assert isinstance(ask(hub.url, REQUEST), Failed)
    assert len(hub.asked) <= 4


def test_what_the_hub_says_is_told_without_what_only_it_and_we_know(hub: Hub) -> None:
    hub.will(400, b"Bad hub.callback:\n https://app.example/pubsubhub/hook/KEY-of-it SECRET-of-it TOKEN-of-it " * 20)

    answer = ask(hub.url, REQUEST)

    assert isinstance(answer, Failed)
    assert answer.reason.startswith("HTTP 400 Bad hub.callback: https://app.example/pubsubhub/hook/… … …")
    assert "of-it" not in answer.reason + repr(REQUEST)
    assert len(answer.reason) <= 220


def test_nobody_who_listens_is_a_busy_hub() -> None:
    with socket.create_server((HOST, 0)) as taken:
        url = f"http://{HOST}:{taken.getsockname()[1]}/"

        silent = ask(url, REQUEST, seconds=0.2)

    assert silent == Busy("no answer: TimeoutError")
    assert ask(url, REQUEST) == Busy("no answer: ConnectionRefusedError")


def test_what_is_no_http_is_a_busy_hub() -> None:
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(5)

        def talk() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        answer = ask(f"http://{HOST}:{server.getsockname()[1]}/", REQUEST, seconds=5)
        thread.join()

    assert answer == Busy("no answer: BadStatusLine")


def test_googles_manners_are_answers_too() -> None:
    google = GoogleHub()
    google.order(Order(503, (("Retry-After", "120"),)))
    try:
        assert ask(google.url, REQUEST) == Busy("HTTP 503", timedelta(seconds=120))
    finally:
        google.close()
