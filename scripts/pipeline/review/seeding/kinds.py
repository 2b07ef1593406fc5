"""A type with all that its values are made from: elements, labels, attributes, and what a domain demands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Cursor

_TYPES = """
SELECT t.oid, t.typname AS name, t.typtype::text AS type, t.typcategory::text AS category, t.typelem AS element,
       t.typbasetype AS base, t.typtypmod AS modifier, t.typnotnull AS needed, t.typrelid AS relation,
       t.typlen = -1 AND t.typcategory = 'A' AS list, format_type(t.oid, NULL) AS spelled,
       format_type(t.typbasetype, t.typtypmod) AS base_spelled,
       r.rngsubtype AS subtype, m.oid AS multirange_of, n.nspname AS schema
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN LATERAL (
    SELECT rngtypid AS oid FROM pg_range x WHERE (to_jsonb(x) ->> 'rngmultitypid')::oid = t.oid
) m ON true
"""
# The newest label first: it is the one that nothing has met yet.
_LABELS = "SELECT enumtypid AS type, enumlabel AS label FROM pg_enum ORDER BY enumtypid, oid DESC"
_ATTRIBUTES = """
SELECT attrelid AS relation, atttypid AS type, atttypmod AS modifier,
       format_type(atttypid, atttypmod) AS spelled FROM pg_attribute a
JOIN pg_type t ON t.typrelid = a.attrelid AND t.typtype = 'c'
WHERE attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum
"""
_DOMAIN_CHECKS = """
SELECT contypid AS type, substring(pg_get_constraintdef(oid) FROM '^CHECK \\((.*)\\)') AS sql
FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' ORDER BY contypid, conname
"""
_HEADER = 4
"""What a type modifier counts beside the length that was written."""


@dataclass(frozen=True)
class Kind:
    """
    A type; a domain is its base type with `checks`, in which the value is called VALUE.

    `spelled` goes into a cast. `type` is pg_type's typtype, of the base type for a domain.
    """

    name: str
    spelled: str
    type: str
    modifier: int = -1
    element: Kind | None = None
    labels: tuple[str, ...] = ()
    attributes: tuple[Kind, ...] = ()
    subtype: Kind | None = None
    range: Kind | None = None
    checks: tuple[str, ...] = ()
    needed: bool = False

    def at(self, modifier: int, spelled: str) -> Kind:
        """Return it as a column has it, varchar(20) for varchar."""
        if modifier == -1:
            return self
        element = self.element.at(modifier, spelled.removesuffix("[]")) if self.element else None
        return replace(self, modifier=modifier, spelled=spelled, element=element)

    @property
    def length(self) -> int | None:
        """The most characters, or bits, that fit."""
        if self.modifier == -1:
            return None
        if self.name in {"varchar", "bpchar"}:
            return self.modifier - _HEADER
        return self.modifier if self.name in {"bit", "varbit"} else None

    @property
    def precision(self) -> tuple[int, int] | None:
        """Digits in all, and after the point, of a numeric; the latter may be negative."""
        if self.name != "numeric" or self.modifier == -1:
            return None
        packed = self.modifier - _HEADER
        scale = packed & 0x7FF
        return packed >> 16 & 0xFFFF, (scale ^ 1024) - 1024


def read_kinds(cursor: Cursor[dict[str, Any]]) -> dict[int, Kind]:
    """Read all types that the database has, by their object ids."""
    rows = {row["oid"]: row for row in cursor.execute(_TYPES).fetchall()}
    labels, checks = defaultdict(list), defaultdict(list)
    attributes = defaultdict(list)
    for row in cursor.execute(_LABELS).fetchall():
        labels[row["type"]].append(row["label"])
    for row in cursor.execute(_DOMAIN_CHECKS).fetchall():
        checks[row["type"]].append(row["sql"])
    for row in cursor.execute(_ATTRIBUTES).fetchall():
        attributes[row["relation"]].append((row["type"], row["modifier"], row["spelled"]))
    known: dict[int, Kind] = {}

    def kind(oid: int) -> Kind:
        if oid not in known:
            known[oid] = made(rows[oid])
        return known[oid]

    def made(row: dict[str, Any]) -> Kind:
        if row["type"] == "d":
            base = kind(row["base"]).at(row["modifier"], row["base_spelled"])
            own = (*base.checks, *checks[row["oid"]])
            return replace(base, checks=own, needed=base.needed or row["needed"])
        composite = attributes[row["relation"]] if row["type"] == "c" else ()
        return Kind(
            row["name"], row["spelled"], row["type"],
            element=kind(row["element"]) if row["list"] and row["element"] else None,
            labels=tuple(labels[row["oid"]]),
            attributes=tuple(kind(oid).at(modifier, spelled) for oid, modifier, spelled in composite),
            subtype=kind(row["subtype"]) if row["subtype"] else None,
            range=kind(row["multirange_of"]) if row["multirange_of"] else None,
        )  # fmt: skip

    return {oid: kind(oid) for oid in rows}
