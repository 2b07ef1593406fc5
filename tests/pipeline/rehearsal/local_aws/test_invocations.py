from __future__ import annotations

import base64
import json
import os
import threading
import time

import pytest
from botocore.exceptions import ClientError

from pipeline.rehearsal.local_aws import LocalAws
from pipeline.rehearsal.local_aws.function_names import FunctionName
from tests.pipeline.rehearsal.local_aws.deployments import Deployments

TELLS = """
    import os

    print("starting")

    def lambda_handler(event, context):
        print("working on", event)
        return {
            "event": event,
            "version": os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
            "invoked": context.invoked_function_arn.split(":", 6)[6],
            "client": context.client_context.custom if context.client_context else None,
            "process": os.getpid(),
        }
"""


def test_a_function_gets_its_event_and_its_answer_comes_back(deployments: Deployments) -> None:
    name = deployments.create(TELLS)

    answer = deployments.answer(name, {"a": 1})

    returned = answer["Payload"]
    del returned["process"]
    assert returned == {"event": {"a": 1}, "version": "$LATEST", "invoked": name, "client": None}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer


def test_a_warm_environment_is_used_again_until_the_code_changes(deployments: Deployments) -> None:
    name = deployments.create(TELLS)

    first = deployments.invoke(name)["process"]
    second = deployments.invoke(name)["process"]
    deployments.change(name, TELLS + "\n    # changed")
    third = deployments.invoke(name)["process"]

    assert first == second != third


def test_a_changed_configuration_starts_a_new_environment(deployments: Deployments) -> None:
    name = deployments.create("import os\ndef lambda_handler(e, c):\n    return os.environ.get('COLOUR')")

    before = deployments.invoke(name)
    deployments.client.update_function_configuration(FunctionName=name, Environment={"Variables": {"COLOUR": "blue"}})

    assert (before, deployments.invoke(name)) == (None, "blue")


