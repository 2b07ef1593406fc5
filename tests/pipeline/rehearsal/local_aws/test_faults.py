"""What a caller sees on a bad day, and that the function ran all the same."""

from __future__ import annotations

import time
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.pipeline.rehearsal.local_aws.deployments import Deployments

RUNS = """
    import time

    def lambda_handler(event, context):
        print("running")
        time.sleep(event.get("seconds", 0))
        print("done")
        return "value"
"""


def log(deployments: Deployments, function: str) -> list[str]:
    """What the function itself printed."""
    return [line for line in deployments.aws.logs(function) if line in ("running", "done")]


def test_a_dropped_connection_does_not_stop_the_function(deployments: Deployments) -> None:
    name = deployments.create(RUNS)

    with (
        deployments.aws.faults.drop_connection(after=0.1, function=name) as fault,
        pytest.raises(ConnectionClosedError),
    ):
        deployments.invoke(name, {"seconds": 0.5})

    assert deployments.aws.settle(10)
    assert log(deployments, name) == ["running", "done"]
    assert fault.hits == [name]


def test_an_internal_error_does_not_stop_the_function(deployments: Deployments) -> None:
    name = deployments.create(RUNS)

    with (
        deployments.aws.faults.answer_500(function=name),
        pytest.raises(ClientError, match="ServiceException"),
    ):
        deployments.invoke(name, {"seconds": 0.3})

    assert deployments.aws.settle(10)
    assert log(deployments, name) == ["running", "done"]


def test_boto3_runs_the_function_again_after_a_dropped_connection(deployments: Deployments) -> None:
    """The reason for run keys: with botocore's own settings one invoke became two runs."""
    name = deployments.create(RUNS)
    retrying = boto3.client(
        "lambda",
        endpoint_url=deployments.aws.endpoint,
        region_name=deployments.aws.region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 3}, proxies={}),
    )

    with deployments.aws.faults.drop_connection(function=name):
        deployments.invoke(name, client=retrying)

    assert deployments.aws.settle(10)
    assert log(deployments, name).count("done") == 2


def test_a_killed_environment_fails_its_event_and_no_other(deployments: Deployments) -> None:
    name = deployments.create(RUNS)

    with deployments.aws.faults.kill_sandbox(after=0.3, function=name):
        told = deployments.invoke(name, {"seconds": 60})

    assert told["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert log(deployments, name) == ["running"]
    assert deployments.invoke(name) == "value"


def test_a_frozen_environment_goes_on_where_it_was(deployments: Deployments) -> None:
    name = deployments.create(RUNS)
    deployments.invoke(name)

    began = time.monotonic()
    with deployments.aws.faults.freeze_sandbox(for_=0.7, function=name):
        value = deployments.invoke(name, {"seconds": 0.1})

    assert value == "value"
    assert time.monotonic() - began >= 0.6


def test_an_environment_frozen_for_too_long_times_out(deployments: Deployments) -> None:
    name = deployments.create(RUNS, Timeout=1)
    deployments.invoke(name)

    with deployments.aws.faults.freeze_sandbox(for_=30, function=name):
        told = deployments.invoke(name, {"seconds": 0.5})

    assert told["errorType"] == "Sandbox.Timedout"


def test_a_fault_happens_as_often_as_was_said(deployments: Deployments) -> None:
    name = deployments.create(RUNS)

    with deployments.aws.faults.answer_500(times=2, function=name) as fault:
        outcomes = [_outcome(deployments, name) for _ in range(3)]

    assert outcomes == ["ServiceException", "ServiceException", "value"]
    assert fault.hits == [name, name]


def test_a_fault_meets_only_the_function_it_is_for(deployments: Deployments) -> None:
    name, other = deployments.create(RUNS), deployments.create(RUNS)

    with deployments.aws.faults.answer_500(function=name) as fault:
        value = deployments.invoke(other)

    assert (value, fault.hits) == ("value", [])


def test_a_fault_is_withdrawn_at_the_end_of_its_block(deployments: Deployments) -> None:
    name = deployments.create(RUNS)

    with deployments.aws.faults.answer_500(times=5, function=name):
        pass

    assert deployments.invoke(name) == "value"


def test_a_caller_that_gives_up_does_not_stop_the_function(deployments: Deployments) -> None:
    name = deployments.create(RUNS)
    impatient = boto3.client(
        "lambda",
        endpoint_url=deployments.aws.endpoint,
        region_name=deployments.aws.region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3, proxies={}),
    )

    with pytest.raises(ReadTimeoutError):
        deployments.invoke(name, {"seconds": 0.8}, client=impatient)

    assert deployments.aws.settle(10)
    assert log(deployments, name) == ["running", "done"]


def _outcome(deployments: Deployments, name: str) -> Any:
    try:
        return deployments.invoke(name)
    except ClientError as error:
        return error.response["Error"]["Code"]
