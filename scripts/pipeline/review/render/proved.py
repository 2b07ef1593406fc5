"""What running showed of a revision, in the words that every format for people shares; nothing is escaped yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.review.render.lanes import WEIGHTS, lanes, time_of
from pipeline.review.render.summary import number_of

Told = Mapping[str, Any]
"""A part of the report's `live`, as review/proving/summary.py writes it."""
_DIRECTIONS = ("upgrade", "downgrade")


def revisions(live: Told) -> Sequence[Told]:
    return tuple(live.get("revisions", ()))


def passages(revision: Told) -> Iterator[tuple[str, Told]]:
    """The directions that were gone, by name."""
    return ((name, revision[name]) for name in _DIRECTIONS if revision[name] is not None)


def terms(live: Told) -> str:
    """On what: "PostgreSQL 18, 10,000 rows a table, against release abc"."""
    release = f", with {live['release']} in production" if live["release"] else ""
    return f"{live['server']}, {number_of(live['rows'], 'row')} a table{release}"


def what_it_does(passage: Told, most: int = 3) -> Iterator[str]:
    """How it changed the schema and rows, else what it sent."""
    done = [*passage["changes"], *passage["rows"]] or [one["sql"] for one in passage["statements"][:1]]
    yield from first_of(done, most) if done else iter(("sends nothing",))


def held(passage: Told, most: int = 4) -> Iterator[str]:
    """The locks for which somebody may wait, the worst first; how many more there were."""
    found = lanes(passage)
    waited_for = [lane for lane in found if lane.weight > 0]
    yield from (f"{lane.mode} on {lane.relation}, {time_of(lane.held)}" for lane in waited_for[:most])
    if more := waited_for[most:]:
        yield f"and {len(more):,} more that block"
    if harmless := len(found) - len(waited_for):
        yield f"{harmless:,} that {'blocks' if harmless == 1 else 'block'} nobody"


def is_reversible(revision: Told) -> bool | None:
    """None when no downgrade was tried."""
    return None if revision["restored"] is None else bool(revision["restored"])


def how_reversible(revision: Told) -> str:
    if is_reversible(revision) is None:
        return "not tried"
    if is_reversible(revision):
        return "yes"
    if revision["downgrade"]["failed"] is not None:
        return "no: its downgrade fails"
    different = len(revision["not_restored"])
    return f"no: {number_of(different, 'difference')} {'remains' if different == 1 else 'remain'}"


def is_calm(revision: Told) -> bool:
    """Tell whether there is nothing to say but that it was run."""
    return (
        revision["verdict"] == "safe"
        and all(passage["failed"] is None for _, passage in passages(revision))
        and is_reversible(revision) is True
        and not any((*sentences(revision, 1), *revision["lost_by_the_downgrade"]))
    )


def sentences(revision: Told, most: int = 5) -> Iterator[str]:
    """All that is no number: what failed, what stayed, what breaks, what was not tried."""
    for name, passage in passages(revision):
        if passage["failed"] is not None:
            yield f"The {name} failed: {passage['failed']}"
    yield from first_of([f"After the downgrade: {one}" for one in revision["not_restored"]], most)
    yield from first_of(list(map(_crash, (one for one in revision["crashes"] if not one["converged"]))), most)
    yield from first_of([f"Left invalid: index {one}" for one in revision["invalid_indexes"]], most)
    yield from first_of([f"The release in production breaks: {one}" for one in revision["broken"] or ()], most)
    yield from first_of([f"Not tried. {one}" for one in revision["untried"]], most)


def reassurances(revision: Told) -> Iterator[str]:
    """What went well where it might not have: silence would not tell it from what nobody tried."""
    crashes = revision["crashes"]
    if crashes and all(one["converged"] for one in crashes):
        where = ", ".join(str(one["after_commit"]) for one in crashes)
        yield f"Killed after commit {where} of {crashes[0]['commits']} and run again, it ended as it should."
    if revision["broken"] is not None and not revision["broken"]:
        yield "The release in production works on the new schema."


def _crash(crash: Told) -> str:
    where = f"Killed after commit {crash['after_commit']} of {crash['commits']} and run again, it"
    if crash.get("failed"):
        return f"{where} failed: {crash['failed']}"
    return f"{where} left another schema: {'; '.join(crash.get('differs', ())) or 'it differs'}"


def of_the_whole(live: Told, most: int = 5) -> Iterator[str]:
    """What is about all of them: as one command, against the models, and what else a reader has to know."""
    if together := live["together"]:
        yield from _together(together, most)
    if (drift := live["drift"]) is not None:
        yield from first_of([f"The models differ from the database: {one}" for one in drift], most)
        if not drift:
            yield "The models and the database are the same afterwards."
    yield from first_of(live["notes"], 20)


def _together(together: Told, most: int) -> Iterator[str]:
    if together["failed"] is not None:
        yield f"All of them as one command failed: {together['failed']}"
    if together["downgrade_failed"] is not None:
        yield f"All of them undone as one command failed: {together['downgrade_failed']}"
    yield from first_of([f"All of them as one command end otherwise: {one}" for one in together["differs"]], most)
    if not any((together["failed"], together["downgrade_failed"], together["differs"])):
        yield f"All of them as one command took {time_of(together['seconds'])} and end the same."


def first_of(said: Sequence[str], most: int) -> Iterator[str]:
    yield from said[:most]
    if len(said) > most:
        yield f"and {len(said) - most:,} more"


def longest_block(live: Told) -> str:
    """The lock of all revisions that somebody would have waited for longest; empty when there is none."""
    found = [lane for one in revisions(live) for _, passage in passages(one) for lane in lanes(passage) if lane.weight]
    if not found:
        return ""
    worst = max(found, key=lambda lane: (lane.held, WEIGHTS[lane.blocks]))
    return f"{worst.mode} on {worst.relation}, {time_of(worst.held)}"
