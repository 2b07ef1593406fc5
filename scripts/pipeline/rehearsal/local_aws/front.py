"""
Without this file no HTTP request would reach a function: moto keeps REST APIs and serves none of them.

A request to `API.execute-api.REGION.amazonaws.com` (by its Host header) names the stage first in its path, as
on AWS. Every other host is a custom domain, and leads where `map_domain` says.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass

from moto.apigateway.exceptions import RestAPINotFound
from moto.apigateway.models import RestAPI, Stage

from pipeline.rehearsal.local_aws.apis import ApiBackend
from pipeline.rehearsal.local_aws.function_names import FunctionName
from pipeline.rehearsal.local_aws.invocation import Outcome, Refused
from pipeline.rehearsal.local_aws.invoker import Invoker
from pipeline.rehearsal.local_aws.loopback import HOST, LoopbackHandler, LoopbackServer
from pipeline.rehearsal.local_aws.proxy_event import (
    HttpAnswer,
    HttpRequest,
    Malformed,
    proxy_answer,
    proxy_event,
)
from pipeline.rehearsal.local_aws.routes import Route, find_route

LARGEST_BODY = 10 * 1024 * 1024
LONGEST_SECONDS = 29.0
_EXECUTE_API = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(:\d+)?")


@dataclass(frozen=True)
class Place:
    """A stage of an API, and the path within it."""

    api: RestAPI
    name: str
    stage: Stage
    path: str


class Front:
    """API Gateway's HTTP side, on a port of its own; `url` is where it is."""

    def __init__(self, apis: ApiBackend, invoker: Invoker, port: int = 0) -> None:
        """Raises CouldNotAnswer when the port is taken."""
        self._apis = apis
        self._invoker = invoker
        self._domains: dict[str | None, tuple[str, str]] = {}
        front = self

        class Handler(LoopbackHandler):
            def serve(self) -> None:
                front.serve(self)

        self._server = LoopbackServer(Handler, port=port, name="api-gateway")
        self.port = self._server.server_port
        self.url = f"http://{HOST}:{self.port}"

    def map_domain(self, api_id: str, stage: str, domain: str | None = None) -> None:
        """Lead a domain's requests to a stage, without its name in the path; None is every other domain."""
        self._domains[domain] = (api_id, stage)

    def close(self) -> None:
        self._server.close()

    def serve(self, handler: LoopbackHandler) -> None:
        """Answer one request."""
        host = handler.headers.get("Host", "")
        on_aws = bool(_EXECUTE_API.fullmatch(host))
        url = urllib.parse.urlsplit(handler.path)
        request = HttpRequest(
            method=handler.command,
            host=host,
            path=url.path,
            query=url.query,
            headers=handler.headers.items(),
            body=handler.read_body(),
            client=handler.client_address[0],
            # AWS's own host answers https only. A custom domain is what the client typed: telling it of
            # https would send its browser to a port where nobody speaks it.
            scheme="https" if on_aws else "http",
            port=443 if on_aws else self.port,
        )
        answer = self._answer(request)
        headers = [*answer.headers, ("x-amzn-RequestId", request.id)]
        handler.answer(answer.status, answer.body, headers)

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        if len(request.body) > LARGEST_BODY:
            return _message(413, "Request Too Long")
        place = self._place(request)
        if place is None:
            return _message(403, "Forbidden")
        route = find_route(place.api, request.method, place.path)
        if route is None:
            return _message(403, "Missing Authentication Token")
        running = self._invoke(request, place, route)
        if running is None:
            return _message(500, "Internal server error")
        milliseconds = float(route.integration.timeout_in_millis or LONGEST_SECONDS * 1000)
        if not wait_for([running], timeout=milliseconds / 1000).done:
            return _message(504, "Endpoint request timed out")
        try:
            outcome = running.result()
            if outcome.failed:
                return _message(502, "Internal server error")
            accept = {n.lower(): v for n, v in request.headers}.get("accept", "")
            return proxy_answer(outcome.payload, accept, place.api.binaryMediaTypes)
        except Refused as refused:
            return (
                _message(413, "Request Too Long") if refused.status == 413 else _message(500, "Internal server error")
            )
        except Malformed:
            return _message(502, "Internal server error")

    def _place(self, request: HttpRequest) -> Place | None:
        if found := _EXECUTE_API.fullmatch(request.host):
            _, stage, *rest = request.path.split("/", 2)
            api_id, path = found["api"], "/" + "".join(rest)
        elif mapped := self._domains.get(request.domain) or self._domains.get(None):
            (api_id, stage), path = mapped, request.path
        else:
            return None
        try:
            api = self._apis.get_rest_api(api_id)
        except RestAPINotFound:
            return None
        return Place(api, stage, api.stages[stage], path) if stage in api.stages else None

    def _invoke(self, request: HttpRequest, place: Place, route: Route) -> Future[Outcome] | None:
        arn = route.function_arn(place.stage.variables)
        if arn is None or not self._permitted(arn, request, place, route):
            return None
        event = proxy_event(
            request,
            resource=route.resource,
            resource_id=route.resource_id,
            parameters=route.parameters,
            path=place.path,
            api=place.api.id,
            account=self._apis.account_id,
            stage=place.name,
            stage_variables=place.stage.variables,
            binary=place.api.binaryMediaTypes,
        )
        return self._invoker.start(FunctionName.parse(arn), json.dumps(event).encode())

    def _permitted(self, arn: str, request: HttpRequest, place: Place, route: Route) -> bool:
        """Whether the integration's role invokes the function, or else the function's policy allows it."""
        if route.integration.credentials:
            return True
        source = f"arn:aws:execute-api:{self._apis.region_name}:{self._apis.account_id}:{place.api.id}"
        source += f"/{place.name}/{request.method}{place.path}"
        return self._invoker.may_be_invoked(FunctionName.parse(arn), "apigateway.amazonaws.com", source)


def _message(status: int, text: str) -> HttpAnswer:
    return HttpAnswer(status, [("Content-Type", "application/json")], json.dumps({"message": text}).encode())
