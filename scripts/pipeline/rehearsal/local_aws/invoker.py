"""
Without this file there would be processes, and nobody who finds the right one for an invocation.

Everyone who invokes comes here: the Invoke API, API Gateway's front and the schedules.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import contextmanager

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from pipeline.rehearsal.local_aws.faults import Fault, Faults, Harm
from pipeline.rehearsal.local_aws.function_names import FunctionName
from pipeline.rehearsal.local_aws.functions import FunctionBackend
from pipeline.rehearsal.local_aws.invocation import FunctionVersion, Outcome, Refused
from pipeline.rehearsal.local_aws.permissions import may_invoke
from pipeline.rehearsal.local_aws.sandbox import Sandbox
from pipeline.rehearsal.local_aws.sandboxes import Sandboxes

LARGEST_REQUEST = 6 * 1024 * 1024
LARGEST_EVENT = 1024 * 1024


class Invoker:
    """Runs functions that moto's Lambda knows, in sandboxes of ours."""

    def __init__(
        self,
        functions: FunctionBackend,
        sandboxes: Sandboxes,
        faults: Faults,
        retry_delays: Sequence[float],
    ) -> None:
        """`retry_delays` are the seconds between the attempts at an asynchronous invocation that failed."""
        self._functions = functions
        self._sandboxes = sandboxes
        self._faults = faults
        self._retry_delays = retry_delays
        self._under_way: set[Future[Outcome]] = set()
        self._closed = threading.Event()

    def find(self, name: FunctionName) -> FunctionVersion:
        """
        Return what a name means now.

        Raises Refused when there is no such function, version or alias.
        """
        try:
            function = self._functions.get_function(name.name, name.qualifier)
        except LambdaClientError as error:
            raise Refused(error.code, error.error_type, error.message) from error
        return _version(function)

    def invoke(self, name: FunctionName, payload: bytes = b"", client_context: str | None = None) -> Outcome:
        """
        Run a function now and return what came of it.

        Raises Refused when Lambda would not run it: unknown, too large or no JSON, or throttled.
        """
        return self.start(name, payload, client_context).result()

    def may_be_invoked(self, name: FunctionName, service: str, source_arn: str) -> bool:
        """Whether the policy of a function, version or alias lets a service invoke it for a resource."""
        try:
            policy = self._functions.policy(name)
        except LambdaClientError:
            return False
        return may_invoke(policy, service, source_arn, self._functions.account_id)

    def start(self, name: FunctionName, payload: bytes = b"", client_context: str | None = None) -> Future[Outcome]:
        """Run a function now, without waiting for it; what `invoke` would raise is in the future."""

        def work() -> Outcome:
            _require_json(payload, LARGEST_REQUEST)
            return self._run(name, payload, client_context)

        return self._in_background(f"invoke-{name}", work)

    def invoke_later(
        self, name: FunctionName, payload: bytes = b"", client_context: str | None = None
    ) -> Future[Outcome]:
        """
        Queue an event, as Lambda does for invocations of type Event, and return what will come of it.

        A failed one is tried again, by default twice. What a name means is looked up at each attempt.
        Raises Refused when Lambda would not queue it.
        """
        _require_json(payload, LARGEST_EVENT)
        self.find(name)
        return self._in_background(f"event-{name}", lambda: self._attempts(name, payload, client_context))

    def settle(self, seconds: float | None = None) -> bool:
        """Wait until no invocation is under way or queued, at most so long; return whether none is."""
        return not wait_for(list(self._under_way), timeout=seconds).not_done

    def close(self) -> None:
        self._closed.set()
        self._sandboxes.close()

    def _attempts(self, name: FunctionName, payload: bytes, client_context: str | None) -> Outcome:
        outcome = self._run(name, payload, client_context)
        for delay in self._retry_delays[: self._functions.retries(name)]:
            if not outcome.failed or self._closed.wait(delay):
                break
            outcome = self._run(name, payload, client_context)
        return outcome

    def _run(self, name: FunctionName, payload: bytes, client_context: str | None) -> Outcome:
        version = self.find(name)
        limit = version.reserved_concurrency
        if limit is not None and self._sandboxes.busy_with(version.name) >= limit:
            raise Refused(429, "TooManyRequestsException", "Rate Exceeded.")
        with self._sandboxes.one_for(version) as sandbox, self._harmed(version.name, sandbox):
            return sandbox.run(payload or b"{}", version.arn_as(name.qualifier), client_context)

    def _in_background(self, thread: str, work: Callable[[], Outcome]) -> Future[Outcome]:
        """An executor would do, but for its threads: Python waits for them when it exits."""
        future: Future[Outcome] = Future()
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it.
                future.set_exception(error)

        threading.Thread(target=run, name=thread, daemon=True).start()
        return future

    @contextmanager
    def _harmed(self, function: str, sandbox: Sandbox) -> Iterator[None]:
        fault = self._faults.take(function, Harm.KILL_SANDBOX, Harm.FREEZE_SANDBOX)
        timers = _timers(fault, sandbox) if fault else []
        for timer in timers:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()
                timer.join()  # One that fired just now must not come after the thaw.
            if fault:
                sandbox.thaw()


def _timers(fault: Fault, sandbox: Sandbox) -> list[threading.Timer]:
    if fault.harm is Harm.KILL_SANDBOX:
        return [threading.Timer(fault.after, sandbox.kill)]
    return [
        threading.Timer(fault.after, sandbox.freeze),
        threading.Timer(fault.after + fault.duration, sandbox.thaw),
    ]


def _version(function: LambdaFunction) -> FunctionVersion:
    concurrency = function.reserved_concurrency
    return FunctionVersion(
        name=function.function_name,
        version=str(function.version),
        arn=function.function_arn,
        region=function.region,
        handler=function.handler or "",
        runtime=function.run_time or "",
        timeout=float(function.timeout),
        memory=int(function.memory_size),
        environment=dict(function.environment_vars),
        code_sha256=base64.b64decode(function.code_sha_256).hex(),
        code=function.code_bytes,
        reserved_concurrency=None if concurrency is None else int(concurrency),
    )


def _require_json(payload: bytes, largest: int) -> None:
    if len(payload) > largest:
        raise Refused(
            413,
            "RequestTooLargeException",
            f"Request must be smaller than {largest} bytes for the InvokeFunction operation",
        )
    try:
        json.loads(payload or b"{}")
    except ValueError as error:
        raise Refused(
            400, "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error
