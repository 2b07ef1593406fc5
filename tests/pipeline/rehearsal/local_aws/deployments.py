"""
Functions of a few lines, and the calls the tests make of them again and again.

Every function has a name of its own, so that tests can share one AWS.
"""

from __future__ import annotations

import io
import itertools
import json
import textwrap
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.rehearsal.local_aws import LocalAws

ECHO = """
    def lambda_handler(event, context):
        return event
"""


@dataclass
class Deployments:
    """Functions in one local AWS, each with a name of its own."""

    aws: LocalAws
    client: Any = field(init=False)
    role: str = field(init=False)
    _names: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.client = self.aws.client("lambda")
        role = self.aws.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument="{}")
        self.role = role["Role"]["Arn"]

    def create(self, source: str = ECHO, **settings: Any) -> str:
        """Create a function from the source of its handler.py and return its name."""
        name = f"function-{next(self._names)}"
        defaults = {"Runtime": "python3.13", "Handler": "handler.lambda_handler", "Timeout": 10}
        self.client.create_function(
            FunctionName=name, Role=self.role, Code={"ZipFile": package(source)}, **(defaults | settings)
        )
        return name

    def change(self, name: str, source: str, **options: Any) -> dict[str, Any]:
        """Put other code into a function."""
        changed: dict[str, Any] = self.client.update_function_code(
            FunctionName=name, ZipFile=package(source), **options
        )
        return changed

    def invoke(self, name: str, event: Any = None, **options: Any) -> Any:
        """Invoke a function and return what it returned, or what is said of its error."""
        return self.answer(name, event, **options)["Payload"]

    def answer(self, name: str, event: Any = None, **options: Any) -> dict[str, Any]:
        """Invoke a function and return boto3's answer, with the payload read and decoded."""
        client = options.pop("client", self.client)
        answer: dict[str, Any] = client.invoke(FunctionName=name, Payload=json.dumps(event or {}), **options)
        with answer["Payload"] as stream:  # An unread stream keeps its connection open.
            payload = stream.read()
        return {**answer, "Payload": json.loads(payload) if payload else None}


def package(source: str) -> bytes:
    """Zip one handler.py."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("handler.py", textwrap.dedent(source))
    return content.getvalue()
