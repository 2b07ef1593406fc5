"""
Without this file a request would not find the resource and the integration that answer it.

API Gateway prefers a literal segment to a `{parameter}`, and that to the greedy `{proxy+}`; on the resource
that fits best it prefers the method itself to ANY, and looks no further.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from moto.apigateway.models import Integration, RestAPI

_FUNCTION = re.compile(r".*/functions/(?P<arn>[^/]+)/invocations")
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@dataclass(frozen=True)
class Route:
    """The resource that a path fits, the values of its parameters, and what answers it."""

    resource: str
    resource_id: str
    parameters: Mapping[str, str]
    integration: Integration

    def function_arn(self, stage_variables: Mapping[str, str]) -> str | None:
        """Return the ARN, with its qualifier, of the function behind it; None when it is no function."""
        uri = _STAGE_VARIABLE.sub(lambda m: stage_variables.get(m[1], ""), self.integration.uri or "")
        found = _FUNCTION.fullmatch(uri)
        return found["arn"] if found and self.integration.integration_type == "AWS_PROXY" else None


def find_route(api: RestAPI, method: str, path: str) -> Route | None:
    """Return where a path, as it was sent, leads to; None when no resource or no method of it fits."""
    fitting = []
    for resource in list(api.resources.values()):
        template = resource.get_path()
        if resource.resource_methods and (found := _pattern(template).fullmatch(path)):
            fitting.append((_preference(template), resource, found))
    if not fitting:
        return None
    _, resource, found = min(fitting, key=lambda each: each[0])
    chosen = resource.resource_methods.get(method) or resource.resource_methods.get("ANY")
    if chosen is None or chosen.method_integration is None:
        return None
    values = found.groups()
    names = [name.rstrip("+") for name in re.findall(r"\{([^}]+)\}", resource.get_path())]
    parameters = {n: urllib.parse.unquote(v) for n, v in zip(names, values, strict=True)}
    return Route(resource.get_path(), resource.id, parameters, chosen.method_integration)


def _pattern(template: str) -> re.Pattern[str]:
    if template == "/":
        return re.compile("/?")
    segments = []
    for segment in template.strip("/").split("/"):
        if segment.startswith("{"):
            segments.append("(.+)" if segment.endswith("+}") else "([^/]+)")
        else:
            segments.append(re.escape(segment))
    return re.compile(f"/{'/'.join(segments)}/?")


def _preference(template: str) -> list[int]:
    kinds = {"{": 1, "+": 2}
    return [kinds["+"] if s.endswith("+}") else kinds.get(s[:1], 0) for s in template.strip("/").split("/")]
