"""
An endless supply of values of a type: an expression of a number that gives another value for another number.

Where a type allows it, greater numbers give greater values, so that ranges from one number to the next never overlap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.review.seeding.kinds import Kind
from pipeline.review.seeding.spelling import text

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STEP = 3607
"""Seconds between two moments: a prime, so that hours, minutes and seconds all vary."""


@dataclass(frozen=True)
class Index:
    """
    Two expressions for a row's place in the supply.

    `number` counts up, the same for the columns of one name; `hash` is random-looking, and each column's own.
    """

    number: str
    hash: str

    def next(self) -> Index:
        return Index(f"({self.number} + 1)", f"({self.hash} / 7 + 1)")


Maker = Callable[[Index], str]


def maker(kind: Kind, salt: str) -> Maker | None:
    """Return what makes values of this type, other ones for another `salt`; None for a type without a recipe."""
    if kind.labels:
        return cycle([text(label) for label in kind.labels])
    if kind.element:
        return _array(kind.element, salt)
    if kind.subtype:
        return _range(kind, kind.subtype, salt)
    if kind.range and (inner := maker(kind.range, salt)):
        return lambda index: f"{kind.spelled}({inner(index)}::{kind.range.spelled if kind.range else ''})"
    if kind.attributes:
        return _composite(kind, salt)
    return _simple(kind, salt)


def cycle(values: list[str]) -> Maker:
    """Return a maker that picks from `values`."""
    cases = " ".join(f"WHEN {number} THEN {value}" for number, value in enumerate(values))
    return lambda index: f"CASE {index.hash} % {len(values)} {cases} END" if len(values) > 1 else values[0]


def _simple(kind: Kind, salt: str) -> Maker | None:
    salted = text(salt)

    def digest(index: Index) -> str:
        return f"md5({index.number}::text || {salted})"

    match kind.name:
        case "int2":
            return lambda index: f"{index.number} % 32767"
        case "int4" | "int8" | "oid" | "xid8":
            return lambda index: index.number
        case "numeric":
            return _numeric(kind)
        case "float4" | "float8":
            return lambda index: f"{index.number} / 8.0"
        case "money":
            return lambda index: f"({index.number} / 100.0)::numeric::money"
        case "bool":
            return lambda index: f"{index.hash} % 2 = 0"
        case "text" | "citext":
            return lambda index: f"substr({digest(index)}, 1, 12) || ' ' || {index.number}"
        case "varchar" | "bpchar" | "name" | "char":
            return _short_text(kind, digest)
        case "bytea":
            return lambda index: f"decode({digest(index)}, 'hex')"
        case "date":
            return lambda index: f"DATE '1990-01-01' + ({index.number} % 2000000)::int"
        case "time":
            return lambda index: f"TIME '00:00' + make_interval(secs => {index.number} * {_STEP} % 86400)"
        case "timetz":
            return lambda index: (
                f"(TIME '00:00' + make_interval(secs => {index.number} * {_STEP} % 86400))::text || '+02'"
            )
        case "timestamp":
            return lambda index: f"TIMESTAMP '2019-01-01' + {index.number} * INTERVAL '{_STEP} seconds'"
        case "timestamptz":
            return lambda index: f"TIMESTAMPTZ '2019-01-01 00:00+00' + {index.number} * INTERVAL '{_STEP} seconds'"
        case "interval":
            return lambda index: f"{index.number} * INTERVAL '97 seconds'"
        case "uuid":
            return digest
        case "json" | "jsonb":
            return lambda index: f"{kind.name}_build_object('n', {index.number}, 'of', ARRAY[{salted}, NULL])"
        case "inet" | "cidr":
            return lambda index: f"'10.0.0.0'::inet + {index.number} % 16777216"
        case "macaddr":
            return lambda index: f"substr({digest(index)}, 1, 12)"
        case "macaddr8":
            return lambda index: f"substr({digest(index)}, 1, 16)"
        case "bit":
            return lambda index: f"{index.number}::bigint::bit({kind.length or 1})"
        case "varbit":
            return lambda index: f"{index.number}::bigint::bit({min(kind.length or 64, 64)})"
        case "xml":
            return lambda index: f"'<n>' || {index.number} || '</n>'"
        case "tsvector":
            return lambda index: f"to_tsvector('simple', {digest(index)} || ' ' || {index.number})"
        case "tsquery":
            return lambda index: f"plainto_tsquery('simple', {digest(index)})"
        case "point":
            return lambda index: f"point({index.number}, {index.hash} % 90)"
        case "box":
            return lambda index: f"box(point({index.number}, 0), point({index.number} + 0.5, 1))"
        case "circle":
            return lambda index: f"circle(point({index.number} * 3, 0), 1)"
        case "lseg":
            return lambda index: f"lseg(point({index.number}, 0), point(0, {index.number}))"
        case "hstore":
            return lambda index: f"'n=>' || {index.number}"
        case "ltree":
            return lambda index: f"'top.n' || {index.number}"
        case "vector" | "halfvec":
            length = max(kind.modifier, 3 if kind.modifier == -1 else 1)
            rest = "".join([",0.5"] * (length - 1))
            return lambda index: f"'[' || {index.number} || '{rest}]'"
        case _:
            return None


def _numeric(kind: Kind) -> Maker:
    if kind.precision is None:
        return lambda index: f"{index.number} + 0.01 * ({index.hash} % 100)"
    digits, scale = kind.precision
    room = 10 ** min(digits, 18)
    return lambda index: f"({index.number} % {room}) * {_power(-scale)}"


def _power(exponent: int) -> str:
    """Ten to the power, in digits: `power()` would make it a float."""
    return "1" + "0" * exponent if exponent >= 0 else f"0.{'0' * (-exponent - 1)}1"


def _short_text(kind: Kind, digest: Callable[[Index], str]) -> Maker:
    length = 1 if kind.name == "char" else kind.length or 63
    if length > 7:
        return lambda index: f"substr({digest(index)} || ' ' || {index.number}, 1, {length})"
    # So few characters of a digest would soon repeat; the number itself, in base 62, does not.
    return lambda index: " || ".join(
        f"substr('{_ALPHABET}', 1 + ({index.number} / {62**place} % 62)::int, 1)" for place in range(length)
    )


def _array(element: Kind, salt: str) -> Maker | None:
    inner = maker(element, salt)
    if inner is None:
        return None
    return lambda index: ", ".join(
        [f"ARRAY[CAST({inner(index)} AS {element.spelled})", f"CAST({inner(index.next())} AS {element.spelled})]"]
    )


def _range(kind: Kind, subtype: Kind, salt: str) -> Maker | None:
    inner = maker(subtype, salt)
    if inner is None:
        return None
    cast = subtype.spelled
    return lambda index: f"{kind.spelled}(CAST({inner(index)} AS {cast}), CAST({inner(index.next())} AS {cast}))"


def _composite(kind: Kind, salt: str) -> Maker | None:
    inner = [(maker(one, f"{salt}.{number}"), one) for number, one in enumerate(kind.attributes)]

    def row(index: Index) -> str:
        parts = (f"CAST({make(index) if make else 'NULL'} AS {one.spelled})" for make, one in inner)
        return f"ROW({', '.join(parts)})"

    return row
