"""
Without this file a function would not see the request it is there to answer.

The two shapes are API Gateway's "Lambda proxy integration" for REST APIs (payload format 1.0): the event a
function gets, and the dictionary it must return.
"""

from __future__ import annotations

import base64
import json
import time
import urllib.parse
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# API Gateway keeps these headers for itself; a function's own come out under this prefix.
REMAPPED = "x-amzn-Remapped-"
_KEPT_FOR_ITSELF = {"connection", "content-length", "date", "server", "www-authenticate"}


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came in: path and query still encoded, headers in the client's own spelling."""

    method: str
    host: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    client: str
    scheme: str
    port: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def domain(self) -> str:
        return self.host.rsplit(":", 1)[0]


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class Malformed(Exception):
    """A function returned something that is no answer to an HTTP request."""


def proxy_event(
    request: HttpRequest,
    *,
    resource: str,
    resource_id: str,
    parameters: Mapping[str, str],
    path: str,
    api: str,
    account: str,
    stage: str,
    stage_variables: Mapping[str, str],
    binary: Sequence[str],
) -> dict[str, Any]:
    """
    Build the event; `path` is the request's without the stage.

    `binary` are the API's binary media types: a body of such a type is encoded in base64.
    """
    headers = _forwarded(request)
    content_type = _single(headers).get("content-type", "")
    encoded = bool(request.body) and is_binary(content_type, binary)
    body = base64.b64encode(request.body) if encoded else request.body
    query = _many(urllib.parse.parse_qsl(request.query, keep_blank_values=True))
    now = time.time()
    return {
        "resource": resource,
        "path": path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in _many(headers).items()},
        "multiValueHeaders": _many(headers),
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": dict(stage_variables) or None,
        "requestContext": {
            "accountId": account,
            "apiId": api,
            "domainName": request.domain,
            "domainPrefix": request.domain.split(".")[0],
            "extendedRequestId": base64.b64encode(request.id.encode()[:9]).decode(),
            "httpMethod": request.method,
            "identity": {"sourceIp": request.client, "userAgent": _single(headers).get("user-agent")},
            "path": request.path,
            "protocol": "HTTP/1.1",
            "requestId": request.id,
            "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(now * 1000),
            "resourceId": resource_id,
            "resourcePath": resource,
            "stage": stage,
        },
        "body": body.decode(errors="replace") or None,
        "isBase64Encoded": encoded,
    }


def proxy_answer(payload: bytes, accept: str, binary: Sequence[str]) -> HttpAnswer:
    """
    Turn what the function returned into HTTP; `accept` is the request's header of that name.

    Raises Malformed when it is not of the shape that API Gateway wants.
    """
    returned = json.loads(payload)
    if not isinstance(returned, dict) or not str(returned.get("statusCode", "")).isdecimal():
        raise Malformed("the answer is no object with a statusCode")
    single, multiple = returned.get("headers") or {}, returned.get("multiValueHeaders") or {}
    text = returned.get("body") or ""
    if not (isinstance(single, dict) and isinstance(multiple, dict) and isinstance(text, str)):
        raise Malformed("headers or body are of the wrong type")
    headers = [(name, value) for name, values in multiple.items() for value in values]
    given = {name.lower() for name in multiple}
    headers += [(name, value) for name, value in single.items() if name.lower() not in given]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    decode = returned.get("isBase64Encoded") is True and is_binary(accept.partition(",")[0], binary)
    body = base64.b64decode(text) if decode else text.encode()
    return HttpAnswer(int(returned["statusCode"]), [(_remapped(n), _text(v)) for n, v in headers], body)


def is_binary(media_type: str, binary: Sequence[str]) -> bool:
    """Whether a media type is among the API's binary ones; `*/*` is every type, a missing one included."""
    return "*/*" in binary or media_type.partition(";")[0].strip().lower() in binary


def _forwarded(request: HttpRequest) -> list[tuple[str, str]]:
    ours = {
        "X-Amzn-Trace-Id": f"Root=1-{int(time.time()):08x}-{request.id.replace('-', '')[:24]}",
        "X-Forwarded-For": request.client,
        "X-Forwarded-Port": str(request.port),
        "X-Forwarded-Proto": request.scheme,
    }
    theirs = {"connection", "content-length", "transfer-encoding", *map(str.lower, ours)}
    before = [value for name, value in request.headers if name.lower() == "x-forwarded-for"]
    ours["X-Forwarded-For"] = ", ".join([*before, request.client])
    return [(n, v) for n, v in request.headers if n.lower() not in theirs] + list(ours.items())


def _many(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    values = defaultdict(list)
    for name, value in pairs:
        values[name].append(value)
    return dict(values)


def _single(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _remapped(name: str) -> str:
    return f"{REMAPPED}{name}" if name.lower() in _KEPT_FOR_ITSELF else name


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
