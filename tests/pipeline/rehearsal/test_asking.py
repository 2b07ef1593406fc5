"""What is asked on this machine is answered by whoever was asked, or not at all."""

from __future__ import annotations

import pytest

from pipeline.errors import Found
from pipeline.rehearsal.asking import request
from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer


class Elsewhere(LoopbackHandler):
    def serve(self) -> None:
        self.answer(302, b"", [("Location", "http://example.org/")])


def test_a_redirect_is_told_and_not_followed() -> None:
    server = LoopbackServer(Elsewhere, name="elsewhere")

    answer = request("GET", f"http://127.0.0.1:{server.server_port}/")
    server.close()

    assert (answer.status, answer.headers["Location"]) == (302, "http://example.org/")


def test_whoever_is_not_there_is_found_out() -> None:
    server = LoopbackServer(Elsewhere, name="elsewhere")
    server.close()

    with pytest.raises(Found, match="POST /pubsubhub/hook/key was not answered"):
        request("POST", f"http://127.0.0.1:{server.server_port}/pubsubhub/hook/key", b"")
