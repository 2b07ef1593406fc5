"""
Asks a release whether it serves, on its number before traffic moves and through the public URL after.

The first is a request event sent straight to the version, as API Gateway would; nobody else reaches it.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from pipeline.delivery.aws import Aws
from pipeline.delivery.invocation import send
from pipeline.delivery.release import Release
from pipeline.errors import CouldNotAnswer, Found

# An alias that moved answers with the old version for a moment; AWS promises seconds.
_PATIENCE = 30.0
_COMMIT = re.compile(r"[0-9a-f]{40}")


def smoke_version(aws: Aws, version: str, release: Release, *, newer_schema: bool = False) -> dict[str, Any]:
    """
    Return what GET /status on `version` says; raises Found unless it is `release` on its own schema.

    `newer_schema` allows a database that is ahead, as the release that served before meets it.
    """
    answer = send(aws, _request("/status", aws.stage.name), version).value
    if not isinstance(answer, dict) or "statusCode" not in answer:
        raise Found(f"Version {version} does not answer like a web application: {answer!r}. Traffic has not moved.")
    status = _parsed(str(answer.get("body", "")))
    problem = _differs(answer["statusCode"], status, release, newer_schema=newer_schema)
    if problem:
        raise Found(f"Version {version} does not serve: {problem}. Traffic has not moved.")
    return status


def smoke_live(
    url: str, release: Release, *, newer_schema: bool = False, patience: float = _PATIENCE
) -> dict[str, Any]:
    """
    Ask `url`/status until it says `release`, for `patience` seconds at most; raises Found with its last answer.

    `newer_schema` allows a database that is ahead, as after a rollback of traffic alone.
    """
    until = time.monotonic() + patience
    while True:
        code, status = _get(f"{url.rstrip('/')}/status")
        problem = _differs(code, status, release, newer_schema=newer_schema)
        if not problem:
            return status
        if time.monotonic() > until:
            raise Found(f"{url}/status does not serve {release} after {patience:.0f} s: {problem}.")
        time.sleep(0.5)


def serving_commit(url: str) -> str:
    """
    Return which commit `url`/status says it is, without anybody's credentials; it may well say that it cannot serve.

    Raises CouldNotAnswer where nothing answers, or something else does.
    """
    code, status = _get(f"{url.rstrip('/')}/status")
    commit = status.get("release", {}).get("commit") if isinstance(status.get("release"), dict) else None
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise CouldNotAnswer(f"{url}/status answers {code} and names no commit. Check PUBLIC_URL.")
    return commit


def answering_version(aws: Aws, qualifier: str) -> str:
    """The version that answers a request to `qualifier`, whatever it answers: this works with the database down."""
    return send(aws, _request("/status", aws.stage.name), qualifier).version


def public_url(aws: Aws) -> str:
    """The stage's own URL at API Gateway, from the stack that Zappa keeps."""
    resource = aws.cloudformation.describe_stack_resource(StackName=aws.stage.function, LogicalResourceId="Api")
    api = resource["StackResourceDetail"].get("PhysicalResourceId", "")
    return f"https://{api}.execute-api.{aws.stage.region}.amazonaws.com/{aws.stage.name}"


def _differs(code: int, status: dict[str, Any], release: Release, *, newer_schema: bool = False) -> str | None:
    """What keeps this answer from being `release` on its schema, in words; None when nothing does."""
    serving = status.get("release", {}).get("commit")
    revision = status.get("schema", {}).get("revision")
    if code != 200:
        fit = status.get("schema", {}).get("fit", "no schema in the answer")
        return f"HTTP {code} from commit {serving}, schema {revision} ({fit})"
    if serving != release.commit:
        return f"it is commit {serving}, not {release.commit}"
    if revision != release.schema and not newer_schema:
        return f"the database is at revision {revision}, not {release.schema}"
    return None


def _get(url: str) -> tuple[int, dict[str, Any]]:
    request = Request(url, headers={"User-Agent": "yt-pubsub-handler smoke test"})  # noqa: S310 - our own URL.
    try:
        with urlopen(request, timeout=30) as response:  # noqa: S310
            return response.status, _parsed(response.read().decode(errors="replace"))
    except HTTPError as error:
        return error.code, _parsed(error.read().decode(errors="replace"))
    except (URLError, TimeoutError, ConnectionError) as error:
        raise CouldNotAnswer(f"{url} cannot be reached: {error}. Check PUBLIC_URL and the network.") from error


def _parsed(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _request(path: str, stage: str) -> dict[str, Any]:
    """A GET as API Gateway's REST proxy sends it (AWS: "Input format of a Lambda function for proxy integration")."""
    headers = {
        "Host": "smoke.test",
        "User-Agent": "yt-pubsub-handler smoke test",
        "Accept": "application/json",
    }
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "stage": stage, "requestId": str(uuid.uuid4()), "httpMethod": "GET", "path": f"/{stage}{path}",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": None,
        "isBase64Encoded": False,
    }  # fmt: skip
