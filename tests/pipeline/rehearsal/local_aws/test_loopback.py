from __future__ import annotations

import socket
import struct
import threading
from typing import Any

import pytest

from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def ask(server: LoopbackServer) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.server_port), timeout=10)
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    return client


def serve(answer: Any, ended: threading.Event) -> LoopbackServer:
    """A server whose handler calls `answer`; `ended` is set when a connection is done with."""

    class Handler(LoopbackHandler):
        def serve(self) -> None:
            answer(self)

    class Server(LoopbackServer):
        def shutdown_request(self, request: Any) -> None:
            super().shutdown_request(request)
            ended.set()

    return Server(Handler, name="test")


def test_a_client_that_goes_away_is_not_worth_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    asked, gone, ended = threading.Event(), threading.Event(), threading.Event()

    def answer(handler: LoopbackHandler) -> None:
        asked.set()
        gone.wait(10)
        handler.answer(200, b"x" * 10_000_000)

    server = serve(answer, ended)
    client = ask(server)
    asked.wait(10)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    client.close()
    gone.set()

    assert ended.wait(10)
    server.close()
    assert capfd.readouterr() == ("", "")


def test_a_fault_of_a_handler_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    ended = threading.Event()

    def answer(handler: LoopbackHandler) -> None:
        raise RuntimeError("a fault of ours")

    server = serve(answer, ended)
    with ask(server):
        assert ended.wait(10)

    server.close()
    assert "RuntimeError: a fault of ours" in capfd.readouterr().err
