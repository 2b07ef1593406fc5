"""
Processes that migrate, to be killed and frozen: each is forked from one that has everything imported.

Reads jobs from standard input, a JSON object a line, and answers each with the pid of the process that does it. A job
can be stopped at gates, before or after any function of the engine, and from within a revision; what comes of it is
written to a file. Nothing in the engine knows of this.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from yt_pubsub_handler import db_utils, status
from yt_pubsub_handler.migration.errors import MigrationError

RUN = Path(__file__).resolve().parents[4] / "run.py"


class Context:
    """What Lambda hands in, with as much time left as the job says."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self._until - time.monotonic()) * 1000)


def pass_gate(folder: Path, name: str) -> None:
    """Say that somebody stands here, and wait until the gate is opened."""
    (folder / f"{name}.reached").touch()
    while not (folder / f"{name}.open").exists():
        time.sleep(0.01)


def replace(path: str, make: Callable[[Any], Any]) -> None:
    """Put `make(what is there)` where the dotted `path` leads, below the migration package."""
    names = path.split(".")
    holder: Any = importlib.import_module(f"yt_pubsub_handler.migration.{names[0]}")
    for name in names[1:-1]:
        holder = getattr(holder, name)
    setattr(holder, names[-1], make(getattr(holder, names[-1])))


def _tell_waiting(told: Path, sleep: Callable[[float], None]) -> Callable[[float], None]:
    """What waits sleeps between two looks: then there is something to be told, and told it is."""

    def telling(seconds: float) -> None:
        told.touch()
        sleep(seconds)

    return telling


def _return(value: Any, _: Any) -> Any:
    return value


def put_gate(gate: str, folder: Path) -> None:
    """`gate` is "before" or "after", and the path of a function: "after ledger.Ledger.begin_step"."""
    when, path = gate.split()

    def make(function: Callable[..., Any]) -> Callable[..., Any]:
        def gated(*arguments: Any, **keywords: Any) -> Any:
            if when == "before":
                pass_gate(folder, gate)
            answer = function(*arguments, **keywords)
            if when == "after":
                pass_gate(folder, gate)
            return answer

        return gated

    replace(path, make)


def load_run(job: dict[str, Any]) -> ModuleType:
    """Import run.py as a container does, for the job's database and its folder of revisions."""
    os.environ.pop("AWS_LAMBDA_FUNCTION_NAME", None)
    os.environ["DATABASE_URL"] = job["database_url"]
    spec = importlib.util.spec_from_file_location("run", RUN)
    if spec is None or spec.loader is None:
        raise ImportError(f"{RUN} is not there")
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    extension = run.app.extensions["migrate"]
    extension.directory = extension.migrate.directory = job["migrations"]
    return run


def do(job: dict[str, Any]) -> dict[str, Any]:
    folder = Path(job["folder"])
    sys.modules["gates"] = gates = ModuleType("gates")
    vars(gates)["pass_gate"] = lambda name: pass_gate(folder, name)
    run = load_run(job)
    for path, value in job["values"].items():
        replace(path, partial(_return, value))
    for gate in job["gates"]:
        put_gate(gate, folder)
    replace("mutex.time.sleep", partial(_tell_waiting, folder / "waits"))
    function = getattr(run, job["function"])
    try:
        answer = function(job["event"], Context(job["seconds"]))
    except Exception as error:  # noqa: BLE001 - it is told, not swallowed.
        code = error.code if isinstance(error, MigrationError) else None
        return {"error": str(error), "code": code, "type": type(error).__name__}
    return {"result": answer, "printed": str(answer)}


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    assert db_utils and status  # noqa: PT018 - imported before the fork, so that the children need not.
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            answer = json.dumps(do(job))
            written = Path(job["folder"]) / "answer.part"
            written.write_text(answer)
            written.rename(Path(job["folder"]) / "answer")
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
