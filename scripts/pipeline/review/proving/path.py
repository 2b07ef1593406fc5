"""From where to where each revision is taken, and what has to be applied before the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.review.graph import Graph
from pipeline.review.revision import Revision


class Path:
    """`chosen` are proved, in the order in which they are applied; `before` is what stands when the first one comes."""

    def __init__(self, revisions: Iterable[Revision], chosen: Iterable[Revision]) -> None:
        self._graph = Graph(revisions, dependencies=True)
        order = self._graph.order
        self.chosen: Sequence[Revision] = sorted(chosen, key=lambda one: order[one.id])
        proved = {revision.id for revision in self.chosen}
        needed = self._graph.ancestors(*self.chosen)
        self._others = [
            self._graph.by_id[one] for one in sorted(needed - proved, key=order.__getitem__) if one in order
        ]
        self._applied: set[str] = set()

    def before(self, revision: Revision) -> Iterator[str]:
        """The revisions to upgrade to, so that all that `revision` follows is there: no more commands than needed."""
        missing = self._graph.ancestors(revision) - {revision.id} - self._applied
        tips = [one for one in self._others if one.id in missing]
        tips = [one for one in tips if not self._has_child(one, missing)]
        self._applied |= missing | {revision.id}
        return (one.id for one in tips)

    @property
    def ends_at_the_heads(self) -> bool:
        """Whether all revisions are applied after the last of them, so that the models can be compared."""
        applied = self._graph.ancestors(*self.chosen)
        return all(head.id in applied for head in self._graph.heads)

    def _has_child(self, revision: Revision, among: set[str]) -> bool:
        return any(child.id in among for child in self._graph.children[revision.id])

    def back(self, revision: Revision) -> str | None:
        """
        Where a downgrade of it goes; None for a merge, which is undone into several.

        Where a parent has several children, its bare id would take back all of them.
        """
        if len(revision.down) > 1:
            return None
        if revision.down:
            parent = revision.down[0]
            return parent if len(self._graph.children[parent]) == 1 else f"{revision.id}@{parent}"
        return "base" if len(self._graph.bases) == 1 else f"{revision.id}@base"

    def start(self) -> str | None:
        """Where a downgrade of all of them goes; None where that is not one place."""
        proved = {revision.id for revision in self.chosen}
        outside = {parent for revision in self.chosen for parent in revision.down if parent not in proved}
        roots = [revision for revision in self.chosen if not revision.down]
        if not outside and len(roots) == len(self._graph.bases) == 1:
            return "base"
        return next(iter(outside)) if len(outside) == 1 and not roots else None
