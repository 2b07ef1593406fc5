"""
Turns what `zappa update` left on $LATEST into a version with a number that never changes again.

Zappa publishes before it updates the configuration, so its own version carries the previous one's environment
and time-out; ours is published after both have settled.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import WaiterError

from pipeline.delivery import upload_record
from pipeline.delivery.aws import Aws
from pipeline.delivery.release import Release
from pipeline.delivery.versions import configuration_of
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


def uploaded_code(aws: Aws, release: Release, checkout: Path = Path()) -> str:
    """
    The CodeSha256 of the package of `release` that Zappa uploaded from `checkout`.

    Raises when it uploaded none since the checkout was prepared, as in a checkout made for the later steps alone, or
    another release's.
    """
    upload = upload_record.read(checkout)
    again = f"Run `python scripts/prepare_package.py` and `zappa update {aws.stage.name}`, then this again."
    if upload is None:
        raise CouldNotAnswer(
            f"There is no record in {upload_record.RECORD} of a package that was uploaded from this checkout, so which "
            f"one to publish cannot be told. Traffic has not moved. {again}"
        )
    if upload.commit != release.commit:
        raise Found(
            f"The package that was uploaded from this checkout holds commit {upload.commit}, not {release.commit}. "
            f"Traffic has not moved. {again}"
        )
    return upload.code_sha256


def publish_version(aws: Aws, release: Release, code_sha256: str) -> str:
    """
    Publish $LATEST as `release` and return the version's number; `code_sha256` is the package that was uploaded.

    Raises Found when $LATEST holds another one, as when two deploys crossed. A second call returns the first one's
    version: Lambda publishes nothing when neither code nor configuration changed.
    """
    wait_until_updated(aws)
    found = configuration_of(aws, LATEST)["CodeSha256"]
    if found != code_sha256:
        raise Found(
            f"$LATEST holds the package {found}, not {code_sha256}, which was uploaded for {release}: another deploy "
            "came in between. Traffic has not moved; run the newest deploy again."
        )
    # The description is part of the configuration: changing it makes this state one of its own, so that the
    # version published from it is not the one Zappa published a moment ago.
    aws.lambda_.update_function_configuration(FunctionName=aws.stage.function, Description=release.description)
    wait_until_updated(aws)
    # Lambda compares once more, in the same step as it publishes.
    version = aws.lambda_.publish_version(
        FunctionName=aws.stage.function, CodeSha256=code_sha256, Description=release.description
    )["Version"]
    aws.lambda_.get_waiter("published_version_active").wait(
        FunctionName=aws.stage.function, Qualifier=version, WaiterConfig=_SETTLING
    )
    return version
