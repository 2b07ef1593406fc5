"""
Which differences between a database and its models are the models' business.

Whatever the models create is theirs, and so is what a table of theirs has without them: a column, a constraint, an
index. What they cannot say is nobody's drift: names that PostgreSQL chose, grants, other tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.review.comparing.catalog import Catalog, Difference

_NEVER = frozenset({"owner", "privileges", "default privileges", "schema", "extension", "publication"})
_PARTS = frozenset({"column", "constraint", "index"})
_CHOSEN = {
    "constraint": re.compile(r"_(pkey|fkey|key|check|excl)\d*\"?$"),
    "sequence": re.compile(r"_seq\d*\"?$"),
}
"""How PostgreSQL ends the names that it chooses."""
_NEXT = re.compile(r"nextval\('[^']*_seq\d*\"?'::regclass\)")
_EXCLUDED_KINDS = {
    "column": frozenset({"column", "storage", "comment"}),
    "index": frozenset({"index", "constraint"}),
    "unique_constraint": frozenset({"constraint", "index"}),
    "foreign_key_constraint": frozenset({"constraint"}),
}


class Excluded(NamedTuple):
    """What env.py's filters leave out, in Alembic's words."""

    kind: str
    schema: str
    table: str
    name: str


def sorted_out(
    found: Iterable[Difference], database: Catalog, models: Catalog, excluded: frozenset[Excluded]
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """Return what the models are responsible for, and what is worth knowing."""
    kept = [one for one in found if one.kind not in _NEVER and not _is_excluded(one, database, models, excluded)]
    kept = _without_chosen_names(kept, database, models)
    findings = tuple(one for one in kept if _is_the_models(one, database, models))
    information = tuple(one for one in kept if one not in findings and one.kind != "storage")
    return findings, information


def _is_the_models(one: Difference, database: Catalog, models: Catalog) -> bool:
    if one.after is not None:
        return True
    relation = database.relations.get((one.kind, one.name))
    if relation is None or not models.has_relation(relation):
        # A comment on a table belongs to no relation's parts but to the table.
        return False
    if one.kind == "comment":
        of_table = one.name.startswith("table ") and not one.name.startswith("table constraint ")
        return of_table or bool(database.names[one.kind, one.name])
    return one.kind in _PARTS


def _is_excluded(one: Difference, database: Catalog, models: Catalog, excluded: frozenset[Excluded]) -> bool:
    key = (one.kind, one.name)
    catalog = database if key in database else models
    parts = catalog.names[key]
    relation = catalog.relations.get(key) or (parts if one.kind == "table" else None)
    if relation is None:
        return False
    schema, table = relation[0], relation[1]
    if Excluded("table", schema, table, table) in excluded:
        return True
    return bool(parts) and any(
        one.kind in kinds and Excluded(kind, schema, table, parts[-1]) in excluded
        for kind, kinds in _EXCLUDED_KINDS.items()
    )


def _without_chosen_names(found: list[Difference], database: Catalog, models: Catalog) -> list[Difference]:
    """
    Leave out what differs by a name that the models leave to PostgreSQL.

    A table that was renamed has constraints and a sequence named after what it was called.
    """
    left = [one for one in found if not _differs_by_its_sequence(one)]
    for one in [one for one in left if one.before is None]:
        pattern = _CHOSEN.get(one.kind)
        if pattern is None or not pattern.search(one.name):
            continue
        relation = models.relations.get((one.kind, one.name))
        for other in left:
            same = other.kind == one.kind and other.after is None and other.before == one.after
            if same and database.relations.get((other.kind, other.name)) == relation:
                left.remove(one)
                left.remove(other)
                break
    return left


def _differs_by_its_sequence(one: Difference) -> bool:
    if one.kind != "column" or one.before is None or one.after is None:
        return False
    return _NEXT.sub("nextval()", one.before) == _NEXT.sub("nextval()", one.after)
