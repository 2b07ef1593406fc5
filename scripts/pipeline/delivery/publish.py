"""
Turns what `zappa update` left on $LATEST into a version with a number that never changes again.

Zappa publishes before it updates the configuration, so its own version carries the previous one's environment
and time-out; ours is published after both have settled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import WaiterError

from pipeline.delivery.aws import Aws
from pipeline.delivery.invocation import call
from pipeline.delivery.release import Release
from pipeline.errors import CouldNotAnswer, Found

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import WaiterConfigTypeDef

LATEST = "$LATEST"
# Lambda settles within seconds, with a network interface in a VPC within a minute or two.
_SETTLING: WaiterConfigTypeDef = {"Delay": 1, "MaxAttempts": 300}


def wait_until_updated(aws: Aws) -> None:
    """Return when code and configuration of $LATEST have settled; raises CouldNotAnswer after five minutes."""
    try:
        aws.lambda_.get_waiter("function_active_v2").wait(FunctionName=aws.stage.function, WaiterConfig=_SETTLING)
        aws.lambda_.get_waiter("function_updated_v2").wait(FunctionName=aws.stage.function, WaiterConfig=_SETTLING)
    except WaiterError as error:
        raise CouldNotAnswer(
            f"{aws.stage.function} did not settle after the update: {error} Traffic has not moved: run it again."
        ) from error


def publish_version(aws: Aws, release: Release) -> str:
    """
    Publish $LATEST as `release` and return the version's number.

    Raises Found when $LATEST holds something else than `release`, as when two deploys crossed. A second call
    returns the first one's version: Lambda publishes nothing when neither code nor configuration changed.
    """
    wait_until_updated(aws)
    found = call(aws, "run.run_migration_status", LATEST).value["release"]
    if found["commit"] != release.commit:
        raise Found(
            f"$LATEST holds commit {found['commit']}, not {release.commit}: another deploy came in between. "
            "Traffic has not moved; run the newest deploy again."
        )
    # The description is part of the configuration: changing it makes this state one of its own, so that the
    # version published from it is not the one Zappa published a moment ago.
    aws.lambda_.update_function_configuration(FunctionName=aws.stage.function, Description=release.description)
    wait_until_updated(aws)
    uploaded = aws.lambda_.get_function_configuration(FunctionName=aws.stage.function)
    version = aws.lambda_.publish_version(
        FunctionName=aws.stage.function, CodeSha256=uploaded["CodeSha256"], Description=release.description
    )["Version"]
    aws.lambda_.get_waiter("published_version_active").wait(
        FunctionName=aws.stage.function, Qualifier=version, WaiterConfig=_SETTLING
    )
    return version
