"""
`make rehearse`, `make rehearse-rollback` and `make serve`: their words, their order, their endings.

0 is fine, 1 means that what was rehearsed would fail, 2 that the call's words are off, 3 that something was
missing here. Ctrl-C ends everything within seconds, with 130.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from pipeline.environment import CHECKOUT
from pipeline.errors import UsageError
from pipeline.keeper import Keeper
from pipeline.rehearsal import scenario
from pipeline.rehearsal.checkout import export
from pipeline.rehearsal.display import Display
from pipeline.rehearsal.machine import Machine, running_machine

_SERVING_SPEED = 10
"""Whoever tries it out does not wait five minutes for the schedule that asks the hub."""
_MODES = ("traffic", "traffic and schema")


def rehearse(arguments: list[str], repository: Path = CHECKOUT) -> None:
    """Rehearse the deployment of this checkout, on this machine."""
    words = _words(arguments)
    started = time.monotonic()
    with _terminating(), closing(Display(_console(), verbose=words.verbose)) as display, Keeper() as keeper:
        display.heading("Start")
        folder = keeper.folder("rehearsal")
        with display.step("Export what git tracks"):
            now = export(repository, None, folder / "now")
        for notice in now.notices():
            display.note(notice)
        before = scenario.look_back(repository, now, folder / "previous", words.from_ref, display)
        with running_machine(keeper, folder, now, display, words.port) as machine:
            scenario.deploy_first(machine, before)
            scenario.deploy(machine, with_tests=words.with_tests)
            if words.what == "rollback":
                _roll_back(machine, before)
            else:
                scenario.use(machine)
            scenario.look_for_secrets(machine)
            comparable = words.what != "rollback" and not words.with_tests
            scenario.report(machine, before, started, scenario.TARGET_SECONDS if comparable else None)
            if words.what == "serve":
                _serve(machine)


def _console() -> Console:
    # Where nobody looks at a screen, rich would assume one of 80 columns and wrap the table.
    return Console(width=None if sys.stdout.isatty() else 120)


def _roll_back(machine: Machine, before: scenario.Release) -> None:
    traffic, both = _MODES
    scenario.roll_back(machine, traffic, before)
    scenario.deploy(machine, lift_freeze=True)  # What was withdrawn can be deployed again.
    scenario.roll_back(machine, both, before)


def _serve(machine: Machine) -> None:
    outside = machine.outside
    machine.aws.clock.speed = _SERVING_SPEED
    people = [
        f"{name} ({', '.join(f'r/{place}' for place in sorted(places)) or 'the operator, who moderates nothing'})"
        for name, places in outside.reddit.people.items()
    ]
    machine.display.note(f"Serving at {machine.aws.url} (try {machine.aws.url}/status). Ctrl-C ends everything.")
    machine.display.note(f"Sign in as {', '.join(people)}. Link {' or '.join(outside.handles())}.")
    machine.display.note(f"Publish a video at {outside.hub.url} and see the post at {outside.reddit.url}")
    machine.display.note(f"Schedules run {_SERVING_SPEED} times as fast: the hub is asked within 30 s of a new link.")
    while True:
        signal.pause()


@contextmanager
def _terminating() -> Iterator[None]:
    """Let a closed terminal and a SIGTERM end everything in the same orderly way as Ctrl-C."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rehearse.py", description=rehearse.__doc__)
    parser.add_argument("what", nargs="?", choices=["deploy", "rollback", "serve"], default="deploy")
    parser.add_argument("--from", dest="from_ref", metavar="REF", help="the release to deploy first")
    parser.add_argument("--with-tests", action="store_true", help="run the workflow's tests as well")
    parser.add_argument("--port", type=int, default=0, help="API Gateway's port; by default any free one")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what every step prints")
    words = parser.parse_args(arguments)
    if not 0 <= words.port <= 65535:
        raise UsageError(f"--port {words.port}: ports go from 1 to 65535, and 0 takes any free one.")
    return words
