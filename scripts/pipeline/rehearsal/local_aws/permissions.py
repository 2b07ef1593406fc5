"""
Without this file a schedule or an API that AWS turns away would work here, and fail on its first real day.

Services invoke a function by its resource policy. An alias has its own: what the function allows does not
hold for the alias, and the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.awslambda.policy import Policy

_ACTIONS = {"lambda:InvokeFunction", "lambda:*", "*"}


def may_invoke(policy: Policy, service: str, source_arn: str, account: str) -> bool:
    """Whether a statement of the policy lets `service` invoke on behalf of `source_arn`."""
    return any(_allows(statement, service, source_arn, account) for statement in policy.statements)


def _allows(statement: Mapping[str, Any], service: str, source_arn: str, account: str) -> bool:
    condition = statement.get("Condition", {})
    pattern = condition.get("ArnLike", {}).get("AWS:SourceArn", "*")
    source_account = condition.get("StringEquals", {}).get("AWS:SourceAccount", account)
    return (
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": service}
        and statement["Action"] in _ACTIONS
        and fnmatchcase(source_arn, pattern)
        and source_account == account
    )
