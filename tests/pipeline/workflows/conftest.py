"""A workspace, and one call that writes a workflow file and runs it."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import Any, Protocol

import pytest

from pipeline.workflows import Event, Workflow, WorkflowRun, load_workflow, run_workflow


class Load(Protocol):
    def __call__(self, text: str) -> Workflow: ...


class Run(Protocol):
    def __call__(self, text: str, **settings: Any) -> WorkflowRun: ...


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load_text(text: str) -> Workflow:
        file = tmp_path / "workflow.yml"
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_workflow(file)

    return load_text


@pytest.fixture
def run(load: Load, workspace: Path) -> Run:
    """Runs a whole file, or, of text that begins with `- `, the steps of a job named `job`."""

    def run_text(text: str, **settings: Any) -> WorkflowRun:
        text = textwrap.dedent(text)
        if text.lstrip().startswith("- "):
            text = "on: push\njobs:\n  job:\n    runs-on: x\n    steps:\n" + textwrap.indent(text, " " * 6)
        settings = {"event": Event("push"), "environment": {"PATH": os.environ["PATH"]}, **settings}
        return run_workflow(load(text), workspace=workspace, **settings)

    return run_text
