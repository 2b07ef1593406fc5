"""What running showed, for a terminal and a log at night: the numbers of what is not well, one line for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.review.render.lanes import lanes, time_of, worst_stalls
from pipeline.review.render.places import from_here
from pipeline.review.render.proved import (
    Told,
    first_of,
    how_reversible,
    is_calm,
    longest_block,
    of_the_whole,
    passages,
    revisions,
    sentences,
    terms,
)
from pipeline.review.render.summary import number_of
from pipeline.review.render.visible import in_one_line

_LONGEST = 300
_MOST_WITHDRAWN = 10


def lines(live: Told) -> Iterator[str]:
    """Return nothing when no revision was run; nothing in it is more than one line long."""
    if not (told := revisions(live)):
        return
    yield _short(f"Run on {terms(live)}:")
    for revision in told:
        if not is_calm(revision):
            yield from _revision(revision)
    if calm := sum(map(is_calm, told)):
        longest = longest_block({"revisions": [one for one in told if is_calm(one)]})
        blocked = f"; the longest lock that blocks: {longest}" if longest else "; nobody had to wait"
        yield _short(f"  {number_of(calm, 'revision')} safe and reversible{blocked}")
    yield from (_short(f"  {said}") for said in _worth_saying(live))
    yield from _withdrawn(live)


def _worth_saying(live: Told) -> Iterator[str]:
    """That all went well together is for the page; a log at night tells what did not."""
    together, drift = live["together"], live["drift"]
    fine = together and not any((together["failed"], together["downgrade_failed"], together["differs"]))
    yield from of_the_whole({**live, "together": None if fine else together, "drift": drift or None})


def _revision(revision: Told) -> Iterator[str]:
    yield _short(
        f"  {from_here(Path(revision['file']))}: {revision['verdict']}; reversible: {how_reversible(revision)}"
    )
    for name, passage in passages(revision):
        yield _short(f"    {name}: {'; '.join(_measured(passage))}")
    lost = revision["lost_by_the_downgrade"]
    yield from (_short(f"    lost by the downgrade: {one}") for one in first_of(lost, 3))
    yield from (_short(f"    {said}") for said in sentences(revision, 3))


def _measured(passage: Told) -> Iterator[str]:
    yield time_of(passage["seconds"])
    if worst := [lane for lane in lanes(passage) if lane.weight]:
        more = f" and {len(worst) - 1:,} more" if worst[1:] else ""
        yield f"{worst[0].mode} on {worst[0].relation} for {time_of(worst[0].held)}{more}"
    for kind, (waited, relation) in worst_stalls(passage).items():
        if waited:
            yield f"{kind} of {relation} stalled {time_of(waited)}"


def _withdrawn(live: Told) -> Iterator[str]:
    said = [
        f"    {from_here(Path(one['file']))}:{one['line']}: {one['rule']} {one['subject']}: {one['why']}"
        for one in live["withdrawn"]
    ]
    if said:
        yield f"  {number_of(len(said), 'suspicion')} of reading refuted by running:"
        yield from map(_short, said[:_MOST_WITHDRAWN])
    if (more := len(said) - _MOST_WITHDRAWN) > 0:
        yield f"    and {more:,} more"


def _short(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return indent + in_one_line(line, _LONGEST)
