"""An app, as far as the hub knows one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from pipeline.rehearsal.asking import Answer, request
from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer
from pipeline.rehearsal.outside import CHANNEL, Outside
from pipeline.rehearsal.youtube import TOPIC


class App:
    """An app that confirms whatever it is asked, unless the test has another answer."""

    def __init__(self) -> None:
        self.verification: Callable[[str], tuple[int, bytes]] = lambda challenge: (200, challenge.encode())
        self.deliveries = [204]
        """What it answers to one delivery after the other; the last is its answer from then on."""
        self.asked: list[dict[str, list[str]]] = []
        self.delivered: list[tuple[str | None, bytes]] = []
        """The signature of each, and its body."""
        app = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                body = self.read_body()
                if self.command == "POST":
                    app.delivered.append((self.headers.get("X-Hub-Signature"), body))
                    self.answer(app.deliveries.pop(0) if len(app.deliveries) > 1 else app.deliveries[0])
                    return
                query = parse_qs(urlsplit(self.path).query)
                app.asked.append(query)
                self.answer(*app.verification(query.get("hub.challenge", [""])[0]))

        self.server = LoopbackServer(Handler, name="app")
        self.hook = f"http://127.0.0.1:{self.server.server_port}/hook"

    def form(self, mode: str = "subscribe", **more: str) -> dict[str, str]:
        """Return what it asks a hub for; `more` may name another topic and secret."""
        named = {f"hub.{name}": value for name, value in more.items()}
        return {"hub.mode": mode, "hub.callback": self.hook, "hub.topic": TOPIC + CHANNEL, "hub.secret": "s", **named}


def subscribe(outside: Outside, app: App) -> Answer:
    return request("POST", outside.hub.url, urlencode(app.form(secret="a secret")).encode())
