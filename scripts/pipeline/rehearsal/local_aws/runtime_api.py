"""
Without this file a function's process would have nobody to ask for its next event.

This is the server half of Lambda's Runtime API, 2018-06-01, as awslambdaric calls it: one server for each
process, because the protocol has no way to say who is asking. What happens is put on one queue in the order
in which it happened, and the sandbox reads that.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from pipeline.rehearsal.local_aws.loopback import HOST, LoopbackHandler, LoopbackServer

_RUNTIME = "/2018-06-01/runtime"
_OUTCOME = re.compile(rf"{_RUNTIME}/invocation/(?P<request_id>[^/]+)/(?P<kind>response|error)")


@dataclass(frozen=True)
class Event:
    """One invocation on its way to a function; the time-out is in seconds and counts from the hand-out."""

    request_id: str
    payload: bytes
    function_arn: str
    timeout: float
    client_context: str | None = None


@dataclass(frozen=True)
class HandedOut:
    """The process has its event now; `at` is `time.monotonic()`."""

    at: float


@dataclass(frozen=True)
class Finished:
    """The process answered: with a value, with an error, or that it could not even start."""

    payload: bytes
    failed: bool = False
    started: bool = True


@dataclass(frozen=True)
class Exited:
    """The process is gone; `returncode` as subprocess gives it, negative for a signal."""

    returncode: int


Signal = HandedOut | Finished | Exited


class RuntimeApi:
    """Hands events to one process and puts what becomes of them on `signals`."""

    def __init__(self, signals: SimpleQueue[Signal], begin: Callable[[Event], None]) -> None:
        """`begin` is called before an event is handed out, so that what it does comes before all else."""
        self._signals = signals
        self._begin = begin
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        api = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                (api.hand_out if self.command == "GET" else api.take_in)(self)

        self._server = LoopbackServer(Handler, name="runtime-api")

    @property
    def address(self) -> str:
        return f"{HOST}:{self._server.server_port}"

    def offer(self, event: Event) -> None:
        self._events.put(event)

    def close(self) -> None:
        self._events.put(None)
        self._server.close()

    def hand_out(self, request: LoopbackHandler) -> None:
        """Block until there is an event: between events Lambda freezes the process, we let it wait."""
        event = self._events.get()
        if event is None:
            request.close_connection = True
            return
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + event.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{event.request_id[:8]}-{event.request_id[-12:]:0>24}",
        }
        if event.client_context:
            headers["Lambda-Runtime-Client-Context"] = event.client_context
        self._begin(event)
        self._signals.put(HandedOut(time.monotonic()))
        request.answer(200, event.payload, list(headers.items()))

    def take_in(self, request: LoopbackHandler) -> None:
        body = request.read_body()
        if request.path == f"{_RUNTIME}/init/error":
            self._signals.put(Finished(body, failed=True, started=False))
        elif outcome := _OUTCOME.fullmatch(request.path):
            self._signals.put(Finished(body, failed=outcome["kind"] == "error"))
        else:
            request.answer(404)
            return
        request.answer(202, b'{"status":"OK"}', [("Content-Type", "application/json")])
