"""
Which revision follows which, when some are missing, twice there, or follow themselves.

Alembic's RevisionMap raises at the first such fault and names no file; this answers for whatever can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from pipeline.review.revision import Revision


class Graph:
    """
    The revisions of one directory at one time. A branch label stands for the revision that carries it.

    With `dependencies`, what is named by depends_on is followed like a down_revision.
    """

    def __init__(self, revisions: Iterable[Revision], *, dependencies: bool = False) -> None:
        self._dependencies = dependencies
        self.by_id: dict[str, Revision] = {}
        self.duplicates: list[tuple[Revision, Revision]] = []
        self.labelled: dict[str, Revision] = {}
        for revision in revisions:
            first = self.by_id.setdefault(revision.id, revision)
            if first is not revision:
                self.duplicates.append((first, revision))
                continue
            for label in revision.labels:
                self.labelled.setdefault(label, revision)

    def find(self, name: str) -> Revision | None:
        """The revision with that id or branch label."""
        return self.by_id.get(name) or self.labelled.get(name)

    def parents(self, revision: Revision) -> list[Revision]:
        names = (*revision.down, *revision.depends_on) if self._dependencies else revision.down
        return [parent for name in names if (parent := self.find(name))]

    @cached_property
    def children(self) -> dict[str, list[Revision]]:
        found: dict[str, list[Revision]] = {identifier: [] for identifier in self.by_id}
        for revision in self.by_id.values():
            for parent in self.parents(revision):
                found[parent.id].append(revision)
        return found

    @cached_property
    def heads(self) -> tuple[Revision, ...]:
        return tuple(revision for identifier, revision in self.by_id.items() if not self.children[identifier])

    @cached_property
    def bases(self) -> tuple[Revision, ...]:
        return tuple(revision for revision in self.by_id.values() if not revision.down)

    def ancestors(self, *revisions: Revision) -> set[str]:
        """The ids of all that these follow, themselves included."""
        return self._reached(revisions, self.parents)

    def descendants(self, *revisions: Revision) -> set[str]:
        """The ids of all that follow these, themselves included."""
        return self._reached(revisions, lambda revision: self.children[revision.id])

    @staticmethod
    def _reached(start: Iterable[Revision], step: Callable[[Revision], list[Revision]]) -> set[str]:
        seen: set[str] = set()
        waiting = list(start)
        while waiting:
            revision = waiting.pop()
            if revision.id not in seen:
                seen.add(revision.id)
                waiting.extend(step(revision))
        return seen

    def branch(self, head: Revision) -> frozenset[str]:
        """
        The branch labels that `head` can be asked by.

        As in Alembic, a label is that of all that follow its revision, and of what leads to it from where the branch
        began.
        """
        return frozenset(label for label, revision in self.labelled.items() if head.id in self._labelled_line(revision))

    def _labelled_line(self, revision: Revision) -> set[str]:
        line = self.descendants(revision)
        while len(parents := self.parents(revision)) == 1 and len(self.children[parents[0].id]) == 1:
            revision = parents[0]
            if revision.id in line:
                break
            line.add(revision.id)
        return line

    @cached_property
    def cycles(self) -> list[list[Revision]]:
        """Revisions that follow themselves, each circle once, in the order of their files."""
        return [
            [self.by_id[identifier] for identifier in self.by_id if identifier in circle] for circle in self._circles()
        ]

    def _circles(self) -> Iterator[set[str]]:
        """Strongly connected components with more than one member, or with a revision that follows itself."""
        left = self._on_a_path_between_ends()
        while left:
            start = self.by_id[next(identifier for identifier in self.by_id if identifier in left)]
            circle = self.ancestors(*self.parents(start)) & self.descendants(start)
            if start.id in circle:
                yield circle
            left -= circle | {start.id}

    def _on_a_path_between_ends(self) -> set[str]:
        """All revisions without those that can be taken off one by one from the first: what is left has circles."""
        count = {identifier: len({parent.id for parent in self.parents(one)}) for identifier, one in self.by_id.items()}
        free = [identifier for identifier, parents in count.items() if not parents]
        while free:
            for child in {child.id for child in self.children[free.pop()]}:
                count[child] -= 1
                if not count[child]:
                    free.append(child)
        return {identifier for identifier, parents in count.items() if parents}

    @cached_property
    def order(self) -> dict[str, int]:
        """A place for each revision: after all it follows; circles come last."""
        placed: dict[str, int] = {}
        circular = self._on_a_path_between_ends()
        for revision in self.by_id.values():
            waiting = [revision]
            while waiting and revision.id not in circular:
                now = waiting[-1]
                missing = [parent for parent in self.parents(now) if parent.id not in placed]
                if missing:
                    waiting.extend(missing)
                else:
                    placed.setdefault(waiting.pop().id, len(placed))
        for identifier in self.by_id:
            placed.setdefault(identifier, len(placed))
        return placed
