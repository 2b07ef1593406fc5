"""
Takes commands as JSON lines on standard input and tells what was seen, one JSON object a line, where output went.

The project gets neither of the two: its printing goes to standard error, and reading tells it that there is nothing.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import IO, Any

from pipeline.review.running.inside.failures import describe
from pipeline.review.running.inside.projects import Commands, follow, start
from pipeline.review.running.inside.witness import Witness
from pipeline.review.running.models_inside import VERBS, tell

_TOLD = 87
"""The exit code of a child that has told the end of its run."""


def main() -> None:
    out, commands = _take_over()
    job = json.loads(commands.readline())
    follow(job["imports"])
    witness = Witness(job["versions"], out, commands, job["database"])
    try:
        witness.listen()
        project = start(job)
    except BaseException as error:  # noqa: BLE001 - whatever the project raises is what has to be told.
        witness.say({"refused": describe(error, witness.versions)})
        return
    witness.say({"ready": True})
    for line in commands:
        command = json.loads(line)
        if command["verb"] in VERBS:
            _tell_models(project, command, witness, out)
        elif command["die_at_commit"] is not None and _can_fork():
            _carry_out_in_a_child(project, command, witness)
        else:
            _carry_out(project, command, witness)


def _take_over() -> tuple[int, IO[bytes]]:
    """Keep the descriptors of standard output and input for us; children started by a revision do not get them."""
    out, commands = os.dup(1), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return out, commands


def _tell_models(project: Commands, command: dict[str, Any], witness: Witness, out: int) -> None:
    os.chdir(project.root)
    witness.expect(command["database"])
    tell(command["verb"], out, lambda: project.show(command["url"]), witness.rest)


def _can_fork() -> bool:
    """What another thread holds at a fork is held in the child for ever."""
    if sys.platform != "linux":
        return False
    return threading.active_count() == 1 and len(list(Path("/proc/self/task").iterdir())) == 1


def _carry_out_in_a_child(project: Commands, command: dict[str, Any], witness: Witness) -> None:
    """One that is to die dies as a copy of this process: to start the project anew takes longer than most runs."""
    child = os.fork()
    if child == 0:
        witness.move_in()
        _carry_out(project, command, witness)
        os._exit(_TOLD)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != _TOLD:
        witness.say({"died": code})


def _carry_out(project: Commands, command: dict[str, Any], witness: Witness) -> None:
    home = os.getpid()
    failure = None
    os.chdir(project.root)
    witness.begin(command["watch"], command["die_at_commit"], command["database"])
    try:
        project.run(command["verb"], command["target"], command["url"])
    except BaseException as error:  # noqa: BLE001 - the same; SystemExit is how Flask-Migrate fails.
        failure = describe(error, witness.versions)
    if os.getpid() != home:
        os._exit(0)  # A child that the revision forked has come all the way up here; the commands are its parent's.
    witness.end(failure)
