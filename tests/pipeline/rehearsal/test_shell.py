"""A rehearsal that could reach production would be a deployment nobody approved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import CouldNotAnswer
from pipeline.rehearsal import shell


def test_nothing_of_the_callers_environment_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "DATABASE_URL", "HTTPS_PROXY", "ZAPPA_STAGE"):
        monkeypatch.setenv(name, "inherited")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "inherited")

    variables = shell.scrubbed(tmp_path, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})

    assert "inherited" not in variables.values()
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert variables["PATH"] == shell.SYSTEM_PATH
    assert Path(variables["TMPDIR"]).is_dir()


def test_credentials_are_left_to_the_job_that_asks_for_them(tmp_path: Path) -> None:
    variables = shell.scrubbed(
        tmp_path, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}
    )

    assert {name for name in variables if name.startswith("AWS_")} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_REGION",
    }


def test_programs_elsewhere_than_on_a_runner_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for program in ("bash", "git", "make"):
        (tools / program).write_text("")
        (tools / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(shell, "SYSTEM_PATH", str(tmp_path / "bin"))

    assert shell.scrubbed(tmp_path, {})["PATH"] == f"{tmp_path / 'bin'}:{tools}"


@pytest.mark.parametrize(
    ("name", "value", "host"),
    [
        (
            "AWS_ENDPOINT_URL",
            "https://lambda.eu-central-1.amazonaws.com",
            "lambda.eu-central-1.amazonaws.com",
        ),
        ("AWS_ENDPOINT_URL_S3", "http://10.0.0.7:9000", "10.0.0.7"),
        ("DATABASE_URL", "postgresql://me:secret@db.example.org:5432/app", "db.example.org"),
        ("DATABASE_URL", "postgresql://127.0.0.1/app?host=db.example.org", "db.example.org"),
        ("SETTINGS", '{"HUB_URL": "https://hub.example.org/"}', "hub.example.org"),
        ("TRICK", "http://127.0.0.1@evil.example.org/", "evil.example.org"),
        ("TRICK", "http://127.0.0.1.nip.example.org/", "127.0.0.1.nip.example.org"),
    ],
)
def test_an_address_that_is_not_this_machines_is_refused_by_name(name: str, value: str, host: str) -> None:
    with pytest.raises(CouldNotAnswer) as refusal:
        shell.insist_on_loopback({name: value})

    assert f"{name} points at {host}," in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_this_machines_addresses_pass() -> None:
    shell.insist_on_loopback(
        {
            "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
            "OTHER": "http://[::1]:80/",
            "NAME": "http://localhost/",
            "DATABASE_URL": "postgresql://me:x@127.0.0.2/app?host=/var/run/postgresql",
            "PATH": "/usr/bin",
        }
    )


def guarded(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(shell.GUARD), "PATH": shell.SYSTEM_PATH},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize(
    ("call", "address"),
    [
        # 192.0.2.0/24 and 2001:db8::/32 are for documentation: nobody answers there, should one get out.
        ("socket.create_connection(('192.0.2.1', 443), timeout=1)", "192.0.2.1"),
        ("socket.socket().connect_ex(('192.0.2.1', 443))", "192.0.2.1"),
        ("socket.socket(socket.AF_INET6).connect(('2001:db8::1', 443))", "2001:db8::1"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))", "192.0.2.1"),
        ("socket.getaddrinfo('sts.amazonaws.com', 443)", "sts.amazonaws.com"),
        ("socket.gethostbyname(b'example.org')", "example.org"),
        ("urllib.request.urlopen('https://example.org/')", "example.org"),
    ],
)
def test_a_guarded_python_refuses_to_leave_this_machine_and_names_the_address(call: str, address: str) -> None:
    ended = guarded(f"import socket, urllib.request\n{call}")

    assert ended.returncode == 1
    last_line = ended.stderr.strip().splitlines()[-1]
    assert last_line.startswith("sitecustomize.NotLoopback: A rehearsal talks to this machine only")
    assert f"wanted '{address}'" in last_line


def test_a_guarded_python_still_talks_to_this_machine() -> None:
    ended = guarded(
        "import socket, threading\n"
        "server = socket.create_server(('127.0.0.1', 0)); port = server.getsockname()[1]\n"
        "threading.Thread(target=lambda: server.accept()[0].sendall(b'hello')).start()\n"
        "print(socket.create_connection(('localhost', port)).recv(5).decode())\n"
        "one, two = socket.socketpair(); one.sendmsg([b'x']); print(two.recv(1))\n"
    )

    assert (ended.stdout, ended.stderr) == ("hello\nb'x'\n", "")


def test_the_rehearsals_own_process_gets_no_guard() -> None:
    """It needs the network once, to install what the package is made of."""
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "import pipeline.rehearsal.shell, socket\n"
            "try: socket.getaddrinfo('host.invalid', 1, flags=socket.AI_NUMERICHOST)\n"
            "except socket.gaierror: print('asked')",
        ],
        # Without PYTHONPATH: this test may itself run under the guard.
        cwd="scripts", env={"PATH": shell.SYSTEM_PATH}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ended.stdout == "asked\n"
