"""
Reads revisions and puts the source and SQL rules to them, many at once where there are many.

A fault of ours in one rule, or in reading one file, must not swallow what all others have to say: each is caught
where it happens, and told by name.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipeline.review.checking import check_source, check_sql
from pipeline.review.directory import NotARevision, parse_revision
from pipeline.review.finding import Direction, Finding, NotAnalysed, Phase
from pipeline.review.lineage import forget, remember
from pipeline.review.reading.observed import Seen, complete
from pipeline.review.reading.read import read_script
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from pipeline.review.rule import Rule, all_rules
from pipeline.review.source_text import NotPython, decode
from pipeline.review.squawk import ask_squawk
from pipeline.review.squawk_rules import SQUAWK_RULES

MANY = 24
"""From how many revisions on other processes are worth the second that it takes to start them."""
_GROUP = 16
"""How many files a process gets at once: squawk is started for each group."""


@dataclass(frozen=True)
class Questions:
    """What is asked of each revision: plain values, so that another process can be asked."""

    phases: tuple[Phase, ...]
    rules: frozenset[str]
    postgresql_version: int = 18
    seen: Mapping[tuple[Path, Direction], tuple[Seen, ...]] = field(default_factory=dict)
    """What each direction of a file was seen to send, where revisions were run."""


@dataclass
class Answer:
    """What was found in one file, what could not be followed there, and which part of the review broke on it."""

    file: Path
    findings: list[Finding] = field(default_factory=list)
    not_analysed: list[NotAnalysed] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def broke(self, what: str, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        why = f"{what} broke on {self.file}: {error!r}{where}. This is a fault of the review, not an answer."
        self.failures.append(why)
        self.not_analysed.append(NotAnalysed(self.file, 1, why))


class Examination:
    """
    The questions put to each file. Entered with `beside`, few files are read by another process meanwhile.

    `now` reads them where that is not so; `answers` has an answer for each file, in their order.
    """

    def __init__(self, files: Sequence[Path], questions: Questions, say: Callable[[str], None]) -> None:
        """`say` is told now and then how far it is."""
        self._files, self._questions, self._say = files, questions, say
        self._begun: tuple[ProcessPoolExecutor, Future[list[Answer]]] | None = None

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Read in another process while the block lasts, where that costs no start: which is to be had only now."""
        forget()
        if not 0 < len(self._files) < MANY or not _safe_to_fork():
            yield
            return
        with _pool(1) as pool:
            self._begun = pool, pool.submit(examine, self._files, self._questions)
            yield

    @cached_property
    def answers(self) -> list[Answer]:
        if self._begun is None:
            return examine_all(self._files, self._questions, self._say)
        pool, begun = self._begun
        try:
            return begun.result()
        except BrokenProcessPool:
            pool.shutdown()
            return list(_each_alone(self._files, self._questions))

    def now(self) -> None:
        """Have the answers when this returns, unless they are looked for beside."""
        if self._begun is None:
            _ = self.answers


def examine_all(files: Sequence[Path], questions: Questions, say: Callable[[str], None]) -> list[Answer]:
    """Return an answer for each file, in their order; `say` is told now and then how far it is."""
    forget()
    if len(files) < MANY:
        return examine(files, questions)
    answers: dict[Path, Answer] = {}
    for answer in _in_processes(files, questions):
        answers[answer.file] = answer
        say(f"Read {len(answers)} of {len(files)} revisions.")
    return [answers[file] for file in files]


def examine(files: Sequence[Path], questions: Questions) -> list[Answer]:
    """Read each file and put the questions to it; squawk is asked once, about all of them."""
    answers = {file: Answer(file) for file in files}
    scripts: list[Script] = []
    for file, answer in answers.items():
        try:
            revision = parse_revision(file, decode(file.read_bytes()))
        except (NotPython, NotARevision, OSError) as error:
            answer.broke("Reading it a second time", error)
            continue
        _examine(revision, questions, answer)
        scripts += revision.scripts.values()
    if Phase.SQL in questions.phases:
        _ask_squawk(scripts, questions, answers)
    return list(answers.values())


def _ask_squawk(scripts: list[Script], questions: Questions, answers: dict[Path, Answer]) -> None:
    rules = [rule for rule in SQUAWK_RULES if rule.name in questions.rules]
    try:
        said = ask_squawk(scripts, rules, questions.postgresql_version)
    except Exception as error:  # noqa: BLE001 - without squawk, ours still have to be told.
        next(iter(answers.values())).broke("squawk", error)
        return
    for finding in said.findings:
        answers[finding.file].findings.append(finding)
    for one in said.not_analysed:
        answers[one.file].not_analysed.append(one)


def _examine(revision: Revision, questions: Questions, answer: Answer) -> None:
    _read(revision, questions, answer)
    rules = [rule for rule in all_rules() if rule.name in questions.rules]
    for phase, check in ((Phase.SOURCE, check_source), (Phase.SQL, check_sql)):
        if phase in questions.phases:
            for rule in rules:
                _ask(rule, check, revision, answer)


def _read(revision: Revision, questions: Questions, answer: Answer) -> None:
    for direction in Direction:
        try:
            script = read_script(revision, direction, questions.postgresql_version)
        except Exception as error:  # noqa: BLE001 - whatever broke here, the other files have to be read.
            answer.broke(f"Reading {direction}()", error)
            continue
        if script is not None:
            if (seen := questions.seen.get((revision.file, direction))) is not None:
                complete(script, seen, questions.postgresql_version)
            revision.keep(script)
            answer.not_analysed.extend(one for one in script.not_analysed if one not in answer.not_analysed)
    if not questions.seen:  # What others are told of it must not depend on which process has run which revision.
        remember(revision)


def _ask(
    rule: Rule, check: Callable[[Revision, Iterable[Rule]], Iterator[Finding]], revision: Revision, answer: Answer
) -> None:
    try:
        answer.findings.extend(check(revision, [rule]))
    except Exception as error:  # noqa: BLE001 - whatever broke in one rule, the others have to be asked.
        answer.broke(f"The rule {rule.name}", error)


def _in_processes(files: Sequence[Path], questions: Questions) -> Iterator[Answer]:
    """Answers as they come; those files that a process died on are tried once more, each alone, to be named."""
    unanswered: list[Path] = []
    groups = [files[start : start + _GROUP] for start in range(0, len(files), _GROUP)]
    with _pool(_processors()) as pool:
        waiting = {pool.submit(examine, group, questions): group for group in groups}
        for done in as_completed(waiting):
            try:
                yield from done.result()
            except BrokenProcessPool:
                unanswered += waiting[done]
    yield from _each_alone(unanswered, questions)


def _each_alone(files: Sequence[Path], questions: Questions) -> Iterator[Answer]:
    for file in files:
        with _pool(1) as pool:
            try:
                yield from pool.submit(examine, [file], questions).result()
            except BrokenProcessPool as error:
                answer = Answer(file)
                answer.broke("The process that read it died, and reading", error)
                yield answer


def _pool(processes: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("fork" if _safe_to_fork() else "spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_settle_in)


def _safe_to_fork() -> bool:
    """A forked process need not import everything again; but what another thread holds then, is held there for ever."""
    return sys.platform == "linux" and threading.active_count() == 1


def _settle_in() -> None:
    """Collect less garbage, and leave what is to be said of a Ctrl-C, which reaches all of us, to who started us."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(1))
    # Syntax trees are many small objects that live for long: looking through them was a sixth of the time.
    gc.freeze()
    gc.set_threshold(100_000)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
