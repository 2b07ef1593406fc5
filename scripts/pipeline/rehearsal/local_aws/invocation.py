"""
Without this file the parts that execute a function would each have their own idea of what is executed.

A published version is a copy: what is run is decided when the invocation arrives, and a change of `$LATEST`
or of an alias a moment later changes nothing about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FunctionVersion:
    """One version of a function, or `$LATEST` as it was at one moment; time-out in seconds, memory in MB."""

    name: str
    version: str
    arn: str
    region: str
    handler: str
    runtime: str
    timeout: float
    memory: int
    environment: Mapping[str, str]
    code_sha256: str
    code: bytes = field(repr=False, compare=False)
    reserved_concurrency: int | None = None

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"

    def arn_as(self, qualifier: str | None) -> str:
        """The ARN that the function is told it was invoked by."""
        unqualified = ":".join(self.arn.split(":")[:7])
        return f"{unqualified}:{qualifier}" if qualifier else unqualified

    @property
    def identity(self) -> str:
        """What a warm environment must have been started with to serve this version."""
        settings = [self.arn, self.handler, self.runtime, self.timeout, self.memory]
        return json.dumps([self.code_sha256, *settings, dict(sorted(self.environment.items()))])


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: `failed` is Lambda's "function error", the payload then describes it."""

    payload: bytes
    failed: bool
    version: str
    log: str

    @property
    def value(self) -> Any:
        """The payload, decoded from JSON."""
        return json.loads(self.payload)


class Refused(Exception):
    """Lambda did not run the function: an HTTP status, AWS's name for the error, and a message."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
