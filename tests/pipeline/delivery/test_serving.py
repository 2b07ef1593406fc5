"""Which release serves is asked of production itself, and not knowing it is said and keeps nothing back."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

HEAD = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()


class Production:
    """A real HTTP server that answers /prod/status with `code` and `body`."""

    code = 200
    body: object = {"release": {"commit": HEAD}}

    def __init__(self) -> None:
        production = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.path == "/prod/status"
                self.send_response(production.code if known else 404)
                self.end_headers()
                self.wfile.write(json.dumps(production.body).encode() if known else b"not here")

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/prod/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def production() -> Iterator[Production]:
    one = Production()
    yield one
    one.close()


def ask(url: str) -> tuple[str, str]:
    """What is printed, which outside a workflow is output and notice alike, and the commit in it."""
    done = subprocess.run(
        [sys.executable, "scripts/serving_release.py", "--url", url],
        env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home())}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    output, *said = done.stdout.splitlines()
    return output.removeprefix("commit="), " ".join(said)


@pytest.mark.parametrize("code", [200, 503])
def test_the_commit_that_serves_is_handed_on_even_when_it_cannot_serve(production: Production, code: int) -> None:
    production.code = code

    assert ask(production.url) == (HEAD, f"Production serves {HEAD}.")


def test_what_the_pull_request_was_tried_with_is_not_tried_again(production: Production) -> None:
    before = subprocess.run(["git", "rev-parse", "HEAD^1"], capture_output=True, text=True, check=True).stdout.strip()
    production.body = {"release": {"commit": before}}

    assert ask(production.url) == ("", f"Production serves {before}, which the pull request was tried with.")


@pytest.mark.parametrize("body", [{}, {"release": None}, {"release": {"commit": "development"}}, [], "x"])
def test_an_answer_without_a_commit_is_said(production: Production, body: object) -> None:
    production.body = body

    commit, said = ask(production.url)

    assert commit == ""
    assert "names no commit. Check PUBLIC_URL" in said


def test_a_commit_that_is_not_here_is_said(production: Production) -> None:
    production.body = {"release": {"commit": "0" * 40}}

    commit, said = ask(production.url)

    assert commit == ""
    assert f"git does not know the commit {'0' * 40}: check out the whole history" in said


def test_a_production_that_does_not_answer_keeps_no_deploy_back(production: Production) -> None:
    production.close()

    commit, said = ask(production.url)

    assert commit == ""
    assert "cannot be reached" in said


def test_without_a_url_it_says_which_variable_to_set() -> None:
    commit, said = ask("")

    assert commit == ""
    assert said.endswith("no URL was given. Set the repository variable PUBLIC_URL.")
