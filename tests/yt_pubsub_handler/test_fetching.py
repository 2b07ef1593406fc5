"""YouTube may answer anything, or nothing: we neither wait for ever, nor read without end, nor go elsewhere."""

from __future__ import annotations

import socket
import time

import pytest

from tests.yt_pubsub_handler.youtube import Said, YouTube, standing_in
from yt_pubsub_handler.fetching import Answer, CannotFetch, fetch


def get(url: str, *, seconds: float = 5, largest: int = 1000) -> Answer:
    return fetch(url, {"If-None-Match": '"1"'}, seconds=seconds, largest=largest)


def test_what_comes_back_is_told_whatever_its_status(youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(503, b"busy", {"Retry-After": "120"})

    answer = get(f"{youtube.url}/feed?a=b")

    assert (answer.status, answer.body, answer.header("retry-after"), answer.header("ETag")) == (
        503,
        b"busy",
        "120",
        None,
    )
    assert [(asked.path, asked.headers["if-none-match"]) for asked in youtube.asked] == [("/feed?a=b", '"1"')]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_leads_nowhere(status: int, youtube: YouTube) -> None:
    """The answer of a host must not decide that another one, inside our network perhaps, is asked."""
    with standing_in() as elsewhere:
        youtube.answer = lambda _: Said(status, b"", {"Location": f"{elsewhere.url}/"})

        answer = get(youtube.url)

        assert (answer.status, elsewhere.asked, len(youtube.asked)) == (status, [], 1)


def test_a_body_is_read_up_to_the_cap_and_no_further(youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(body=b"x" * 1000)
    assert len(get(youtube.url).body) == 1000

    youtube.answer = lambda _: Said(body=b"x" * 1001)
    with pytest.raises(CannotFetch, match="has more than 1000 bytes"):
        get(youtube.url)


def test_an_answer_in_drops_is_given_up(youtube: YouTube) -> None:
    """A time-out of a socket is for each wait: a byte now and then would keep us busy for hours."""
    youtube.answer = lambda _: Said(body=b"x" * 100, drip=0.1)
    began = time.monotonic()

    with pytest.raises(CannotFetch, match="takes too long"):
        get(youtube.url, seconds=0.5)

    assert time.monotonic() - began < 5


def test_half_an_answer_is_none(youtube: YouTube) -> None:
    youtube.answer = lambda _: Said(body=b"half", promised=8)

    with pytest.raises(CannotFetch, match="broke off"):
        get(youtube.url)


def test_nobody_there_is_told_without_the_address() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with pytest.raises(CannotFetch) as raised:
        get(f"http://127.0.0.1:{port}/?key=hidden")

    assert str(raised.value) == "no answer (ConnectionRefusedError)"


def test_who_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(CannotFetch, match=r"TimeoutError|timed out"):
        get(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3)
