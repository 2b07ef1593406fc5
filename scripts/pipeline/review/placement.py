"""
New revisions that do not stand where the base branch ended: why there will be several heads, told before there are.

Three rules look at the same fault from three sides; here is decided which of them speaks, so that one does.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.review.graph import Graph
from pipeline.review.history import History
from pipeline.review.revision import Revision


@dataclass(frozen=True)
class Misplaced:
    """`revision` follows `parent` (None for nothing) where it should follow `wanted`."""

    revision: Revision
    parent: str | None
    wanted: Revision


def behind_the_base(history: History) -> list[Misplaced]:
    """New revisions that follow a merged one from which the base branch has gone on, and are not joined with that."""
    if history.base is None:
        return []
    base = _what_is_left_of_the_base(history)
    heads = {head.id for head in base.heads}
    found = []
    for revision in history.revisions:
        passed = [base.by_id[name] for name in revision.down if name in base.by_id and name not in heads]
        if revision.id in history.added and passed and not revision.labels:
            ahead = [head for head in base.heads if head.id in base.descendants(*passed)]
            if ahead and not _joined(history.graph, revision, ahead):
                found.append(Misplaced(revision, passed[0].id, ahead[-1]))
    return found


def other_beginnings(history: History) -> list[Misplaced]:
    """Revisions that follow nothing, carry no branch label, and never meet the line that most revisions are on."""
    graph = history.graph
    bases = [base for base in graph.bases if base.id not in history.unplaced]
    if len(bases) < 2:
        return []
    main = max(
        bases,
        key=lambda base: (base.id not in history.added, not _is_labelled(graph, base), len(graph.descendants(base))),
    )
    main_line = graph.descendants(main)
    ends = [head for head in graph.heads if head.id in main_line]
    return [
        Misplaced(base, None, ends[-1])
        for base in bases
        if ends and base is not main and not graph.descendants(base) & main_line and not _is_labelled(graph, base)
    ]


def competing_heads(history: History) -> list[list[Revision]]:
    """
    Heads that one `upgrade head` cannot choose between, in groups, without what the other rules tell already.

    Heads that can be asked for by different branch labels are a choice somebody made.
    """
    graph = history.graph
    if history.unplaced or not history.complete:
        return []
    told = [one.revision for one in (*behind_the_base(history), *other_beginnings(history))]
    told += [one for one in graph.by_id.values() if any(graph.find(name) is None for name in one.down)]
    told += [one for circle in graph.cycles for one in circle]
    explained = graph.descendants(*told)
    groups: dict[frozenset[str], list[Revision]] = {}
    for head in graph.heads:
        if head.id not in explained:
            groups.setdefault(graph.branch(head), []).append(head)
    return [heads for heads in groups.values() if len(heads) > 1]


def own_line(graph: Graph, head: Revision, others: list[Revision]) -> Revision:
    """The first revision that leads to `head` and to none of `others`: the one to be moved behind them."""
    line = graph.ancestors(head) - graph.ancestors(*others)
    return min((graph.by_id[identifier] for identifier in line), key=lambda revision: graph.order[revision.id])


def _what_is_left_of_the_base(history: History) -> Graph:
    """The base branch of today, without what this branch deleted: an undone revision is nobody's parent any more."""
    if history.base is None:
        return Graph(())
    here = {revision.id for revision in history.revisions}
    deleted = {identifier for identifier in history.base.texts if identifier not in here}
    return Graph(revision for revision in history.base.now.by_id.values() if revision.id not in deleted)


def _joined(graph: Graph, revision: Revision, ahead: list[Revision]) -> bool:
    """Whether a merge revision leads on from `revision` and from all of `ahead`."""
    wanted = {head.id for head in ahead} | {revision.id}
    return any(wanted <= graph.ancestors(head) for head in graph.heads)


def _is_labelled(graph: Graph, base: Revision) -> bool:
    return any(graph.by_id[identifier].labels for identifier in graph.descendants(base))
