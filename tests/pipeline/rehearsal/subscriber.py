"""An app, as far as the hub knows one."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from pipeline.rehearsal.asking import Answer, request
from pipeline.rehearsal.local_aws.loopback import LoopbackHandler, LoopbackServer
from pipeline.rehearsal.outside import CHANNEL, Outside
from pipeline.rehearsal.youtube import TOPIC


class App:
    """An app that confirms what it is asked; what it answers to a delivery is the test's."""

    def __init__(self) -> None:
        self.status = 204
        self.delivered: list[tuple[str | None, bytes]] = []
        app = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                body = self.read_body()
                if self.command == "GET":
                    self.answer(200, parse_qs(urlsplit(self.path).query)["hub.challenge"][0].encode())
                    return
                app.delivered.append((self.headers["X-Hub-Signature"], body))
                self.answer(app.status)

        self.server = LoopbackServer(Handler, name="app")
        self.hook = f"http://127.0.0.1:{self.server.server_port}/hook"


def subscribe(outside: Outside, app: App) -> Answer:
    form = {"hub.mode": "subscribe", "hub.callback": app.hook, "hub.topic": TOPIC + CHANNEL, "hub.secret": "a secret"}
    return request("POST", outside.hub.url, urlencode(form).encode())
