"""What is set up once must be what is set up after the hundredth time."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.delivery import accounts, versions
from pipeline.delivery.aws import Aws
from pipeline.delivery.schedules import apply_schedules
from pipeline.delivery.stage import Schedule
from pipeline.errors import UsageError
from tests.pipeline.delivery.conftest import FIRST, STAGE, Deployed


@pytest.fixture
def live(deployed: Deployed) -> Deployed:
    deployed.deploy(FIRST)
    deployed.database_is_at(FIRST.schema)
    versions.create_live(deployed.aws, deployed.publish(FIRST))
    return deployed


def test_rule_1_a_schedule_calls_live_with_a_constant_input_and_may(live: Deployed) -> None:
    assert apply_schedules(live.aws) == (["shop-production.expire"], [])

    alias = live.aws.lambda_.get_alias(FunctionName=STAGE.function, Name="live")["AliasArn"]
    rule = live.aws.events.describe_rule(Name="shop-production.expire")
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 hour)", "ENABLED")
    targets = live.aws.events.list_targets_by_rule(Rule="shop-production.expire")["Targets"]
    assert targets == [{"Id": "live", "Arn": alias, "Input": '{"command": "run.run_expire"}'}]
    policy = json.loads(live.aws.lambda_.get_policy(FunctionName=STAGE.function, Qualifier="live")["Policy"])
    assert [one["Condition"]["ArnLike"]["AWS:SourceArn"] for one in policy["Statement"]] == [rule["Arn"]]


def test_applying_twice_changes_nothing(live: Deployed) -> None:
    apply_schedules(live.aws)

    assert apply_schedules(live.aws) == (["shop-production.expire"], [])


def test_a_schedule_that_left_the_settings_leaves_aws(live: Deployed) -> None:
    apply_schedules(live.aws)
    other = Aws(replace(STAGE, schedules=(Schedule("drain", "rate(1 minute)", "run.run_drain"),)))

    assert apply_schedules(other) == (["shop-production.drain"], ["shop-production.expire"])
    assert [rule["Name"] for rule in live.aws.events.list_rules()["Rules"]] == ["shop-production.drain"]


def test_an_account_is_made_ready_once(deployed: Deployed) -> None:
    said: list[str] = []

    for _ in range(2):
        accounts.ensure_role(deployed.aws, said.append)
        accounts.ensure_bucket(deployed.aws, said.append)
    closed = deployed.aws.s3.get_public_access_block(Bucket=STAGE.bucket)["PublicAccessBlockConfiguration"]

    assert said == ["Made the bucket shop-packages."]
    assert all(closed.values())


def test_the_role_may_read_its_own_secret_and_call_its_own_function(deployed: Deployed) -> None:
    accounts.ensure_role(deployed.aws, print)

    found = deployed.aws.iam.get_role_policy(RoleName=STAGE.role, PolicyName="yt-pubsub-handler")
    policy: Any = found["PolicyDocument"]
    allowed = {action: one["Resource"] for one in policy["Statement"] for action in one["Action"]}
    assert allowed["secretsmanager:GetSecretValue"] == [
        "arn:aws:secretsmanager:eu-central-1:*:secret:shop/production-*"
    ]
    assert all("shop-production" in resource for resource in allowed["lambda:InvokeFunction"])


def test_the_secret_is_made_then_changed_then_kept(deployed: Deployed) -> None:
    secret = Aws(replace(STAGE, secret="shop/kept"))
    said: list[str] = []

    accounts.ensure_secret(secret, {"SECRET_KEY": "one"}, said.append)
    accounts.ensure_secret(secret, {"SECRET_KEY": "two"}, said.append)
    accounts.ensure_secret(secret, None, said.append)

    assert json.loads(secret.secrets.get_secret_value(SecretId="shop/kept")["SecretString"]) == {"SECRET_KEY": "two"}
    assert [line.split(" the ")[0] for line in said] == ["Made", "Changed"]
    assert not [line for line in said if "one" in line.split() or "two" in line.split()]


def test_without_a_secret_and_without_settings_it_is_said_how_to_give_them(deployed: Deployed) -> None:
    with pytest.raises(UsageError, match=r"no secret shop/production yet: .*--settings FILE"):
        accounts.ensure_secret(deployed.aws, None, print)
