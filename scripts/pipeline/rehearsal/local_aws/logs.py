"""
Without this file `zappa tail` and whoever looks for a failed migration's words would find no log.

The lines go to moto's CloudWatch Logs directly: over HTTP each would cost a request.
"""

from __future__ import annotations

import threading
import time

from moto.logs.models import LogsBackend


class FunctionLogs:
    """Writes to CloudWatch Logs as Lambda does, making groups and streams as they are needed."""

    def __init__(self, backend: LogsBackend) -> None:
        self._backend = backend
        self._lock = threading.Lock()  # moto's streams say of themselves that they would need one.

    def write(self, group: str, stream: str, line: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": f"{line}\n"}
        with self._lock:
            if group not in self._backend.groups:
                self._backend.create_log_group(group, {})
            if stream not in self._backend.groups[group].streams:
                self._backend.create_log_stream(group, stream)
            self._backend.put_log_events(group, stream, [event])

    def lines(self, group: str) -> list[str]:
        """All lines of a group, stream after stream in the order in which the streams began."""
        with self._lock:
            if group not in self._backend.groups:
                return []
            streams = self._backend.groups[group].streams.values()
            return [event.message.removesuffix("\n") for stream in streams for event in stream.events]
