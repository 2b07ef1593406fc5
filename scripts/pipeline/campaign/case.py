"""
One harm at one boundary: what was true right after it, what finished the deploy, and what is true in the end.

A harm that an invocation survives hits its answer: botocore then sends the same event again, and so does this. One that
it does not survive is followed by what a person does, which is to run the deploy again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from pipeline.campaign.deploy import BOUNDARIES, IDS, Boundary
from pipeline.campaign.lane import Answer, Lane, wait_until
from pipeline.campaign.state import State, look
from pipeline.errors import CouldNotAnswer

_AFTER = 2.5
_FROZEN_SECONDS = 30.0
"""Longer than the next run takes to take over: 10 s of silence end the mutex's session, 5 s later what it left."""
_USUAL, _SHORT = (900, 60), (31, 8)
"""The function's time-out, of which the entry point keeps 20 s for itself, and a revision's budget."""


class Harm(Enum):
    """What happens to an invoke."""

    DROPPED = "connection dropped"
    ERROR_500 = "HTTP 500"
    TIMED_OUT = "time-out"
    FROZEN = "sandbox frozen"
    KILLED = "sandbox killed"


@dataclass(frozen=True)
class Case:
    harm: Harm
    boundary: Boundary

    def __str__(self) -> str:
        return f"{self.harm.value}, when {self.boundary.name}"


@dataclass
class Result:
    """What came of a case: outcomes are per revision; `problems` is empty when all is as it has to be."""

    case: Case
    after: tuple[str, ...] = ()
    ledger: tuple[str, ...] = ()
    finished_by: str = ""
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def all_cases() -> list[Case]:
    """Every harm at every boundary; a time-out cannot meet a statement, which the server ends before."""
    return [
        Case(harm, boundary)
        for boundary in BOUNDARIES
        for harm in Harm
        if not (harm is Harm.TIMED_OUT and boundary.gate is None)
    ]


def run_case(lane: Lane, case: Case) -> Result:
    """Run one case on a free lane. Raises CouldNotAnswer when the harm did not meet the boundary."""
    began = time.monotonic()
    result = Result(case)
    lane.prepare(*(_SHORT if case.harm is Harm.TIMED_OUT else _USUAL))
    lane.shut(case.boundary)
    with ThreadPoolExecutor(2) as threads, _opened_at_last(lane, case):
        if case.harm in (Harm.DROPPED, Harm.ERROR_500):
            _lose_the_answer(lane, case, threads, result)
        elif case.harm is Harm.FROZEN:
            _freeze(lane, case, threads, result)
        else:
            _end_the_process(lane, case, threads, result)
    _judge_the_end(lane, result)
    result.seconds = time.monotonic() - began
    return result


@contextmanager
def _opened_at_last(lane: Lane, case: Case) -> Iterator[None]:
    """Let everybody go, however the block ends."""
    try:
        yield
    finally:
        lane.open(case.boundary)


def _lose_the_answer(lane: Lane, case: Case, threads: ThreadPoolExecutor, result: Result) -> None:
    with _harmed(lane, case):
        lost = lane.upgrade(1)
    if not lost.error:
        result.problems.append("an answer came back all the same")
    _insist_on_place(lane, case)
    _judge_the_moment(lane, result, alive=True)
    again = threads.submit(lane.upgrade, 1)
    wait_until(lambda: again.done() or lane.sessions("lock") > 1, "The second copy of the invoke")
    lane.open(case.boundary)
    _note_answer_again(result, again.result())


def _end_the_process(lane: Lane, case: Case, threads: ThreadPoolExecutor, result: Result) -> None:
    with _harmed(lane, case):
        dead = threads.submit(lane.upgrade, 1)
        wait_until(lambda: lane.is_at(case.boundary) or dead.done(), f"That {case.boundary.name}")
        ended = dead.result()
    expected = "Task timed out" if case.harm is Harm.TIMED_OUT else "signal: killed"
    if expected not in (ended.error or ""):
        raise CouldNotAnswer(f"{case}: it ended otherwise: {ended}")
    _insist_on_place(lane, case)
    lane.open(case.boundary)
    wait_until(lambda: lane.sessions("") == 0, "The end of a dead client's sessions")
    _judge_the_moment(lane, result, alive=False)
    _note_next_deploy(result, lane.upgrade(2), "the next deploy")


