"""Schedules reach the alias they name, at the time they name, if they are allowed to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline.rehearsal.local_aws import LocalAws
from tests.pipeline.rehearsal.local_aws.deployments import Deployments

PRINTS = """
    import json

    def lambda_handler(event, context):
        print("event", json.dumps(event))
        if event.get("fail"):
            raise RuntimeError("failing")
"""


@pytest.fixture
def events(aws: LocalAws) -> Iterator[Any]:
    """EventBridge, without any rule afterwards."""
    client = aws.client("events")
    yield client
    for rule in client.list_rules()["Rules"]:
        targets = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if targets:
            client.remove_targets(Rule=rule["Name"], Ids=[target["Id"] for target in targets])
        client.delete_rule(Name=rule["Name"])


def scheduled(
    events: Any, deployments: Deployments, schedule: str, *, permitted: bool = True, **target: Any
) -> tuple[str, str]:
    """A function whose alias `live` a rule targets; the function's name and the target's ARN."""
    name = deployments.create(PRINTS, Publish=True)
    arn = deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")["AliasArn"]
    rule = events.put_rule(Name=f"every-{name}", ScheduleExpression=schedule)["RuleArn"]
    events.put_targets(Rule=f"every-{name}", Targets=[{"Id": "1", "Arn": arn, **target}])
    if permitted:
        deployments.client.add_permission(
            FunctionName=name,
            Qualifier="live",
            StatementId="schedule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )
    return name, arn


def received(aws: LocalAws, function: str) -> list[Any]:
    return [json.loads(line.removeprefix("event ")) for line in aws.logs(function) if line.startswith("event ")]


def later(aws: LocalAws, **time: float) -> datetime:
    return aws.clock.now() + timedelta(**time)


def test_a_rate_fires_once_in_each_period(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, arn = scheduled(events, deployments, "rate(5 minutes)", Input='{"task": "renew"}')
    start = aws.clock.now()

    fired = aws.clock.advance_to(start + timedelta(minutes=16))

    assert [(f.rule, f.target, f.time, f.outcome) for f in fired] == [
        (f"every-{name}", arn, start + timedelta(minutes=minutes), "succeeded") for minutes in (5, 10, 15)
    ]
    assert received(aws, name) == [{"task": "renew"}] * 3
    assert aws.clock.now() == start + timedelta(minutes=16)


def test_one_schedule_is_fired_alone_and_time_stands_where_it_stood(
    aws: LocalAws, events: Any, deployments: Deployments
) -> None:
    name, arn = scheduled(events, deployments, "rate(5 minutes)", Input='{"task": "renew"}')
    other, _ = scheduled(events, deployments, "rate(1 minute)", Input="{}")
    start = aws.clock.now()

    fired = aws.clock.fire_next(f"every-{name}")
    then = aws.clock.advance_to(start + timedelta(minutes=5))

    assert [(f.rule, f.target, f.time, f.outcome) for f in fired] == [
        (f"every-{name}", arn, start + timedelta(minutes=5), "succeeded")
    ]
    assert [f.rule for f in then].count(f"every-{name}") == 1
    assert [f.rule for f in then].count(f"every-{other}") == 5


def test_what_has_no_next_time_is_not_fired(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "cron(0 0 31 2 ? *)")

    assert aws.clock.fire_next(f"every-{name}") == []
    assert aws.clock.fire_next("another") == []


def test_a_cron_fires_at_its_time(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    scheduled(events, deployments, "cron(0 12 * * ? *)")

    fired = aws.clock.advance_to(later(aws, days=2))

    assert [f"{firing.time:%H:%M:%S}" for firing in fired] == ["12:00:00", "12:00:00"]


def test_without_an_input_the_event_is_eventbridges_own(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "rate(1 hour)")

    (fired,) = aws.clock.advance_to(later(aws, hours=1))

    (event,) = received(aws, name)
    assert event.pop("id")
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": aws.account,
        "time": f"{fired.time:%Y-%m-%dT%H:%M:%SZ}",
        "region": aws.region,
        "resources": [f"arn:aws:events:{aws.region}:{aws.account}:rule/every-{name}"],
        "detail": {},
    }


def test_a_schedule_runs_the_version_that_live_is_at(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    """New code on `$LATEST` must not run by itself before it is promoted."""
    name, _ = scheduled(events, deployments, "rate(1 hour)")
    deployments.change(name, "raise SystemExit")

    (fired,) = aws.clock.advance_to(later(aws, hours=1))

    assert fired.outcome == "succeeded"
    assert next(line for line in aws.logs(name) if line.startswith("START")).endswith("Version: 1")


def test_without_permission_on_the_alias_nothing_is_delivered(
    aws: LocalAws, events: Any, deployments: Deployments
) -> None:
    """Permission on the function does not reach its alias."""
    name, _ = scheduled(events, deployments, "rate(1 hour)", permitted=False)
    deployments.client.add_permission(
        FunctionName=name,
        StatementId="schedule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )

    (fired,) = aws.clock.advance_to(later(aws, hours=1))

    assert fired.outcome == f"not permitted: no statement in the policy of {name}:live allows it"
    assert fired in aws.clock.failures
    assert aws.logs(name) == []


def test_permission_for_another_rule_is_none(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "rate(1 hour)", permitted=False)
    deployments.client.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="schedule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"arn:aws:events:{aws.region}:{aws.account}:rule/another",
    )

    (fired,) = aws.clock.advance_to(later(aws, hours=1))

    assert fired.outcome.startswith("not permitted")


def test_a_firing_whose_function_fails_is_a_failure(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "rate(1 hour)", Input='{"fail": true}')

    (fired,) = aws.clock.advance_to(later(aws, hours=1))

    assert fired.outcome.startswith('failed: {"errorMessage": "failing"')
    assert fired in aws.clock.failures
    assert len(received(aws, name)) == 3


def test_a_target_that_is_gone_is_a_failure(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "rate(1 hour)")
    deployments.client.delete_alias(FunctionName=name, Name="live")

    (fired,) = aws.clock.advance_to(later(aws, hours=1))

    assert fired.outcome.startswith("not delivered: Function not found")


def test_an_input_that_is_made_from_the_event_is_said_to_be_missing_here(
    aws: LocalAws, events: Any, deployments: Deployments
) -> None:
    scheduled(events, deployments, "rate(1 hour)", InputPath="$.time")

    (fired,) = aws.clock.advance_to(later(aws, hours=1))

    assert fired.outcome == "not delivered: of inputs only a constant Input is understood here"


def test_a_disabled_rule_does_not_fire(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "rate(1 hour)")
    events.disable_rule(Name=f"every-{name}")

    assert aws.clock.advance_to(later(aws, hours=3)) == []


def test_a_rule_that_is_enabled_again_counts_from_then(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "rate(1 hour)")
    aws.clock.advance_to(later(aws, minutes=1))
    events.disable_rule(Name=f"every-{name}")
    aws.clock.advance_to(later(aws, minutes=50))
    events.enable_rule(Name=f"every-{name}")

    fired = aws.clock.advance_to(later(aws, minutes=50))

    assert fired == []


def test_a_schedule_that_nobody_understands_is_refused(events: Any) -> None:
    with pytest.raises(ClientError, match="ScheduleExpression is not valid") as refused:
        events.put_rule(Name="broken", ScheduleExpression="rate(5 fortnights)")

    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_the_clock_is_not_set_back(aws: LocalAws) -> None:
    with pytest.raises(ValueError, match="has passed"):
        aws.clock.advance_to(later(aws, hours=-1))


def test_a_clock_that_runs_fires_by_itself(aws: LocalAws, events: Any, deployments: Deployments) -> None:
    name, _ = scheduled(events, deployments, "rate(1 minute)", Input='{"pipe": true}')
    aws.clock.advance_to(later(aws, seconds=1))

    aws.clock.speed = 600
    try:
        fired = aws.clock.wait_for(f"every-{name}", seconds=10)
    finally:
        aws.clock.speed = 0

    assert aws.settle(10)
    assert (fired is not None and fired.outcome) == "succeeded"
    assert received(aws, name)[0] == {"pipe": True}
