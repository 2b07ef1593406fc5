"""What moto gets wrong of versions and aliases, and a pipeline of releases builds on."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from pipeline.rehearsal.local_aws import LocalAws
from tests.pipeline.rehearsal.local_aws.deployments import Deployments, package

CODES = [f"def lambda_handler(e, c):\n    return {number}" for number in range(9)]


def refusal(call: Any, **named: Any) -> tuple[int, str]:
    """Status and kind of the error that a call ends with."""
    with pytest.raises(ClientError) as refused:
        call(**named)
    response = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_a_version_keeps_its_code_and_configuration(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1], Environment={"Variables": {"A": "1"}}, Timeout=5)
    client.publish_version(FunctionName=name, Description="first")
    deployments.change(name, CODES[2])
    client.update_function_configuration(
        FunctionName=name, Timeout=7, Environment={"Variables": {"A": "2"}}, Description="latest"
    )
    client.publish_version(FunctionName=name, Description="second")

    described = [client.get_function_configuration(FunctionName=name, Qualifier=q) for q in ("1", "2")]

    assert [(d["Description"], d["Timeout"], d["Environment"]["Variables"]) for d in described] == [
        ("first", 5, {"A": "1"}),
        ("second", 7, {"A": "2"}),
    ]
    assert [deployments.invoke(name, Qualifier=q) for q in ("1", "2", "$LATEST")] == [1, 2, 2]


def test_a_number_is_never_used_again(deployments: Deployments) -> None:
    """Not even when the newest version, or the whole function, was deleted in between."""
    client = deployments.client
    name = deployments.create(CODES[1])
    published = [client.publish_version(FunctionName=name)]
    published += [deployments.change(name, code, Publish=True) for code in CODES[2:4]]
    client.delete_function(FunctionName=name, Qualifier="1")
    client.delete_function(FunctionName=name, Qualifier="3")
    published.append(client.publish_version(FunctionName=name))

    client.delete_function(FunctionName=name)
    client.create_function(
        FunctionName=name,
        Role=deployments.role,
        Code={"ZipFile": package(CODES[5])},
        Runtime="python3.13",
        Handler="handler.lambda_handler",
    )
    published.append(client.publish_version(FunctionName=name))

    assert [version["Version"] for version in published] == ["1", "2", "3", "4", "5"]


def test_publishing_what_was_published_returns_the_same_version(deployments: Deployments) -> None:
    """A new description alone is no reason for a version: the old one stays, with the old description."""
    client = deployments.client
    name = deployments.create(CODES[1])
    client.publish_version(FunctionName=name, Description="first")

    again = client.publish_version(FunctionName=name, Description="again")

    assert (again["Version"], again["Description"]) == ("1", "first")


@pytest.mark.parametrize(
    "change", [{"Timeout": 9}, {"Description": "new"}, {"Environment": {"Variables": {"NEW": "1"}}}]
)
def test_a_changed_configuration_is_a_new_version(deployments: Deployments, change: dict[str, Any]) -> None:
    name = deployments.create(CODES[1])
    deployments.client.publish_version(FunctionName=name)

    deployments.client.update_function_configuration(FunctionName=name, **change)

    assert deployments.client.publish_version(FunctionName=name)["Version"] == "2"


def test_a_function_can_be_published_as_it_is_created(deployments: Deployments) -> None:
    name = deployments.create(CODES[1], Publish=True)

    assert deployments.client.publish_version(FunctionName=name)["Version"] == "1"


def test_a_package_is_told_by_the_hash_of_the_bytes_that_were_uploaded(aws: LocalAws, deployments: Deployments) -> None:
    """However it came: a deploy is held to what it uploaded."""
    client, s3, bucket = deployments.client, aws.client("s3"), "packages-by-hash"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": aws.region})
    packages = [package(code) for code in CODES[1:3]]
    name = deployments.create(CODES[0])

    sent = client.update_function_code(FunctionName=name, ZipFile=packages[0])["CodeSha256"]
    s3.put_object(Bucket=bucket, Key="zip", Body=packages[1])
    stored = client.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key="zip")["CodeSha256"]
    s3.delete_object(Bucket=bucket, Key="zip")
    published = client.publish_version(FunctionName=name)["CodeSha256"]

    hashes = [base64.b64encode(hashlib.sha256(code).digest()).decode() for code in packages]
    assert [sent, stored, published] == [*hashes, hashes[1]]


def test_only_the_code_that_was_expected_is_published(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1])
    code = client.get_function_configuration(FunctionName=name)["CodeSha256"]

    refused = refusal(client.publish_version, FunctionName=name, CodeSha256="other")

    assert refused == (400, "InvalidParameterValueException")
    assert client.publish_version(FunctionName=name, CodeSha256=code)["Version"] == "1"


def test_a_revision_id_lets_only_one_of_two_changes_through(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1])
    read = client.get_function_configuration(FunctionName=name)["RevisionId"]
    changed = client.update_function_configuration(FunctionName=name, Timeout=8, RevisionId=read)

    refused = [
        refusal(client.update_function_configuration, FunctionName=name, Timeout=9, RevisionId=read),
        refusal(deployments.change, name=name, source=CODES[2], RevisionId=read),
        refusal(client.publish_version, FunctionName=name, RevisionId=read),
    ]

    assert refused == [(412, "PreconditionFailedException")] * 3
    assert client.get_function_configuration(FunctionName=name)["RevisionId"] == changed["RevisionId"]
    assert client.publish_version(FunctionName=name, RevisionId=changed["RevisionId"])["Version"] == "1"


def test_a_change_shows_in_the_time_of_the_last_one(deployments: Deployments) -> None:
    name = deployments.create(CODES[1])
    before = deployments.client.get_function_configuration(FunctionName=name)["LastModified"]

    after = deployments.change(name, CODES[2])["LastModified"]

    assert after > before


def test_a_dry_run_of_new_code_changes_nothing(deployments: Deployments) -> None:
    name = deployments.create(CODES[1])
    deployments.client.publish_version(FunctionName=name)
    before = deployments.client.get_function_configuration(FunctionName=name)["RevisionId"]

    deployments.change(name, CODES[2], DryRun=True, Publish=True)

    after = deployments.client.get_function_configuration(FunctionName=name)["RevisionId"]
    assert (deployments.invoke(name), after) == (1, before)
    assert deployments.client.publish_version(FunctionName=name)["Version"] == "1"


def test_an_alias_leads_to_the_version_it_was_moved_to(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1], Publish=True)
    deployments.change(name, CODES[2], Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    before = deployments.invoke(f"{name}:live")

    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")

    answer = deployments.answer(name, Qualifier="live")
    assert (before, answer["Payload"], answer["ExecutedVersion"]) == (1, 2, "2")


def test_a_revision_id_lets_only_one_of_two_moves_of_an_alias_through(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1], Publish=True)
    deployments.change(name, CODES[2], Publish=True)
    read = client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")["RevisionId"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2", RevisionId=read)

    refused = refusal(client.update_alias, FunctionName=name, Name="live", FunctionVersion="1", RevisionId=read)

    assert refused == (412, "PreconditionFailedException")
    assert client.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"


def test_an_alias_leads_to_existing_versions_only(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1], Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    refused = [
        refusal(client.update_alias, FunctionName=name, Name="live", FunctionVersion="7"),
        refusal(client.update_alias, FunctionName=name, Name="live", FunctionVersion="live"),
        refusal(client.create_alias, FunctionName=name, Name="next", FunctionVersion="7"),
        refusal(client.create_alias, FunctionName=name, Name="live", FunctionVersion="1"),
        refusal(client.update_alias, FunctionName=name, Name="nowhere", FunctionVersion="1"),
    ]

    assert refused == [
        (404, "ResourceNotFoundException"),
        (400, "ValidationException"),
        (404, "ResourceNotFoundException"),
        (409, "ResourceConflictException"),
        (404, "ResourceNotFoundException"),
    ]


def test_what_an_alias_leads_to_cannot_be_deleted(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1], Publish=True)
    deployments.change(name, CODES[2], Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    client.delete_function(FunctionName=name, Qualifier="2")

    with pytest.raises(client.exceptions.ResourceConflictException, match=r"reference it: \[live\]"):
        client.delete_function(FunctionName=name, Qualifier="1")

    versions = client.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1"]


@pytest.mark.parametrize(
    ("qualifier", "reason"),
    [("live", "Deletion of aliases is not"), ("$LATEST", "without deleting the function")],
)
def test_only_numbered_versions_are_deleted_alone(deployments: Deployments, qualifier: str, reason: str) -> None:
    name = deployments.create(CODES[1], Publish=True)
    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    with pytest.raises(deployments.client.exceptions.InvalidParameterValueException, match=reason):
        deployments.client.delete_function(FunctionName=name, Qualifier=qualifier)

    assert deployments.invoke(f"{name}:live") == 1


def test_aliases_can_be_listed_by_version(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1], Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    client.create_alias(FunctionName=name, Name="next", FunctionVersion="$LATEST")

    listed = client.list_aliases(FunctionName=name, FunctionVersion="1")["Aliases"]

    assert [alias["Name"] for alias in listed] == ["live"]


@pytest.mark.parametrize("form", ["{name}", "function:{name}", "{account}:function:{name}", "{arn}"])
def test_every_form_of_a_name_is_understood_everywhere(deployments: Deployments, form: str) -> None:
    client = deployments.client
    name = deployments.create(CODES[1])
    arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    written = form.format(name=name, arn=arn, account=deployments.aws.account)

    client.publish_version(FunctionName=written)
    client.create_alias(FunctionName=written, Name="live", FunctionVersion="1")
    client.update_function_configuration(FunctionName=written, Timeout=4)
    versions = client.list_versions_by_function(FunctionName=written)["Versions"]
    described = client.get_function(FunctionName=f"{written}:1")["Configuration"]
    configured = client.get_function_configuration(FunctionName=f"{written}:live")
    client.delete_alias(FunctionName=written, Name="live")
    client.delete_function(FunctionName=f"{written}:1")

    assert [version["Version"] for version in versions] == ["$LATEST", "1"]
    assert (described["FunctionArn"], described["Version"]) == (f"{arn}:1", "1")
    assert (configured["FunctionArn"], configured["Version"]) == (f"{arn}:live", "1")
    assert client.list_aliases(FunctionName=name)["Aliases"] == []


def test_the_code_of_a_version_can_be_downloaded(deployments: Deployments) -> None:
    """As `zappa rollback` does, to upload it again."""
    name = deployments.create(CODES[1], Publish=True)
    deployments.change(name, CODES[2])

    where = deployments.client.get_function(FunctionName=f"function:{name}:1")["Code"]["Location"]

    code = requests.get(where, timeout=10).content
    assert zipfile.ZipFile(io.BytesIO(code)).read("handler.py").decode() == CODES[1]


def test_the_waiters_of_boto3_end(deployments: Deployments) -> None:
    name = deployments.create(CODES[1], Publish=True)

    for waiter, options in (
        ("function_active_v2", {}),
        ("function_updated_v2", {}),
        ("published_version_active", {"Qualifier": "1"}),
    ):
        deployments.client.get_waiter(waiter).wait(
            FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 1}, **options
        )

    assert deployments.client.get_function(FunctionName=name)["Configuration"]["State"] == "Active"


def test_of_an_unknown_function_there_is_no_empty_list(deployments: Deployments) -> None:
    client = deployments.client

    refused = [
        refusal(call, FunctionName="nothing")
        for call in (client.list_versions_by_function, client.list_aliases, client.list_function_url_configs)
    ]

    assert refused == [(404, "ResourceNotFoundException")] * 3


def test_a_function_url_is_listed(deployments: Deployments) -> None:
    client = deployments.client
    name = deployments.create(CODES[1])
    before = client.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    url = client.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]

    after = client.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]

    assert (before, [each["FunctionUrl"] for each in after]) == ([], [url])


def test_a_name_that_contradicts_its_qualifier_is_refused(deployments: Deployments) -> None:
    name = deployments.create(CODES[1], Publish=True)

    refused = refusal(deployments.client.get_function, FunctionName=f"{name}:1", Qualifier="$LATEST")

    assert refused == (400, "InvalidParameterValueException")
