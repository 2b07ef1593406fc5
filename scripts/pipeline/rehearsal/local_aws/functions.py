"""
Without this file there would be no one place that knows every function, and who may do what with it.

It narrows moto's Lambda, and each override names the fault it mends, seen in moto 5.2.5: moto keeps one
policy and one set of retry settings for a function with all its versions and aliases, where AWS keeps one for
each of them.
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.exceptions import UnknownEventConfig
from moto.awslambda.models import EventInvokeConfig, LambdaBackend, LambdaFunction
from moto.awslambda.policy import Policy

from pipeline.rehearsal.local_aws.function_names import LATEST, FunctionName
from pipeline.rehearsal.local_aws.versions import Conflict, Function, FunctionStorage

# How often Lambda tries an event again that failed, unless it is told otherwise.
RETRIES = 2


class FunctionBackend(LambdaBackend):
    """Lambda's functions in one region of one account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._lambdas = FunctionStorage(region_name=region_name, account_id=account_id)
        self._policies: dict[FunctionName, Policy] = {}
        self._event_settings: dict[FunctionName, EventInvokeConfig] = {}

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        created = Function(  # type: ignore[abstract]  # moto's own leaves the same two methods out.
            account_id=self.account_id, spec=spec, region=self.region_name, version=LATEST
        )
        self._lambdas.put_function(created)
        # With Publish, the answer is the version's configuration; moto's was the function's, half renamed.
        return self.publish_version(created.function_name) if spec.get("Publish") else created

    def publish_version(self, function_name: str, description: str | None = "") -> LambdaFunction:
        published = self._lambdas.publish_version(function_name, description or "")
        assert published  # noqa: S101 - ours always returns one or raises; for the type checker.
        return published

    def update_function_code(self, function_name: str, qualifier: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Set the code once; moto sets it a second time, on the version just published."""
        function = self.get_function(function_name, qualifier)
        function.update_function_code(body)
        if body.get("Publish") and not body.get("DryRun"):
            function = self.publish_version(function_name)
        return function.get_configuration()

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        super().delete_function(function_name, qualifier)
        gone = FunctionName.parse(function_name, qualifier)
        for settings in (self._policies, self._event_settings):
            for name in list(settings):
                if name == gone or (name.name == gone.name and not gone.qualifier):
                    del settings[name]

    def delete_alias(self, name: str, function_name: str) -> None:
        super().delete_alias(name, function_name)
        for settings in (self._policies, self._event_settings):
            settings.pop(FunctionName(function_name, name), None)

    def add_permission(self, function_name: str, qualifier: str, raw: str) -> dict[str, Any]:
        policy = self.policy(FunctionName.parse(function_name, qualifier))
        statement_id = json.loads(raw).get("StatementId")
        if any(statement["Sid"] == statement_id for statement in policy.statements):
            raise Conflict(
                f"The statement id ({statement_id}) provided already exists. Please provide a new statement "
                "id, or remove the existing statement."
            )
        statement, _ = policy.add_statement(raw, FunctionName.parse(function_name, qualifier).qualifier)
        return dict(statement)

    def remove_permission(self, function_name: str, sid: str, revision: str | list[str] = "") -> None:
        # moto hands the query string's list over where the revision itself is compared.
        given = revision if isinstance(revision, str) else revision[0]
        self.policy(FunctionName.parse(function_name)).del_statement(sid, given)

    def get_policy(self, function_name: str, qualifier: str | None = None) -> str:
        return self.policy(FunctionName.parse(function_name, qualifier)).wire_format()

    def policy(self, name: FunctionName) -> Policy:
        """Return who may invoke exactly this: the function, or one version or alias of it."""
        self.get_function(name.name, name.qualifier)
        return self._policies.setdefault(name, Policy(self.get_function(name.name)))

    def put_function_event_invoke_config(self, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        """Keep how events are retried; moto goes on answering with the first settings it was given."""
        name = FunctionName.parse(function_name)
        function = self.get_function(name.name, name.qualifier)
        settings = EventInvokeConfig(function.function_arn, function.last_modified, config)
        self._event_settings[name] = settings
        return settings.response()

    def update_function_event_invoke_config(self, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        present = self._event_settings.get(FunctionName.parse(function_name))
        return self.put_function_event_invoke_config(function_name, {**(present.config if present else {}), **config})

    def get_function_event_invoke_config(self, function_name: str) -> dict[str, Any]:
        settings = self._event_settings.get(FunctionName.parse(function_name))
        if settings is None:
            raise UnknownEventConfig(self.get_function(function_name).function_arn)
        return settings.response()

    def delete_function_event_invoke_config(self, function_name: str) -> None:
        self.get_function_event_invoke_config(function_name)
        del self._event_settings[FunctionName.parse(function_name)]

    def retries(self, name: FunctionName) -> int:
        """How often an event that failed is tried again."""
        settings = self._event_settings.get(name)
        return int(settings.config.get("MaximumRetryAttempts", RETRIES)) if settings else RETRIES
