"""
The AWS clients of one stage, and the one place where AWS's refusals become our errors.

botocore re-sends an invoke after a dropped connection, an HTTP 500 or a read time-out, while the first copy is
still running (measured: three runs of one migration). Nothing here is re-sent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from pipeline.delivery.stage import Stage
from pipeline.errors import CouldNotAnswer, run_script

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_iam import IAMClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient

# A Lambda function may run for 900 s; its answer needs a moment to travel.
_LONGEST_ANSWER = 920
_ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=_LONGEST_ANSWER, connect_timeout=10)


class Aws:
    """Clients for `stage`, made when first used; credentials are found the way boto3 finds them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @cached_property
    def lambda_(self) -> LambdaClient:
        return boto3.client("lambda", region_name=self.stage.region, config=_ONCE)

    @cached_property
    def events(self) -> EventBridgeClient:
        return boto3.client("events", region_name=self.stage.region, config=_ONCE)

    @cached_property
    def iam(self) -> IAMClient:
        return boto3.client("iam", region_name=self.stage.region, config=_ONCE)

    @cached_property
    def s3(self) -> S3Client:
        return boto3.client("s3", region_name=self.stage.region, config=_ONCE)

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        return boto3.client("secretsmanager", region_name=self.stage.region, config=_ONCE)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        return boto3.client("cloudformation", region_name=self.stage.region, config=_ONCE)


def run_delivery(main: Callable[[list[str]], int | None]) -> NoReturn:
    """`run_script` for what talks to AWS: AWS's own refusals end as "could not answer", in one line."""

    def answering(arguments: list[str]) -> int | None:
        try:
            return main(arguments)
        except NoCredentialsError as error:
            raise CouldNotAnswer(
                "There are no AWS credentials: run this from the workflow, or `aws sso login` first."
            ) from error
        except (BotoCoreError, ClientError) as error:
            raise CouldNotAnswer(
                f"AWS refused or could not be reached: {error} Nothing later was done; "
                "mend that (role, region, network), then run the workflow again."
            ) from error

    run_script(answering)


def error_code(error: ClientError) -> str:
    """AWS's name for what went wrong, such as ResourceNotFoundException."""
    return error.response.get("Error", {}).get("Code", "")
