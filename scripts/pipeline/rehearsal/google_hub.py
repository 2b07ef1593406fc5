"""
A hub with the manners of Google's, which no hub written to the specification has.

It verifies before it answers the request, brings `hub.verify_token` back, knows sha1 only, verifies again unasked,
gives up on whoever answers that with 404, sends four times more what was not taken, skips a host that takes nothing,
and is busy for minutes. The order of its misbehaviour is the test's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from pipeline.errors import Found
from pipeline.rehearsal.asking import Answer, request
from pipeline.rehearsal.local_aws.loopback import HOST, LoopbackHandler, LoopbackServer

PAUSES = (30.0, 60.0, 120.0, 240.0)
"""Seconds before it sends again what was not taken."""
GRANTED_BY_DEFAULT, MOST_GRANTED = 432_000, 864_000


@dataclass(frozen=True)
class Subscriber:
    """Whom it delivers to, and what it signs with."""

    callback: str
    topic: str
    lease_seconds: int
    verify_token: str | None = field(repr=False)
    secret: str | None = field(repr=False)


@dataclass(frozen=True)
class Order:
    """What to answer to a request instead of granting it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


class GoogleHub:
    """The hub, listening on this machine until it is closed."""

    def __init__(self, *, port: int = 0, wait: Callable[[float], None] = time.sleep) -> None:
        """Start it. `wait` is for those who cannot wait seven minutes."""
        self.wait = wait
        self.subscribers: dict[tuple[str, str], Subscriber] = {}
        self.asked: list[dict[str, str]] = []
        """Every form that was sent to it, whatever became of it."""
        self.skipped_hosts: set[str] = set()
        self.denied_topics: dict[str, str] = {}
        """Why a topic is denied."""
        self.synchronous = False
        """Whether it answers 204 or 409, for what its verification has shown, instead of 202."""
        self._orders: deque[Order] = deque()
        self._lock = threading.Lock()
        hub = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                order = hub.subscribe(dict(parse_qsl(self.read_body().decode())))
                self.answer(order.status, order.body.encode(), order.headers)

        self._server = LoopbackServer(Handler, port=port, name="hub")
        self.url = f"http://{HOST}:{self._server.server_port}/"

    def close(self) -> None:
        self._server.close()

    def be_busy(self, times: int = 1, *, status: int = 503, retry_after: str | None = "120") -> None:
        """Answer so many requests with 503 and Retry-After."""
        headers = (("Retry-After", retry_after),) if retry_after is not None else ()
        self.order(*[Order(status, headers)] * times)

    def order(self, *orders: Order) -> None:
        """Answer the next requests with `orders`, one each."""
        self._orders.extend(orders)

    def subscribe(self, form: dict[str, str]) -> Order:
        """Do what `form` asks for, or what was ordered instead, and return what to answer."""
        self.asked.append(form)
        if self._orders:
            return self._orders.popleft()
        mode, callback, topic = (form.get(f"hub.{name}", "") for name in ("mode", "callback", "topic"))
        if mode not in {"subscribe", "unsubscribe"} or not callback or not topic:
            return Order(400, body="Invalid parameter: hub.mode, hub.callback or hub.topic")
        if mode == "unsubscribe" and (callback, topic) not in self.subscribers:
            return Order(204)
        if topic in self.denied_topics:
            self._get(callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": self.denied_topics[topic]})
            return Order(202)
        seconds = min(int(form.get("hub.lease_seconds") or GRANTED_BY_DEFAULT), MOST_GRANTED)
        asking = Subscriber(callback, topic, seconds, form.get("hub.verify_token"), form.get("hub.secret"))
        confirmed = self._verify(asking, mode).status == 200
        if confirmed:
            self._keep(asking, mode)
        return Order(204 if confirmed else 409) if self.synchronous else Order(202)

    def verify_again(self) -> list[int]:
        """Verify everybody unasked and return their answers; who does not confirm is given up."""
        answers = [(subscriber, self._verify(subscriber, "subscribe")) for subscriber in self._all()]
        for subscriber, answer in answers:
            if answer.status == 404:
                self._keep(subscriber, "unsubscribe")
        return [answer.status for _, answer in answers]

    def publish(self, topic: str, body: bytes) -> dict[str, list[int]]:
        """Deliver `body`, four times more to whoever does not take it; return their answers by callback."""
        told = {}
        for subscriber in self._all():
            host = urlsplit(subscriber.callback).netloc
            if subscriber.topic == topic and host not in self.skipped_hosts:
                told[subscriber.callback] = list(self._deliver(subscriber, body))
                if not 200 <= told[subscriber.callback][-1] < 300:
                    self.skipped_hosts.add(host)
        return told

    def _deliver(self, subscriber: Subscriber, body: bytes) -> Iterator[int]:
        headers = {"Content-Type": "application/atom+xml"}
        if subscriber.secret:
            signature = hmac.new(subscriber.secret.encode(), body, hashlib.sha1).hexdigest()
            headers["X-Hub-Signature"] = f"sha1={signature}"
        for pause in (0.0, *PAUSES):
            if pause:
                self.wait(pause)
            status = request("POST", subscriber.callback, body, headers).status
            yield status
            if 200 <= status < 300:
                return

    def _verify(self, subscriber: Subscriber, mode: str) -> Answer:
        challenge = secrets.token_urlsafe(16)
        asked = {
            "hub.mode": mode,
            "hub.topic": subscriber.topic,
            "hub.challenge": challenge,
            "hub.lease_seconds": str(subscriber.lease_seconds),
        }
        if subscriber.verify_token is not None:
            asked["hub.verify_token"] = subscriber.verify_token
        answer = self._get(subscriber.callback, asked)
        if answer.status == 200 and answer.body != challenge.encode():
            return Answer(500, b"another challenge")
        return answer

    def _get(self, callback: str, query: dict[str, str]) -> Answer:
        try:
            return request("GET", f"{callback}?{urlencode(query)}")
        except Found as nobody:
            return Answer(599, str(nobody).encode())

    def _keep(self, subscriber: Subscriber, mode: str) -> None:
        key = (subscriber.callback, subscriber.topic)
        with self._lock:
            if mode == "subscribe":
                self.subscribers[key] = subscriber
            else:
                self.subscribers.pop(key, None)

    def _all(self) -> list[Subscriber]:
        with self._lock:
            return list(self.subscribers.values())
