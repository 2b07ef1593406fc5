"""
Invoking the function so that a program can read the answer; `zappa invoke` prints for people.

Lambda answers 200 for a function that raised: only the header `X-Amz-Function-Error` tells.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pipeline.delivery.aws import Aws, error_code
from pipeline.errors import CouldNotAnswer, Found

# What Python says when Zappa looks a function up that the package's run.py does not have.
_ABSENT = re.compile(r"module 'run' has no attribute 'run_\w+'$")


class FunctionFailed(Found):
    """The function ran and raised; the message is its own."""


class NoSuchFunction(FunctionFailed):
    """The package has no such function: it is from before the function was written."""


@dataclass(frozen=True)
class Answer:
    """What the function returned, and the version that did."""

    value: Any
    version: str


def call(
    aws: Aws, function: str, qualifier: str, payload: dict[str, Any] | None = None, *, show_log: bool = True
) -> Answer:
    """Run `function`, such as run.run_migration_status, on the version or alias `qualifier`; see `send`."""
    return send(aws, {"command": function, **(payload or {})}, qualifier, show_log=show_log)


def send(aws: Aws, event: dict[str, Any], qualifier: str, *, show_log: bool = True) -> Answer:
    """
    Send `event` once and return the answer; raises FunctionFailed when the function raised.

    Its log's last 4 KB are then printed, unless a failure is one of the answers expected (`show_log`).
    """
    try:
        response = aws.lambda_.invoke(
            FunctionName=aws.stage.function,
            Qualifier=qualifier,
            Payload=json.dumps(event).encode(),
            LogType="Tail",
        )
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        raise CouldNotAnswer(
            f"There is no {aws.stage.function}:{qualifier} in {aws.stage.region}. If this stage was never deployed, "
            f"run `python scripts/bootstrap.py {aws.stage.name}` first."
        ) from error
    value = json.loads(response["Payload"].read() or b"null")
    if "FunctionError" in response:
        log = base64.b64decode(response.get("LogResult", "")).decode(errors="replace")
        reason = str(value.get("errorMessage", value) if isinstance(value, dict) else value)
        absent = _ABSENT.match(reason)
        if show_log and not absent:
            print(log.rstrip(), flush=True)
        raise (NoSuchFunction if absent else FunctionFailed)(f"{aws.stage.function}:{qualifier} failed: {reason}")
    return Answer(value, response.get("ExecutedVersion", qualifier))
