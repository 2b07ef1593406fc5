"""What is the same for every job of a run: what the caller gave, and what follows from it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.workflows.cancellation import Cancellation
from pipeline.workflows.document import Workflow
from pipeline.workflows.expressions import Value
from pipeline.workflows.observer import Observer
from pipeline.workflows.overrides import Overrides
from pipeline.workflows.results import StepIdentity
from pipeline.workflows.stand_ins import ServiceStandIn, StandIn


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds; the defaults are GitHub's."""

    after_cancel: float = 300  # For all steps of a job that run although it was cancelled.
    after_signal: float = 7.5  # For a process to obey SIGINT, and then SIGTERM.


@dataclass(frozen=True)
class Setting:
    workflow: Workflow
    workspace: Path
    environment: Mapping[str, str]
    stand_ins: Mapping[str, StandIn]
    services: Mapping[str, ServiceStandIn]
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    inputs: Mapping[str, Value]
    github: Mapping[str, Value]
    overrides: Overrides
    observer: Observer
    before_step: Callable[[StepIdentity], None]
    cancellation: Cancellation
    patience: Patience
    watch: Callable[[int], None]
    folder: Path  # Temporary; holds all that the run writes beside the workspace.
    event_file: Path

    def in_own_workspace(self, job: str) -> Setting:
        """The same for a job that begins in an empty folder, as each does on GitHub."""
        folder = self.workspace / job
        folder.mkdir(parents=True)
        return replace(self, workspace=folder, github={**self.github, "workspace": str(folder)})

    def contexts(self) -> dict[str, Value]:
        """Return the contexts that every expression may use, and `secrets`."""
        return {
            "github": self.github,
            "inputs": self.inputs,
            "vars": self.variables,
            "secrets": {"GITHUB_TOKEN": "", **self.secrets},
        }

    def runner_context(self, temp: Path) -> dict[str, Value]:
        machine = platform.machine().lower()
        return {
            "name": "here",
            "os": {"Darwin": "macOS"}.get(platform.system(), platform.system()),
            "arch": {"x86_64": "X64", "amd64": "X64", "aarch64": "ARM64", "arm64": "ARM64"}.get(machine, machine),
            "temp": str(temp),
            "tool_cache": str(self.folder / "tool-cache"),
            "environment": "self-hosted",
            "workspace": str(self.workspace),
        }
