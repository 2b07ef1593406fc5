"""
Without this file versions and aliases would behave as moto has them, and not as AWS does.

Each class narrows one of moto's own, and each override names the fault it mends, seen in moto 5.2.5. The
behaviour itself is from Lambda's API reference; the wording of the errors is AWS's.
"""

from __future__ import annotations

import copy
import json
import uuid
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.exceptions import PreconditionFailedException as PreconditionFailed
from moto.awslambda.models import LambdaAlias, LambdaFunction, LambdaStorage
from moto.core.utils import iso_8601_datetime_with_nanoseconds

from pipeline.rehearsal.local_aws.function_names import LATEST, FunctionName


class Conflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class Function(LambdaFunction):
    """moto's functions have no RevisionId, and LastModified stays at the time of creation."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self.revision_id = str(uuid.uuid4())
        self.published_as: tuple[int, str] | None = None
        super().__init__(*args, **named)

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        return {**super().get_configuration(on_create), "RevisionId": self.revision_id}

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        require_revision(self.revision_id, config_updates.get("RevisionId"))
        super().update_configuration(config_updates)
        return self._changed()

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        require_revision(self.revision_id, updated_spec.get("RevisionId"))
        if updated_spec.get("DryRun"):
            return self.get_configuration()
        super().update_function_code(updated_spec)
        return self._changed()

    def substance(self) -> str:
        """Everything a version freezes, as one comparable text."""
        volatile = {"RevisionId", "LastModified", "LastUpdateStatus"}
        configuration = {k: v for k, v in self.get_configuration().items() if k not in volatile}
        return json.dumps(configuration, sort_keys=True)

    def frozen(self, version: int, description: str | None) -> Function:
        """Return a copy that no later change of this function reaches, since each replaces whole values."""
        copied = copy.copy(self)
        copied.revision_id = str(uuid.uuid4())
        copied.set_version(version)
        if description:
            copied.description = description
        return copied

    def _changed(self) -> dict[str, Any]:
        self.revision_id = str(uuid.uuid4())
        self.last_modified = iso_8601_datetime_with_nanoseconds()
        return self.get_configuration()


class FunctionStorage(LambdaStorage):
    """moto counts versions to number them, deletes used ones, and never renews an alias's RevisionId."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        # Lambda never uses a number again, not even after the function was deleted and made anew.
        self._numbers: dict[str, int] = {}

    def publish_version(self, name_or_arn: str, description: str | None = "") -> LambdaFunction:
        """Publish `$LATEST`, or return the version it was last published as if nothing has changed since."""
        latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
        assert isinstance(latest, Function)  # noqa: S101 - our backend makes no other; for the type checker.
        name = latest.function_name
        if latest.published_as:
            number, substance = latest.published_as
            published = self._get_version(name, str(number))
            if published and substance == latest.substance():
                return published
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        version = latest.frozen(number, description)
        self._functions[name]["versions"].append(version)
        self._arns[version.function_arn] = version
        latest.published_as = (number, latest.substance())
        return version

    def del_function(self, name_or_arn: str, qualifier: str | None = None) -> None:
        name = FunctionName.parse(name_or_arn, qualifier)
        if name.qualifier == LATEST:
            raise InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.")
        if name.qualifier and not name.qualifier.isdecimal():
            # moto deletes the version that the alias points to.
            raise InvalidParameterValueException("Deletion of aliases is not currently supported.")
        if name.qualifier:
            users = [a.name for a in self.list_aliases(name.name) if a.function_version == name.qualifier]
            if users:
                raise Conflict(
                    f"Unable to delete version because the following aliases reference it: [{', '.join(users)}]"
                )
        super().del_function(name_or_arn, qualifier)

    def put_alias(
        self, name: str, function_name: str, function_version: str, description: str, routing_config: str
    ) -> LambdaAlias:
        if name in self._get_function_aliases(function_name):
            arn = f"{self.get_function_by_name_or_arn_with_qualifier(function_name).function_arn}:{name}"
            raise Conflict(f"Alias already exists: {arn}")  # moto's "ConflictException" is no error of Lambda.
        self._require_version(function_name, function_version)
        return super().put_alias(name, function_name, function_version, description, routing_config)

    def update_alias(
        self, name: str, function_name: str, function_version: str, description: str, routing_config: str
    ) -> LambdaAlias:
        if function_version:
            self._require_version(function_name, function_version)
        alias = super().update_alias(name, function_name, function_version, description, routing_config)
        alias.revision_id = str(uuid.uuid4())
        return alias

    def _require_version(self, function_name: str, version: str) -> None:
        """Refuse what is no version; moto takes another alias for one."""
        self.get_function_by_name_or_arn_with_qualifier(function_name, version)
        if version != LATEST and not version.isdecimal():
            raise LambdaClientError(
                "ValidationException",
                f"1 validation error detected: Value '{version}' at 'functionVersion' failed to satisfy "
                r"constraint: Member must satisfy regular expression pattern: (\$LATEST|[0-9]+)",
            )


def require_revision(current: str, expected: str | None) -> None:
    """Raise AWS's PreconditionFailedException unless `expected` is `current`, or was not given."""
    if expected and expected != current:
        raise PreconditionFailed(
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )


def require_code(current: str, expected: str | None) -> None:
    """Raise AWS's InvalidParameterValueException unless `expected` is `current`, or was not given."""
    if expected and expected != current:
        raise InvalidParameterValueException(
            f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({current}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
