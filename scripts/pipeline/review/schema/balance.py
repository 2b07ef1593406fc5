"""
What is different when a revision was applied and undone.

Both directions are walked over an imagined catalog. Whatever upgrade() made and downgrade() did not drop is left, what
it dropped and downgrade() did not bring back is lost, and the other way round. What goes along with a table or a
column is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.review.finding import Direction
from pipeline.review.reading.script import Script
from pipeline.review.revision import Revision
from pipeline.review.schema.changes import Action, Change, Kind, Thing, changes


@dataclass
class Balance:
    """`made` is there and was not before, `gone` the opposite, each by the change that did it."""

    made: dict[Thing, Change] = field(default_factory=dict)
    gone: dict[Thing, Change] = field(default_factory=dict)
    ever_made: set[Thing] = field(default_factory=set)
    restored: set[Thing] = field(default_factory=set)

    @classmethod
    def of(cls, *scripts: Script) -> Balance:
        balance = cls()
        for script in scripts:
            for statement in script.statements:
                for change in changes(statement):
                    balance.apply(change)
        return balance

    def apply(self, change: Change) -> None:
        if change.action is Action.MAKE:
            self._make(change)
        elif change.action is Action.DROP:
            self._drop(change)
        elif change.new is not None:
            self._rename(change, change.new)

    def differences(self, direction: Direction, *, made: bool) -> Iterator[Change]:
        """Yield what this direction made (or dropped) for certain and nothing took back."""
        for change in (self.made if made else self.gone).values():
            if change.statement.direction is direction and not change.conditional:
                yield change

    def is_inside_new_table(self, thing: Thing) -> bool:
        table = self.made.get(Thing(Kind.TABLE, thing.table)) if thing.table else None
        return table is not None and table.action is Action.MAKE  # One that was renamed is as old as before.

    def was_restored_with(self, change: Change) -> bool:
        """Tell whether the table or a column of what was made came back as well: then it belongs to that."""
        inside = {Thing(Kind.TABLE, change.table), *(Thing(Kind.COLUMN, one, change.table) for one in change.columns)}
        return bool(inside & self.restored)

    def _make(self, change: Change) -> None:
        thing = change.thing
        if self.is_inside_new_table(thing) and thing.kind is not Kind.TRIGGER:
            return
        if thing in self.gone:
            if self.gone.pop(thing).tolerant:
                self.ever_made.add(thing)  # IF EXISTS, then made: nobody can tell whether it was there before.
            self.restored.add(thing)
        elif thing in self.made and change.tolerant:
            # OR REPLACE in a downgrade puts the former definition back.
            del self.made[thing]
        else:
            self.made[thing] = change
            self.ever_made.add(thing)

    def _drop(self, change: Change) -> None:
        if self.is_inside_new_table(change.thing):
            return
        thing = self._found(change.thing)
        in_dropped_table = bool(thing.table) and Thing(Kind.TABLE, thing.table) in self.gone
        if self.made.pop(thing, None) is None and thing not in self.ever_made and not in_dropped_table:
            self.gone[thing] = change
        self._drop_what_is_inside(thing)

    def _found(self, thing: Thing) -> Thing:
        """
        Return the constraint that `thing` must be, when it has not exactly the name that was made.

        A naming convention changes names that are not `op.f(…)`, and the server names those that have none.
        """
        if thing in self.made or thing.kind not in {Kind.CONSTRAINT, Kind.INDEX}:
            return thing
        for one, change in self.made.items():
            same_kind = one.kind is thing.kind and one.table == thing.table
            alike = one.name in thing.name or thing.name in one.name
            if same_kind and thing.kind is Kind.CONSTRAINT and (change.unnamed or alike):
                return one
            if {one.kind, thing.kind} == {Kind.CONSTRAINT, Kind.INDEX} and one.name == thing.name:
                return one
        return thing

    def _drop_what_is_inside(self, thing: Thing) -> None:
        for one, change in list(self.made.items()):
            in_table = thing.kind is Kind.TABLE and change.table == thing.name
            on_column = thing.kind is Kind.COLUMN and change.table == thing.table and thing.name in change.columns
            in_schema = thing.kind is Kind.SCHEMA and f"{one}.".startswith(f"{thing.name}.")
            if in_table or on_column or in_schema:
                del self.made[one]

    def _rename(self, change: Change, new: Thing) -> None:
        if self.is_inside_new_table(change.thing):
            return
        old = change.thing
        origin = self.made.pop(old, None)
        if origin is None:
            self.gone[old] = change
        if new in self.gone:
            del self.gone[new]
        else:
            self.made[new] = change if origin is None else _renamed(origin, new)
            self.ever_made.add(new)
        if old.kind is Kind.TABLE:
            self._move_what_is_inside(old.name, new.name)

    def _move_what_is_inside(self, old: str, new: str) -> None:
        for side in (self.made, self.gone):
            for thing, change in list(side.items()):
                if change.table == old:
                    del side[thing]
                    after = replace(thing, table=new) if thing.table == old else thing
                    side[after] = replace(change, thing=after, table=new)
        self.ever_made |= {replace(one, table=new) for one in self.ever_made if one.table == old}


def _renamed(origin: Change, new: Thing) -> Change:
    return Change(
        origin.action, new, origin.statement,
        table=origin.table, columns=origin.columns, tolerant=origin.tolerant,
    )  # fmt: skip


def both_ways(revision: Revision) -> tuple[Script, Script] | None:
    """
    Return upgrade and downgrade when a comparison of them means something.

    It does not when one of them does nothing or refuses: other rules speak of that.
    """
    upgrade, downgrade = revision.scripts.get(Direction.UPGRADE), revision.scripts.get(Direction.DOWNGRADE)
    if upgrade is None or downgrade is None or not upgrade.statements or not (downgrade.calls or downgrade.statements):
        return None
    return None if revision.irreversible else (upgrade, downgrade)
