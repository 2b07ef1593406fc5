"""
What a stage needs in its AWS account before anything can be deployed: a role, a bucket, a secret.

The role is the function's and API Gateway's; it may read one secret and call one function, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from pipeline.delivery.aws import Aws, error_code
from pipeline.errors import UsageError

_POLICY = "yt-pubsub-handler"
# The only region whose name S3 does not want to hear (CreateBucket, LocationConstraint).
_UNNAMED_REGION = "us-east-1"


def ensure_role(aws: Aws, say: Callable[[str], None]) -> None:
    """Make the role if it is missing, and make its policy what it should be."""
    trusted = {"Service": ["lambda.amazonaws.com", "apigateway.amazonaws.com"]}
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}],
    }
    try:
        aws.iam.create_role(RoleName=aws.stage.role, AssumeRolePolicyDocument=json.dumps(trust))
        aws.iam.get_waiter("role_exists").wait(RoleName=aws.stage.role)
        say(f"Made the role {aws.stage.role}.")
    except ClientError as error:
        if error_code(error) != "EntityAlreadyExists":
            raise
    aws.iam.put_role_policy(RoleName=aws.stage.role, PolicyName=_POLICY, PolicyDocument=json.dumps(_policy(aws)))


def ensure_bucket(aws: Aws, say: Callable[[str], None]) -> None:
    """Make the bucket for uploads if it is missing, closed to the public."""
    try:
        aws.s3.head_bucket(Bucket=aws.stage.bucket)
    except ClientError as error:
        if error_code(error) not in {"404", "NoSuchBucket"}:
            raise
    else:
        return
    if aws.stage.region == _UNNAMED_REGION:
        aws.s3.create_bucket(Bucket=aws.stage.bucket)
    else:
        place: Any = {"LocationConstraint": aws.stage.region}
        aws.s3.create_bucket(Bucket=aws.stage.bucket, CreateBucketConfiguration=place)
    aws.s3.put_public_access_block(
        Bucket=aws.stage.bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True,
        },
    )  # fmt: skip
    say(f"Made the bucket {aws.stage.bucket}.")


def ensure_secret(aws: Aws, settings: dict[str, Any] | None, say: Callable[[str], None]) -> None:
    """Store `settings` as the stage's secret; with None there must be one already."""
    try:
        aws.secrets.describe_secret(SecretId=aws.stage.secret)
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        if settings is None:
            raise UsageError(
                f"There is no secret {aws.stage.secret} yet: give the settings as a JSON object with --settings FILE, "
                "or --settings - for standard input. README.md lists their names."
            ) from error
        aws.secrets.create_secret(Name=aws.stage.secret, SecretString=json.dumps(settings))
        say(f"Made the secret {aws.stage.secret}.")
        return
    if settings is not None:
        aws.secrets.put_secret_value(SecretId=aws.stage.secret, SecretString=json.dumps(settings))
        say(f"Changed the secret {aws.stage.secret}; sandboxes that run already keep what they read.")


def _policy(aws: Aws) -> dict[str, Any]:
    function = f"arn:aws:lambda:{aws.stage.region}:*:function:{aws.stage.function}"
    statements = [
        (["lambda:InvokeFunction"], [function, f"{function}:*"]),
        (
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            [f"arn:aws:logs:{aws.stage.region}:*:*"],
        ),
        (
            ["secretsmanager:GetSecretValue"],
            [f"arn:aws:secretsmanager:{aws.stage.region}:*:secret:{aws.stage.secret}-*"],
        ),
        # A function in a VPC, which is where its database usually is; these calls know no resources.
        (
            ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"],
            ["*"],
        ),
    ]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": where} for actions, where in statements],
    }