def _freeze(lane: Lane, case: Case, threads: ThreadPoolExecutor, result: Result) -> None:
    with _harmed(lane, case):
        frozen: Future[Answer] = threads.submit(lane.upgrade, 1)
        began = time.monotonic()
        wait_until(lambda: lane.is_at(case.boundary) or frozen.done(), f"That {case.boundary.name}")
        time.sleep(
            max(0.0, began + _AFTER + 0.5 - time.monotonic())
        )  # The fault has a clock, and no event to wait for.
        lane.open(case.boundary)
        _judge_the_moment(lane, result, alive=True)
        _note_next_deploy(result, lane.upgrade(2), "the next deploy, beside the frozen one")
        before = look(lane.url)
        if frozen.done():
            result.problems.append("the frozen invocation was over before the next deploy was")
        frozen.result()
    after = look(lane.url)
    if (after.steps, after.applied) != (before.steps, before.applied):
        result.problems.append(f"what was frozen changed something when it woke up: {before} became {after}")


@contextmanager
def _harmed(lane: Lane, case: Case) -> Iterator[None]:
    faults, name = lane.machine.aws.faults, lane.name
    match case.harm:
        case Harm.DROPPED:
            fault = faults.drop_connection(after=_AFTER, function=name)
        case Harm.ERROR_500:
            fault = faults.answer_500(after=_AFTER, function=name)
        case Harm.KILLED:
            fault = faults.kill_sandbox(after=_AFTER, function=name)
        case Harm.FROZEN:
            fault = faults.freeze_sandbox(for_=_FROZEN_SECONDS, after=_AFTER, function=name)
        case Harm.TIMED_OUT:
            yield  # Lambda does it by itself.
            return
    with fault:
        yield


def _insist_on_place(lane: Lane, case: Case) -> None:
    if case.boundary.gate is not None and not lane.is_at(case.boundary):
        raise CouldNotAnswer(f"{case}: the upgrade had not come there in {_AFTER:g} s; this machine is too busy.")


def _judge_the_moment(lane: Lane, result: Result, *, alive: bool) -> None:
    """Look at what is true while nothing moves, and compare what the function's own status says."""
    state = look(lane.url)
    result.after = tuple(_told(state, revision, number, alive=alive) for number, revision in enumerate(IDS))
    result.problems += state.contradictions()
    status = lane.invoke("run.run_migration_status").value
    interrupted = [one["revision"] for one in status["interrupted"]]
    if status["pending"] != list(IDS[state.applied :]):
        result.problems.append(f"the status says that {status['pending']} are pending, applied are {state.applied}")
    if interrupted != ([] if alive else state.begun):
        result.problems.append(f"the status says that {interrupted} were interrupted, begun were {state.begun}")


def _judge_the_end(lane: Lane, result: Result) -> None:
    wait_until(lambda: lane.sessions("") == 0, "The end of all sessions of the engine")
    state = look(lane.url)
    result.ledger = tuple(", ".join(state.outcomes(revision)) for revision in IDS)
    result.problems += [*state.contradictions(), *(f"there is {one}" for one in state.left)]
    if (state.applied, state.effects) != (len(IDS), (True, True, True)):
        result.problems.append(f"the deploy is not finished: {state}")


def _note_answer_again(result: Result, answer: Answer) -> None:
    """The first invoke is alive, and what was sent again gets its answer: nothing is done twice."""
    if answer.error or not answer.value.get("repeated") or answer.value["applied"] != list(IDS):
        result.problems.append(f"the same invoke, sent again, was answered with {answer}")
    result.finished_by = "itself; sent again, it got the same answer"


def _note_next_deploy(result: Result, answer: Answer, by: str) -> None:
    """What was not applied is applied now, and nothing else."""
    left = list(IDS[result.after.count("applied") :])
    if answer.error or answer.value["applied"] != left:
        result.problems.append(f"{by} was to apply {left} and was answered with {answer}")
    result.finished_by = by if left else f"nobody: all was applied, and {by} found that"


def _told(state: State, revision: str, number: int, *, alive: bool) -> str:
    if number < state.applied:
        return "applied"
    if revision in state.begun:
        return "under way" if alive else "cut off"
    return "not begun"
