"""
Discord as a webhook meets it: `POST /api/webhooks/{id}/{token}?wait=true`, and its rate limits.

Answers follow https://discord.com/developers/docs/resources/webhook#execute-webhook and …/topics/rate-limits.
"""

from __future__ import annotations

import json
import re
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer

WEBHOOK = re.compile(r"http://127\.0\.0\.1:\d+/api/webhooks/\d+/[\w-]+")
"""What a webhook's URL looks like here."""
Ordered = tuple[int, dict[str, Any] | bytes, dict[str, str]]


class Discord:
    """The stand-in, serving until it is closed; `messages` are those that stand in the channel."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.headers = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset-After": "2.0"}
        self._ordered: list[tuple[Ordered | None, bool]] = []
        self._closing = threading.Event()
        discord = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                discord.serve(self)

        self._server = LoopbackServer(Handler, name="discord")
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.webhook = f"{self.url}/api/webhooks/1/secret-token"

    def order(
        self,
        status: int,
        said: dict[str, Any] | bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        creates: bool = False,
    ) -> None:
        """Answer the next message with this; `creates` makes it all the same."""
        self._ordered.append(((status, said, headers or {}), creates))

    def order_silence(self, *, creates: bool) -> None:
        """Answer the next message with nothing."""
        self._ordered.append((None, creates))

    def serve(self, request: LoopbackHandler) -> None:
        message = json.loads(request.read_body() or b"{}")
        path = urlsplit(request.path)
        if path.path != "/api/webhooks/1/secret-token":
            _answer(request, 404, {"message": "Unknown Webhook", "code": 10015}, {})
            return
        ordered, creates = self._ordered.pop(0) if self._ordered else ((0, b"", {}), True)
        if creates:
            self.messages.append({"id": str(len(self.messages) + 10**17), "webhook_id": "1", **message})
        if ordered is None:
            self._closing.wait(1)
        elif ordered[0]:
            _answer(request, *ordered)
        elif parse_qs(path.query).get("wait") == ["true"]:
            _answer(request, 200, self.messages[-1], self.headers)
        else:
            _answer(request, 204, b"", self.headers)

    def close(self) -> None:
        self._closing.set()
        self._server.close()


def _answer(request: LoopbackHandler, status: int, said: dict[str, Any] | bytes, headers: dict[str, str]) -> None:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    request.answer(status, body, [("Content-Type", "application/json"), *headers.items()])
