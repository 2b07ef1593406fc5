"""
Without this file the parts of the local AWS would have to be put together by each who needs one.

Everything lives in the folder given and on the loopback, and ends with the `with` block.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from moto.apigateway.models import apigateway_backends
from moto.awslambda.models import lambda_backends
from moto.events.models import events_backends
from moto.logs.models import logs_backends

from pipeline.errors import CouldNotAnswer
from pipeline.rehearsal.local_aws import access
from pipeline.rehearsal.local_aws.accounts import empty_account
from pipeline.rehearsal.local_aws.apis import ApiBackend
from pipeline.rehearsal.local_aws.clock import Clock
from pipeline.rehearsal.local_aws.control_plane import ControlPlane
from pipeline.rehearsal.local_aws.endpoint import Endpoint
from pipeline.rehearsal.local_aws.faults import Faults
from pipeline.rehearsal.local_aws.front import Front
from pipeline.rehearsal.local_aws.functions import FunctionBackend
from pipeline.rehearsal.local_aws.invoke_api import InvokeApi
from pipeline.rehearsal.local_aws.invoker import Invoker
from pipeline.rehearsal.local_aws.logs import FunctionLogs
from pipeline.rehearsal.local_aws.sandbox import Workshop
from pipeline.rehearsal.local_aws.sandboxes import Sandboxes

# Lambda waits one minute before the first and two before the second new attempt at an event.
RETRY_DELAYS = (0.2, 0.4)


class LocalAws:
    """
    An account of one region on this machine, while the `with` block lasts.

    `endpoint` is where the API is, `url` where API Gateway answers, `account` and `region` are what ARNs
    hold; `front`, `faults` and `clock` steer the parts of their names.
    """

    def __init__(
        self,
        folder: Path,
        runtime: Path,
        region: str = "eu-central-1",
        *,
        port: int = 0,
        extra_environment: Mapping[str, str] | None = None,
        watch: Callable[[int], None] | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        clock_speed: float = 1,
    ) -> None:
        """
        Start it.

        `folder` takes all files; `runtime` is the Python environment that runs functions, holding
        awslambdaric and boto3 alone; `port` is the front's (0: any free one); `extra_environment` is added to
        each function's own; `watch` is called with the process group of each process started;
        `retry_delays` are the seconds before each new attempt at a failed asynchronous invocation;
        `clock_speed` is how many of the schedules' seconds pass in one second (0: none by themselves).

        Raises CouldNotAnswer when the port is taken or `runtime` is no Python environment.
        """
        python = runtime.absolute() / "bin" / "python"
        if not python.exists():
            raise CouldNotAnswer(
                f"There is no Python at {python} to run functions with: make that environment from "
                "requirements/lambda.txt first."
            )
        self.folder = folder.absolute()
        self.region = region
        self._resources = contextlib.ExitStack()
        self._closing = threading.Lock()
        with contextlib.ExitStack() as resources:
            self.account = resources.enter_context(empty_account())
            functions = FunctionBackend(region, self.account)
            lambda_backends[self.account][region] = functions
            apis = ApiBackend(region, self.account)
            apigateway_backends[self.account][region] = apis
            self._logs = FunctionLogs(logs_backends[self.account][region])
            environment: dict[str, str] = {}
            workshop = Workshop(
                python=python,
                folder=self.folder / "environments",
                environment=environment,
                watch=watch or (lambda _: None),
            )
            sandboxes = Sandboxes(workshop, self.folder / "code", self._logs.write)
            self.faults = Faults()
            self.invoker = Invoker(functions, sandboxes, self.faults, retry_delays)
            resources.callback(self.invoker.close)
            control_plane = ControlPlane(self.account, functions, InvokeApi(self.invoker, self.faults))
            endpoint = Endpoint(control_plane)
            resources.callback(endpoint.close)
            self.endpoint = endpoint.url
            environment.update(access.environment(self.endpoint, region))
            environment.update(extra_environment or {})
            self.front = Front(apis, self.invoker, port)
            resources.callback(self.front.close)
            self.clock = Clock(events_backends[self.account][region], self.invoker, clock_speed)
            resources.callback(self.clock.close)
            self._resources = resources.pop_all()

    @property
    def url(self) -> str:
        """Where API Gateway's front answers."""
        return self.front.url

    def environment(self) -> dict[str, str]:
        """Return what a shell needs, beside its own variables, to talk to this AWS and to no other."""
        return access.environment(self.endpoint, self.region) | access.no_proxy(os.environ)

    def client(self, service: str) -> Any:
        """
        Return a boto3 client of this AWS that takes nothing from the caller's environment or files.

        It never sends a request a second time and waits as long as a function may run, so that a fault shows
        as what it is.
        """
        return access.client(service, self.endpoint, self.region)

    def logs(self, function: str) -> list[str]:
        """Return every line that the function, and Lambda about it, has logged up to now."""
        return self._logs.lines(f"/aws/lambda/{function}")

    def settle(self, seconds: float | None = None) -> bool:
        """Wait until no invocation is under way or queued, at most so long; return whether none is."""
        return self.invoker.settle(seconds)

    def close(self) -> None:
        """End everything; a second time does nothing."""
        with self._closing:
            self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
