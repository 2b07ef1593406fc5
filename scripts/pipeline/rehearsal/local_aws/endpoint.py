"""
Without this file nobody could reach the control plane: it serves it over HTTP on the loopback.

werkzeug's own server, because moto needs its request handler; the start-up line, the access log and the
traceback of each cut connection stay away from the rehearsal's standard error.
"""

from __future__ import annotations

import threading
from typing import Any
from wsgiref.types import WSGIApplication

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from pipeline.rehearsal.local_aws.loopback import HOST


class Endpoint:
    """Serves `application` from a thread until it is closed."""

    def __init__(self, application: WSGIApplication) -> None:
        self._server = make_server(HOST, 0, application, threaded=True, request_handler=_QuietHandler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="aws", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _QuietHandler(MotoRequestHandler):
    def log_request(self, *args: Any) -> None:
        """Print nothing."""