def test_two_events_at_once_run_in_two_environments(deployments: Deployments) -> None:
    """Each waits for the other's file, so neither could end if they took turns."""
    name = deployments.create("""
        import pathlib, time

        def lambda_handler(event, context):
            folder = pathlib.Path(event["folder"])
            (folder / event["mine"]).touch()
            while not (folder / event["other"]).exists():
                time.sleep(0.01)
            return "met"
    """)
    folder = deployments.aws.folder / "meeting"
    folder.mkdir()
    answers = []

    def invoke(mine: str, other: str) -> None:
        answers.append(deployments.invoke(name, {"folder": str(folder), "mine": mine, "other": other}))

    threads = [threading.Thread(target=invoke, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == ["met", "met"]


def test_the_client_context_arrives(deployments: Deployments) -> None:
    name = deployments.create(TELLS)
    context = base64.b64encode(json.dumps({"custom": {"run": "7"}}).encode()).decode()

    assert deployments.invoke(name, ClientContext=context)["client"] == {"run": "7"}


def test_the_tail_of_the_log_is_what_lambda_shows(deployments: Deployments) -> None:
    name = deployments.create(TELLS)

    answer = deployments.answer(name, LogType="Tail")

    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    request = lines[1].split()[2]
    assert lines[:4] == [
        "starting",
        f"START RequestId: {request} Version: $LATEST",
        "working on {}",
        f"END RequestId: {request}",
    ]
    assert lines[4].split("\t")[0] == f"REPORT RequestId: {request}"
    assert lines[4].split("\t")[3:4] == ["Memory Size: 128 MB"]


def test_the_tail_is_cut_to_four_kilobytes(deployments: Deployments) -> None:
    name = deployments.create("def lambda_handler(e, c):\n    print('x' * 9000)")

    answer = deployments.answer(name, LogType="Tail")

    assert len(base64.b64decode(answer["LogResult"])) == 4096


def test_cloudwatch_holds_the_lines_of_a_function(aws: LocalAws, deployments: Deployments) -> None:
    name = deployments.create(TELLS)
    deployments.invoke(name, {"a": 1})

    groups = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")

    assert "working on {'a': 1}\n" in [event["message"] for event in groups["events"]]
    assert aws.logs(name) == [event["message"].rstrip("\n") for event in groups["events"]]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def lambda_handler(e, c):\n    return 1 / 0", ("ZeroDivisionError", "division by zero")),
        ("def lambda_handler(e, c):\n    return object()", ("Runtime.MarshalError", "Unable to marshal")),
        ("import nowhere", ("Runtime.ImportModuleError", "No module named 'nowhere'")),
        ("1 / 0", ("ZeroDivisionError", "division by zero")),
        ("other = 1", ("Runtime.HandlerNotFound", "Handler 'lambda_handler' missing")),
        (
            "import os\ndef lambda_handler(e, c):\n    os._exit(3)",
            ("Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ),
        (
            "import os\ndef lambda_handler(e, c):\n    os._exit(0)",
            ("Runtime.ExitError", "Runtime exited without providing a reason"),
        ),
        ("import os\nos._exit(4)", ("Runtime.ExitError", "Runtime exited with error: exit status 4")),
        (
            "import os\ndef lambda_handler(e, c):\n    os.kill(os.getpid(), 9)",
            ("Runtime.ExitError", "Runtime exited with error: signal: killed"),
        ),
        (
            "def lambda_handler(e, c):\n    return 'x' * 7_000_000",
            ("Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size"),
        ),
    ],
)
def test_what_goes_wrong_is_told_as_lambda_tells_it(
    deployments: Deployments, source: str, error: tuple[str, str]
) -> None:
    """And told again the next time: a process that could not start is not asked twice."""
    name = deployments.create(source)

    answers = [deployments.answer(name) for _ in range(2)]

    kind, message = error
    assert [(a["FunctionError"], a["Payload"]["errorType"]) for a in answers] == [("Unhandled", kind)] * 2
    assert all(message in answer["Payload"]["errorMessage"] for answer in answers)


def test_a_function_that_takes_too_long_is_killed(aws: LocalAws, deployments: Deployments) -> None:
    name = deployments.create(
        "import time\ndef lambda_handler(e, c):\n    print('waiting')\n    time.sleep(30)", Timeout=1
    )

    began = time.monotonic()
    told = deployments.invoke(name)

    assert time.monotonic() - began < 5
    assert told["errorType"] == "Sandbox.Timedout"
    assert told["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert [line for line in aws.logs(name) if "waiting" in line or "timed out" in line] == [
        "waiting",
        next(line for line in aws.logs(name) if line.endswith("Task timed out after 1.00 seconds")),
    ]


def test_an_environment_that_died_is_not_used_again(deployments: Deployments) -> None:
    name = deployments.create("""
        import os

        def lambda_handler(event, context):
            if event.get("die"):
                os._exit(1)
            return "alive"
    """)

    deployments.invoke(name, {"die": True})

    assert deployments.invoke(name) == "alive"


def test_what_a_function_started_dies_with_it(deployments: Deployments) -> None:
    """A pipe is at its end when nobody is left who could write to it."""
    name = deployments.create("""
        import os, subprocess

        def lambda_handler(event, context):
            subprocess.Popen(["sleep", "600"], stdout=open(event["pipe"], "w"))
            os._exit(1)
    """)
    pipe = deployments.aws.folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    deployments.invoke(name, {"pipe": str(pipe)})

    os.set_blocking(reader, True)
    with os.fdopen(reader, "rb") as ended:
        assert ended.read() == b""


def test_a_dry_run_runs_nothing(aws: LocalAws, deployments: Deployments) -> None:
    name = deployments.create(TELLS)

    answer = deployments.answer(name, InvocationType="DryRun")

    assert (answer["StatusCode"], aws.logs(name)) == (204, [])


def test_an_event_is_answered_at_once_and_tried_three_times(aws: LocalAws, deployments: Deployments) -> None:
    """Nobody waits for an event: its end shows in the log alone."""
    name = deployments.create("def lambda_handler(e, c):\n    raise RuntimeError('broken')")

    answer = deployments.answer(name, InvocationType="Event")

    assert answer["StatusCode"] == 202
    assert aws.settle(10)
    assert ends(aws, name) == 3


def test_an_event_is_not_tried_again_where_that_is_switched_off(aws: LocalAws, deployments: Deployments) -> None:
    """An alias has settings of its own, which the function's do not touch."""
    name = deployments.create("def lambda_handler(e, c):\n    raise RuntimeError('broken')")
    deployments.client.publish_version(FunctionName=name)
    deployments.client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    deployments.client.put_function_event_invoke_config(FunctionName=name, Qualifier="live", MaximumRetryAttempts=0)

    once = aws.invoker.invoke_later(FunctionName(name, "live"), b"{}").result(timeout=10)
    attempts = ends(aws, name)
    aws.invoker.invoke_later(FunctionName(name), b"{}").result(timeout=10)

    assert (once.failed, attempts) == (True, 1)
    assert ends(aws, name) == 1 + 3


def ends(aws: LocalAws, function: str) -> int:
    """How many invocations of a function have ended."""
    return sum(line.startswith("END") for line in aws.logs(function))


@pytest.mark.parametrize("name", ["nothing", "{name}:9", "{name}:nowhere"])
def test_what_does_not_exist_cannot_be_invoked(deployments: Deployments, name: str) -> None:
    existing = deployments.create()

    with pytest.raises(deployments.client.exceptions.ResourceNotFoundException, match="Function not found"):
        deployments.client.invoke(FunctionName=name.format(name=existing))


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b'"' + b"x" * 6_300_000 + b'"', "RequestTooLargeException"), (b"{", "InvalidRequestContentException")],
)
def test_a_payload_that_lambda_refuses_is_refused(deployments: Deployments, payload: bytes, code: str) -> None:
    name = deployments.create()

    with pytest.raises(ClientError) as refused:
        deployments.client.invoke(FunctionName=name, Payload=payload)

    assert refused.value.response["Error"]["Code"] == code


def test_a_function_with_no_concurrency_left_is_throttled(deployments: Deployments) -> None:
    name = deployments.create()
    deployments.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    with pytest.raises(deployments.client.exceptions.TooManyRequestsException):
        deployments.invoke(name)


def test_a_function_sees_nothing_of_our_environment(deployments: Deployments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", "seen")
    name = deployments.create("import os\ndef lambda_handler(e, c):\n    return dict(os.environ)")

    seen = deployments.invoke(name)

    assert "OUR_SECRET" not in seen
    assert seen["AWS_ENDPOINT_URL"] == deployments.aws.endpoint
    assert seen["HOME"].startswith(str(deployments.aws.folder))


def test_a_function_can_talk_to_the_same_aws(deployments: Deployments) -> None:
    name = deployments.create("""
        import boto3

        def lambda_handler(event, context):
            secret = boto3.client("secretsmanager").get_secret_value(SecretId=event["secret"])
            return secret["SecretString"]
    """)
    deployments.aws.client("secretsmanager").create_secret(Name="settings", SecretString="known")

    assert deployments.invoke(name, {"secret": "settings"}) == "known"
