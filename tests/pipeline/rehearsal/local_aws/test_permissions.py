"""Each version and each alias has its own policy: what one allows holds for no other."""

from __future__ import annotations

import json

import pytest

from tests.pipeline.rehearsal.local_aws.deployments import Deployments


def allow(deployments: Deployments, name: str, statement: str, **qualifier: str) -> None:
    deployments.client.add_permission(
        FunctionName=name,
        StatementId=statement,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        **qualifier,
    )


def statements(deployments: Deployments, name: str, **qualifier: str) -> list[str]:
    try:
        policy = deployments.client.get_policy(FunctionName=name, **qualifier)["Policy"]
    except deployments.client.exceptions.ResourceNotFoundException:
        return []
    return [statement["Sid"] for statement in json.loads(policy)["Statement"]]


def test_a_policy_belongs_to_one_alias(deployments: Deployments) -> None:
    """Zappa clears the function's policy at each update; the alias's stays."""
    name = deployments.create(Publish=True)
    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    allow(deployments, name, "for-latest")
    allow(deployments, name, "for-live", Qualifier="live")
    before = [statements(deployments, name), statements(deployments, name, Qualifier="live")]

    deployments.client.remove_permission(FunctionName=name, StatementId="for-latest")

    assert before == [["for-latest"], ["for-live"]]
    assert [statements(deployments, name), statements(deployments, name, Qualifier="live")] == [
        [],
        ["for-live"],
    ]


def test_a_statement_of_an_alias_can_be_removed(deployments: Deployments) -> None:
    name = deployments.create(Publish=True)
    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    allow(deployments, name, "for-live", Qualifier="live")

    deployments.client.remove_permission(FunctionName=name, StatementId="for-live", Qualifier="live")

    assert statements(deployments, name, Qualifier="live") == []


def test_a_statement_names_the_alias_it_is_for(deployments: Deployments) -> None:
    name = deployments.create(Publish=True)
    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    allow(deployments, name, "for-live", Qualifier="live")

    policy = json.loads(deployments.client.get_policy(FunctionName=name, Qualifier="live")["Policy"])

    arn = deployments.client.get_function_configuration(FunctionName=name)["FunctionArn"]
    assert [statement["Resource"] for statement in policy["Statement"]] == [f"{arn}:live"]


def test_a_statement_is_not_added_twice(deployments: Deployments) -> None:
    name = deployments.create()
    allow(deployments, name, "once")

    with pytest.raises(deployments.client.exceptions.ResourceConflictException, match="once"):
        allow(deployments, name, "once")


def test_nothing_is_allowed_on_an_alias_that_does_not_exist(deployments: Deployments) -> None:
    name = deployments.create()

    with pytest.raises(deployments.client.exceptions.ResourceNotFoundException):
        allow(deployments, name, "early", Qualifier="live")


def test_a_deleted_alias_takes_its_policy_along(deployments: Deployments) -> None:
    name = deployments.create(Publish=True)
    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    allow(deployments, name, "for-live", Qualifier="live")
    deployments.client.delete_alias(FunctionName=name, Name="live")

    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    assert statements(deployments, name, Qualifier="live") == []
