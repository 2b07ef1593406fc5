"""
What runs by itself runs on `live`: EventBridge rules of ours, each with a constant input.

Zappa's own rules invoke the function without a qualifier, which is $LATEST: new code on the old schema while
a deploy runs, and withdrawn code every minute after a rollback.
"""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from pipeline.delivery.aws import Aws, error_code
from pipeline.delivery.stage import ALIAS, Schedule
from pipeline.errors import CouldNotAnswer


def apply_schedules(aws: Aws) -> tuple[list[str], list[str]]:
    """Make the rules of the stage what its settings say; return the names applied and the names removed."""
    alias = aws.lambda_.get_alias(FunctionName=aws.stage.function, Name=ALIAS)["AliasArn"]
    wanted = {_rule(aws, schedule): schedule for schedule in aws.stage.schedules}
    for name, schedule in wanted.items():
        _apply(aws, name, schedule, alias)
    stale = [name for name in _ours(aws) if name not in wanted]
    for name in stale:
        _remove(aws, name)
    return sorted(wanted), stale


def _apply(aws: Aws, name: str, schedule: Schedule, alias: str) -> None:
    rule = aws.events.put_rule(
        Name=name,
        ScheduleExpression=schedule.expression,
        State="ENABLED",
        Description=f"{schedule.function} on {ALIAS}",
    )["RuleArn"]
    _permit(aws, name, rule)
    answer = aws.events.put_targets(
        Rule=name, Targets=[{"Id": ALIAS, "Arn": alias, "Input": json.dumps({"command": schedule.function})}]
    )
    if answer.get("FailedEntryCount"):
        raise CouldNotAnswer(f"EventBridge did not take the target of {name}: {answer['FailedEntries']}")


def _permit(aws: Aws, name: str, rule: str) -> None:
    try:
        aws.lambda_.add_permission(
            FunctionName=aws.stage.function,
            Qualifier=ALIAS,
            StatementId=name.replace(".", "-"),
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )
    except ClientError as error:
        if error_code(error) != "ResourceConflictException":  # It has this permission already.
            raise


def _remove(aws: Aws, name: str) -> None:
    targets = [target["Id"] for target in aws.events.list_targets_by_rule(Rule=name)["Targets"]]
    if targets:
        aws.events.remove_targets(Rule=name, Ids=targets)
    aws.events.delete_rule(Name=name)
    try:
        aws.lambda_.remove_permission(
            FunctionName=aws.stage.function, Qualifier=ALIAS, StatementId=name.replace(".", "-")
        )
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise


def _ours(aws: Aws) -> list[str]:
    pages = aws.events.get_paginator("list_rules").paginate(NamePrefix=f"{aws.stage.function}.")
    return [rule["Name"] for page in pages for rule in page["Rules"]]


def _rule(aws: Aws, schedule: Schedule) -> str:
    return f"{aws.stage.function}.{schedule.name}"
