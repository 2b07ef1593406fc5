"""A workspace, one call that writes a workflow file and runs it, and a way to see that processes ended."""

from __future__ import annotations

import os
import select
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from pipeline.workflows import Event, Workflow, WorkflowRun, load_workflow, run_workflow


class Load(Protocol):
    def __call__(self, text: str) -> Workflow: ...


class Run(Protocol):
    def __call__(self, text: str, **settings: Any) -> WorkflowRun: ...


class Lifeline:
    """
    Tells when every process that held it has ended.

    A script takes hold with `exec 9> lifeline`, and what it starts inherits that. A pipe whose writers are
    all gone is at its end, so that nothing need be asked for again and again.
    """

    def __init__(self, workspace: Path) -> None:
        self._answer = workspace / "answer"
        os.mkfifo(workspace / "lifeline")
        os.mkfifo(self._answer)
        self._reader = os.open(workspace / "lifeline", os.O_RDONLY | os.O_NONBLOCK)

    def all_let_go(self) -> bool:
        """Whether somebody took hold and nobody holds it 5 seconds from now at the latest."""
        ended, _, _ = select.select([self._reader], [], [], 5)
        return bool(ended) and os.read(self._reader, 1) == b""

    def answer(self, text: str) -> None:
        """Let a script that reads the file `answer` go on."""
        self._answer.write_text(f"{text}\n")

    def close(self) -> None:
        os.close(self._reader)


@pytest.fixture
def lifeline(workspace: Path) -> Iterator[Lifeline]:
    lifeline = Lifeline(workspace)
    yield lifeline
    lifeline.close()


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
