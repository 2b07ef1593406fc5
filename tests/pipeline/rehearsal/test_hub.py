"""The hub's part must notice an app that answers wrongly, or the rehearsal would prove nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.errors import Found
from pipeline.rehearsal import hub
from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer

Answering = Callable[[str, str, dict[str, str], bytes], tuple[int, bytes]]


class App:
    """An app whose answers are the test's; it remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Answering = lambda *_: (204, b"")
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        app = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                request = (self.command, self.path, dict(self.headers), self.read_body())
                app.asked.append(request)
                self.answer(*app.answer(*request))

            do_GET = do_POST = serve  # noqa: N815 - the base class names them so.

        self.server = LoopbackServer(Handler, name="app")
        self.subscription = hub.Subscription(
            f"http://127.0.0.1:{self.server.server_port}/pubsubhub/hook/key", "token", "secret"
        )


@pytest.fixture
def app() -> Iterator[App]:
    running = App()
    yield running
    running.server.close()


def challenge(path: str) -> bytes:
    return parse_qs(urlsplit(path).query)["hub.challenge"][0].encode()


def test_a_lease_is_verified_by_its_challenge_and_its_token(app: App) -> None:
    app.answer = lambda _method, path, *_: (200, challenge(path))

    hub.verify_intent(app.subscription)

    [(method, path, _, _)] = app.asked
    said = parse_qs(urlsplit(path).query)
    assert (method, said["hub.mode"], said["hub.verify_token"]) == ("GET", ["subscribe"], ["token"])


@pytest.mark.parametrize("answer", [(404, b""), (200, b"another"), (500, b"")])
def test_an_app_that_does_not_confirm_is_found_out(app: App, answer: tuple[int, bytes]) -> None:
    app.answer = lambda *_: answer

    with pytest.raises(Found, match=f"does not confirm a lease it asked for: HTTP {answer[0]}"):
        hub.verify_intent(app.subscription)


def test_a_delivery_is_signed_over_its_raw_body(app: App) -> None:
    hub.deliver(app.subscription)

    [(method, path, headers, body)] = app.asked
    signature = "sha1=" + hmac.new(b"secret", body, hashlib.sha1).hexdigest()
    assert (method, path, headers["X-Hub-Signature"]) == ("POST", "/pubsubhub/hook/key", signature)
    assert hub.VIDEO.encode() in body


@pytest.mark.parametrize("status", [403, 500, 503])
def test_an_app_that_does_not_take_a_delivery_is_found_out(app: App, status: int) -> None:
    app.answer = lambda *_: (status, b"no")

    with pytest.raises(Found, match=f"does not take a signed notification: HTTP {status} 'no'"):
        hub.deliver(app.subscription)


def test_an_app_that_is_not_there_is_found_out(app: App) -> None:
    app.server.close()

    with pytest.raises(Found, match="POST /pubsubhub/hook/key was not answered"):
        hub.deliver(app.subscription)
