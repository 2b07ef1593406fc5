"""
Without this file nothing would be executed: a sandbox is one process that runs one function's package.

It is Lambda's "execution environment". The interpreter holds awslambdaric and boto3 alone, as AWS's image
does, and is started in the task root, which `-m` puts first on `sys.path`: what the zip lacks fails here too.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

from pipeline.rehearsal.local_aws.invocation import FunctionVersion, Outcome
from pipeline.rehearsal.local_aws.output import Output
from pipeline.rehearsal.local_aws.runtime_api import Event, Exited, Finished, HandedOut, RuntimeApi, Signal

# Lambda gives the start of a process 10 s that do not count against the function's time-out, and when they
# are over starts it again within the time-out: together, this and the time-out are what it may take.
STARTING_SECONDS = 10
LARGEST_ANSWER = 6 * 1024 * 1024 + 100  # AWS's own words for it are "6291556 bytes".


@dataclass(frozen=True)
class Workshop:
    """
    What all sandboxes share.

    `python` runs them; `folder` holds their temporary files; `environment` is added to each function's own;
    `watch` is told the process group of each process started, right after it was.
    """

    python: Path
    folder: Path
    environment: Mapping[str, str]
    watch: Callable[[int], None]


class Sandbox:
    """One running process of one version; give it one event at a time."""

    def __init__(
        self, version: FunctionVersion, task_root: Path, workshop: Workshop, say: Callable[[str, str], None]
    ) -> None:
        """Start the process; `say` is called with the log stream's name and each line of its log."""
        today = datetime.now(UTC).strftime("%Y/%m/%d")
        self.version = version
        self.log_stream = f"{today}/[{version.version}]{uuid.uuid4().hex}"
        self._say_to = say
        self._lines: list[str] = []
        self._signals: SimpleQueue[Signal] = SimpleQueue()
        self._api = RuntimeApi(self._signals, self._begin)
        self._usable = True
        self._fresh = True
        self._home = workshop.folder / uuid.uuid4().hex
        self._home.mkdir(parents=True)
        self._process = subprocess.Popen(
            [str(workshop.python), "-m", "awslambdaric", version.handler],
            cwd=task_root,
            env={**self._environment(task_root, workshop.python), **workshop.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Its own process group, so that what it starts dies with it.
        )
        workshop.watch(self._process.pid)
        assert self._process.stdout is not None  # noqa: S101 - because of PIPE; said for the type checker.
        self._output = Output(self._process.stdout, self._say)
        threading.Thread(target=self._wait, name=f"wait-{version.name}", daemon=True).start()

    @property
    def usable(self) -> bool:
        """Whether it can take another event."""
        return self._usable and self._process.poll() is None

    def run(self, payload: bytes, invoked_arn: str, client_context: str | None = None) -> Outcome:
        """Have the function handle one event; whatever goes wrong is told as Lambda tells it."""
        request = str(uuid.uuid4())
        event = Event(request, payload, invoked_arn, self.version.timeout, client_context)
        began = time.monotonic()
        self._api.offer(event)
        signalled = self._next_signal(STARTING_SECONDS + self.version.timeout)
        started = began
        if isinstance(signalled, HandedOut):
            started = signalled.at
            signalled = self._next_signal(self.version.timeout)
        else:
            self._begin(event)  # It never came to ask for the event; the log tells of it all the same.
        seconds = time.monotonic() - started
        self._output.drain()
        payload, failed = self._understand(signalled, request)
        self._report(request, seconds, started - began if self._fresh else None)
        self._fresh = False
        log, self._lines = "".join(f"{line}\n" for line in self._lines), []
        return Outcome(payload, failed, self.version.version, log)

    def freeze(self) -> None:
        """Stop the process where it is; its time-out runs on."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process and all it started, at once; an event it is handling fails."""
        self._usable = False
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Kill it, wait until it is gone, and remove its temporary files."""
        self.kill()
        self._process.wait()
        self._api.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _begin(self, event: Event) -> None:
        self._output.drain()
        self._say(f"START RequestId: {event.request_id} Version: {self.version.version}")

    def _next_signal(self, seconds: float) -> Signal | None:
        try:
            return self._signals.get(timeout=seconds)
        except Empty:
            return None

    def _understand(self, signalled: Signal | None, request: str) -> tuple[bytes, bool]:
        match signalled:
            case Finished(payload, failed, started):
                self._usable = self._usable and started
                if len(payload) <= LARGEST_ANSWER:
                    return payload, failed
                return _error(
                    "Function.ResponseSizeTooLarge",
                    f"Response payload size exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes).",
                )
            case Exited(returncode):
                self._usable = False
                why = _why_it_exited(returncode)
                self._say(f"RequestId: {request} Error: {why}")
                return _error("Runtime.ExitError", f"RequestId: {request} Error: {why}")
            case _:
                self.kill()
                why = f"Task timed out after {self.version.timeout:.2f} seconds"
                self._say(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z {request} {why}")
                return _error("Sandbox.Timedout", f"RequestId: {request} Error: {why}")

    def _report(self, request: str, seconds: float, starting: float | None) -> None:
        milliseconds = seconds * 1000
        report = [
            f"REPORT RequestId: {request}",
            f"Duration: {milliseconds:.2f} ms",
            f"Billed Duration: {int(milliseconds) + 1} ms",
            f"Memory Size: {self.version.memory} MB",
        ]
        if starting is not None:
            report.append(f"Init Duration: {starting * 1000:.2f} ms")
        self._say(f"END RequestId: {request}")
        self._say("\t".join(report))

    def _say(self, line: str) -> None:
        self._lines.append(line)
        self._say_to(self.log_stream, line)

    def _wait(self) -> None:
        returncode = self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # What it started does not outlive it.
        self._signals.put(Exited(returncode))

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # It ended by itself in this moment.
                os.killpg(self._process.pid, number)

    def _environment(self, task_root: Path, python: Path) -> dict[str, str]:
        """
        Everything the process sees, because nothing of the caller's own environment may reach it.

        The names are Lambda's "defined runtime environment variables"; the last block is what a loopback
        machine needs beside them.
        """
        version = self.version
        return {
            "AWS_LAMBDA_FUNCTION_NAME": version.name,
            "AWS_LAMBDA_FUNCTION_VERSION": version.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(version.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": version.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{version.runtime}",
            "AWS_REGION": version.region,
            "AWS_DEFAULT_REGION": version.region,
            "LAMBDA_TASK_ROOT": str(task_root),
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "_HANDLER": version.handler,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
            **version.environment,
            "HOME": str(self._home),
            "TMPDIR": str(self._home),
            # In Lambda the task root cannot be written to, so no start may leave bytecode for the next one.
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _error(kind: str, message: str) -> tuple[bytes, bool]:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode(), True


def _why_it_exited(returncode: int) -> str:
    if returncode == 0:
        return "Runtime exited without providing a reason"
    if returncode == -signal.SIGKILL:
        return "Runtime exited with error: signal: killed"
    if returncode < 0:
        return f"Runtime exited with error: signal: {str(signal.strsignal(-returncode)).lower()}"
    return f"Runtime exited with error: exit status {returncode}"
