"""The whole: what it gives out, what it keeps away, and that nothing of it stays."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from pipeline.environment import CHECKOUT
from pipeline.errors import CouldNotAnswer
from pipeline.rehearsal.local_aws import LocalAws
from tests.pipeline.rehearsal.local_aws.deployments import Deployments


def test_programs_reach_it_with_its_environment_alone(aws: LocalAws) -> None:
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"

    said = subprocess.run(
        [sys.executable, "-c", program],
        env=aws.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == aws.account


def test_a_client_takes_nothing_from_the_callers_environment(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these would send it elsewhere, or break it."""
    for name, value in {
        "AWS_PROFILE": "one-that-is-nowhere",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
        "AWS_DEFAULT_REGION": "us-west-2",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)

    client = aws.client("sts")

    assert client.get_caller_identity()["Account"] == aws.account
    assert client.meta.region_name == aws.region


def test_a_proxy_of_the_callers_is_kept_away_from_the_loopback(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    monkeypatch.setenv("no_proxy", "intern.example")

    exempt = aws.environment()["no_proxy"]

    assert exempt == "intern.example,127.0.0.1,localhost"


def test_a_port_that_is_taken_is_named(tmp_path: Path, runtime: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(CouldNotAnswer, match=f"Port {port} of 127.0.0.1 .* choose another port"):
            LocalAws(tmp_path, runtime, port=port)


def test_a_runtime_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CouldNotAnswer, match=f"no Python at {tmp_path}/nowhere/bin/python"):
        LocalAws(tmp_path, tmp_path / "nowhere")


def test_the_front_can_have_a_port_of_ones_choosing(tmp_path: Path, runtime: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with LocalAws(tmp_path, runtime, port=port) as aws:
        answer = requests.get(f"http://127.0.0.1:{port}/", timeout=10)

    assert (aws.url, answer.status_code) == (f"http://127.0.0.1:{port}", 403)


def test_two_clouds_know_nothing_of_each_other(aws: LocalAws, tmp_path: Path, runtime: Path) -> None:
    aws.client("secretsmanager").create_secret(Name="of-the-first", SecretString="1")

    with LocalAws(tmp_path, runtime) as other:
        secrets = other.client("secretsmanager").list_secrets()["SecretList"]

        assert (other.account != aws.account, secrets) == (True, [])


def test_nothing_is_left_for_the_next_cloud(tmp_path: Path, runtime: Path) -> None:
    with LocalAws(tmp_path, runtime) as first:
        Deployments(first).create()
    with LocalAws(tmp_path, runtime) as second:
        functions = second.client("lambda").list_functions()["Functions"]

    assert (first.account, functions) == (second.account, [])


def test_closing_ends_every_process_and_thread(tmp_path: Path, runtime: Path) -> None:
    """Also of a function in the middle of an event; and quickly, and a second time without a word."""
    watched: list[int] = []
    before = set(threading.enumerate())
    aws = LocalAws(tmp_path, runtime, watch=watched.append)
    deployments = Deployments(aws)
    name = deployments.create("""
        import time

        def lambda_handler(event, context):
            open(event["pipe"], "w").close()
            time.sleep(event["seconds"])
    """)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for seconds in (0, 60):
        deployments.client.invoke(
            FunctionName=name,
            InvocationType="Event",
            Payload=f'{{"seconds": {seconds}, "pipe": "{pipe}"}}',
        )
        pipe.read_bytes()  # It is working on the event now.

    began = time.monotonic()
    aws.close()
    aws.close()

    assert time.monotonic() - began < 2
    assert [group for group in watched if _exists(group)] == []
    assert len(watched) in {1, 2}
    with pytest.raises(requests.ConnectionError):
        requests.get(aws.endpoint, timeout=10)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread.name


def test_functions_get_the_extra_environment(tmp_path: Path, runtime: Path) -> None:
    with LocalAws(tmp_path, runtime, extra_environment={"PYTHONPATH": "/guard"}) as aws:
        deployments = Deployments(aws)
        name = deployments.create("import sys\ndef lambda_handler(e, c):\n    return sys.path")

        assert "/guard" in deployments.invoke(name)


def test_the_task_root_comes_first_and_holds_no_bytecode_of_an_earlier_start(
    deployments: Deployments,
) -> None:
    name = deployments.create("""
        import os, sys, pathlib

        def lambda_handler(event, context):
            root = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"])
            mode = (root / "handler.py").stat().st_mode & 0o777
            return [sys.path[0] == str(root), oct(mode), sorted(p.name for p in root.iterdir())]
    """)

    assert deployments.invoke(name) == [True, "0o444", ["handler.py"]]


def test_nothing_is_printed(tmp_path: Path, runtime: Path) -> None:
    """Not even when a caller goes away in the middle: the rehearsal's own output is read by people."""
    program = """
import sys, pathlib
from pipeline.rehearsal.local_aws import LocalAws
from tests.pipeline.rehearsal.local_aws.deployments import Deployments

with LocalAws(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])) as aws:
    deployments = Deployments(aws)
    name = deployments.create("def lambda_handler(e, c): return 1")
    with aws.faults.drop_connection():
        try:
            deployments.invoke(name)
        except Exception as error:
            assert "closed" in str(error), error
    deployments.invoke(name)
    aws.client("s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": aws.region}
    )
"""

    said = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path), str(runtime)],
        env={"PYTHONPATH": f"{CHECKOUT}/scripts:{CHECKOUT}", "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stdout) == (0, "")


def _exists(process_group: int) -> bool:
    try:
        os.killpg(process_group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_first_cloud_of_a_process_finds_its_routes_in_motos_own_region(tmp_path: Path, runtime: Path) -> None:
    """Where moto's default account is ours as well, it looks for the routes beside our classes."""
    program = f"""
from pathlib import Path
from pipeline.rehearsal.local_aws import LocalAws
with LocalAws(Path({str(tmp_path)!r}), Path({str(runtime)!r}), "us-east-1") as aws:
    print(aws.client("lambda").list_functions()["Functions"], aws.client("apigateway").get_rest_apis()["items"])
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT / "scripts", capture_output=True, text=True, check=False
    )

    assert (ended.stdout, ended.stderr) == ("[] []\n", "")
