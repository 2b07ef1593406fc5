"""
What a job knows while its steps run: environment, path, outputs so far, and whether it is still well.

`success()` and its kin ask here. Being cancelled weighs more than having failed and is never lifted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from uuid import uuid4

from pipeline.workflows.document import Job, Step
from pipeline.workflows.expressions import CaseSensitive, Value, to_text
from pipeline.workflows.expressions.evaluator import Functions
from pipeline.workflows.file_hashes import hash_files
from pipeline.workflows.masking import Masker
from pipeline.workflows.processes import Processes
from pipeline.workflows.results import Result, StepRun
from pipeline.workflows.setting import Setting


class JobState:
    def __init__(self, setting: Setting, job: Job, needs: Mapping[str, Value]) -> None:
        self.setting = setting
        self.job = job
        self.folder = setting.folder / job.id
        self.temp = self.folder / "temp"
        self.temp.mkdir(parents=True)
        self.masker = Masker(setting.secrets.values())
        self.processes = Processes(
            setting.cancellation, f"github_{uuid4()}", setting.patience.after_signal, setting.watch
        )
        self.env: dict[str, str] = {}
        self.path: list[str] = []  # What was added last comes first in PATH.
        self.services: dict[str, Value] = {}
        self.status: Result = "success"
        self.deadline = float("inf")
        self._last_moment = float("inf")
        # A job that starts although the run was cancelled was meant to: to it the request is history.
        self._heeds_requests = not setting.cancellation.requested
        self._needs = needs
        self._steps: dict[str, Value] = {}

    def contexts(self, env: Mapping[str, str] | None = None) -> dict[str, Value]:
        """Return what an expression in a step sees; `env` is the step's own."""
        return {
            **self.setting.contexts(),
            "github": {**self.setting.github, "job": self.job.id},
            "needs": self._needs,
            "steps": self._steps,
            "env": CaseSensitive({**self.env, **(env or {})}),
            "runner": self.setting.runner_context(self.temp),
            "job": {"status": self.status, "services": self.services},
        }

    def functions(self) -> Functions:
        return {
            "success": lambda: self.status == "success",
            "failure": lambda: self.status == "failure",
            "cancelled": lambda: self.status == "cancelled",
            "always": lambda: True,
            "hashfiles": lambda *patterns: hash_files(self.setting.workspace, patterns),
        }

    def record(self, step: Step, run: StepRun) -> None:
        """Let later steps see `run`, and the job's status follow from it."""
        if step.id:
            self._steps[step.id] = {
                "outputs": dict(run.outputs),
                "outcome": run.outcome,
                "conclusion": run.conclusion,
            }
        if run.conclusion == "failure":
            self.fail()

    def fail(self) -> None:
        if self.status == "success":
            self.status = "failure"

    def add_path(self, folder: str) -> None:
        self.path = [folder, *(other for other in self.path if other != folder)]

    def notice_cancellation(self) -> bool:
        """Become cancelled if the run is, or if the job's time is over; return whether it is cancelled."""
        if self.status != "cancelled" and (
            (self._heeds_requests and self.setting.cancellation.requested) or time.monotonic() >= self.deadline
        ):
            self.status = "cancelled"
            self._last_moment = time.monotonic() + self.setting.patience.after_cancel
        return self.status == "cancelled"

    @property
    def next_moment(self) -> float:
        """When, by the monotonic clock, the job must end what it does now, whatever that is."""
        return self._last_moment if self.status == "cancelled" else self.deadline

    def must_end(self) -> bool:
        """Whether even steps that run after a cancellation have had their time."""
        return time.monotonic() >= self._last_moment

    def why_cancelled(self) -> str:
        if self.setting.cancellation.requested:
            return "The operation was canceled."
        minutes = to_text(self.job.timeout_minutes.render(self.contexts()))
        return f"The job has exceeded the maximum execution time of {minutes} minutes."
