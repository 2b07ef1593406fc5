"""
Without this file an API that Zappa made would lose half of what Zappa said of it.

That all bodies are binary is said as AWS documents it, with the media type in the path of a patch
(`/binaryMediaTypes/*~1*`); moto 5.2.5 looks for it in the patch's value, and adds an empty one.
By whose role a function is invoked is said in the CloudFormation template, and moto leaves it out.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from moto.apigateway import urls
from moto.apigateway.models import APIGatewayBackend, Method, RestAPI
from moto.cloudformation.parsing import get_model_map

_BINARY = "/binaryMediaTypes/"


class ApiBackend(APIGatewayBackend):
    """API Gateway's REST APIs in one region of one account."""

    @property
    def _url_module(self) -> ModuleType:
        """In moto's own region the routes are asked of us, and moto would look for them beside our module."""
        return urls

    def update_rest_api(self, function_id: str, patch_operations: list[dict[str, Any]]) -> RestAPI:
        return super().update_rest_api(function_id, [_with_value(patch) for patch in patch_operations])


class TemplateMethod(Method):
    """A method as CloudFormation makes it, with everything that its template says of the integration."""

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Method:
        made = super().create_from_cloudformation_json(
            resource_name, cloudformation_json, account_id, region_name, **kwargs
        )
        integration = cloudformation_json["Properties"]["Integration"]
        if made.method_integration:
            made.method_integration.credentials = integration.get("Credentials")
            made.method_integration.timeout_in_millis = integration.get("TimeoutInMillis")
        return made

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Method,  # noqa: ARG003 - moto's signature.
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Method:
        """
        Put what the changed template says in the place of what was there.

        moto updates no method: it keeps the old integration, and the stack forgets that it ever had one.
        """
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)


# The map is made once and kept; the module above has imported all that belongs into it.
get_model_map()[Method.cloudformation_type()] = TemplateMethod  # type: ignore[type-abstract]  # As all of moto's.


def _with_value(patch: dict[str, Any]) -> dict[str, Any]:
    """JSON Pointer, RFC 6901: ~1 is a slash and ~0 a tilde."""
    if not patch["path"].startswith(_BINARY) or patch["op"] == "replace":
        return patch
    media_type = patch["path"].removeprefix(_BINARY).replace("~1", "/").replace("~0", "~")
    return {**patch, "value": media_type}
