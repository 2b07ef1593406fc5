"""
Without this file an API that Zappa made would never learn that all its bodies are binary.

Zappa says so as AWS documents it, with the media type in the path of a patch (`/binaryMediaTypes/*~1*`).
moto 5.2.5 looks for it in the patch's value, and adds an empty one at each update.
"""

from __future__ import annotations

from typing import Any

from moto.apigateway.models import APIGatewayBackend, RestAPI

_BINARY = "/binaryMediaTypes/"


class ApiBackend(APIGatewayBackend):
    """API Gateway's REST APIs in one region of one account."""

    def update_rest_api(self, function_id: str, patch_operations: list[dict[str, Any]]) -> RestAPI:
        return super().update_rest_api(function_id, [_with_value(patch) for patch in patch_operations])


def _with_value(patch: dict[str, Any]) -> dict[str, Any]:
    """JSON Pointer, RFC 6901: ~1 is a slash and ~0 a tilde."""
    if not patch["path"].startswith(_BINARY) or patch["op"] == "replace":
        return patch
    media_type = patch["path"].removeprefix(_BINARY).replace("~1", "/").replace("~0", "~")
    return {**patch, "value": media_type}
