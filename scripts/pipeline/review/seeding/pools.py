"""
The values that break what was only tried on friendly ones, by type.

Each is SQL of its type or a quoted text; what does not fit a column (too long, forbidden by a check) is left out by
asking the server. `UNREADABLE` are those that Python's types cannot hold, so that a driver fails on reading them.
"""

from __future__ import annotations

import hashlib

from pipeline.review.seeding.kinds import Kind
from pipeline.review.seeding.spelling import text

_LONGEST = 10_000
_INCOMPRESSIBLE = 800
"""Three of these are still a row of an index: a revision that adds one to a text is not to fail for our invention."""
_INTEGERS = {"int2": 2**15, "int4": 2**31, "int8": 2**63}

_TEXTS = (
    "''", "' '", "'Duplicate'", "'duplicate'", "'Duplicate '", "'O''Brien \"quoted\" \\ %s {} $1'", "'0'", "'007'",
    "'-12'",
    "'1.50'", "'null'", "'true'", "'2024-02-29'", "E'two\\nlines\\ttab'", "E'\\r\\n'", "E'e\\u0301 combining'",
    "E'\\u00e9 composed'", "E'\\u202e\\u05e9\\u05dc\\u05d5\\u05dd \\u0645\\u0631\\u062d\\u0628\\u0627'",
    "E'\\U0001F469\\u200D\\U0001F469\\u200D\\U0001F467 \\U00010348'", "E'zero\\u200bwidth\\ufeff'",
    "E'\\u0130\\u0131\\u00df\\u1e9e'",
    "E'\\uffff'", "E'\\x01\\x7f'", "'<script>'",
)  # fmt: skip
_DATES = ("'2024-02-29'", "'0001-01-03'", "'9999-12-30'", "'1970-01-01'", "'1999-12-31'", "'1900-02-28'")
_TIMES_OF_DAY = ("'00:00'", "'23:59:59.999999'", "'12:00'", "'02:30'")
_TIMESTAMPS = (
    "'2024-02-29 23:59:59.999999'", "'0001-01-03 00:00'", "'9999-12-30 23:59:59.999999'", "'1970-01-01 00:00'",
    "'2024-03-31 02:30'", "'2038-01-19 03:14:08'",
)  # fmt: skip
_FRACTIONS = ("'0'", "'-0'", "'1'", "'-1'", "'0.1'", "'NaN'", "'0.30000000000000004'")

POOLS: dict[str, tuple[str, ...]] = {
    "bool": ("true", "false"),
    "numeric": ("'0'", "'-1'", "'0.000000000000000000001'", "'1e130'", "'-1e130'", "'NaN'", "'1.10'", "'1.1'", "'0.5'"),
    "float4": (*_FRACTIONS, "'3.4028235e38'", "'-3.4028235e38'", "'1e-45'"),
    "float8": (*_FRACTIONS, "'1.7976931348623157e308'", "'-1.7976931348623157e308'", "'5e-324'"),
    "money": ("'0'", "'-92233720368547758.08'", "'92233720368547758.07'", "'0.01'"),
    "text": _TEXTS,
    "varchar": _TEXTS,
    "bpchar": _TEXTS,
    "citext": _TEXTS,
    "name": ("''", "'Duplicate'", "'duplicate'"),
    "char": ("''", "'a'", "' '"),
    "bytea": ("''", "'\\x00'", "'\\xff00fe'", "'\\x27225c'", "decode(repeat('00', 5000), 'hex')"),
    "date": _DATES,
    "time": _TIMES_OF_DAY,
    "timetz": ("'00:00+00'", "'23:59:59.999999-12'", "'12:00+14'"),
    "timestamp": _TIMESTAMPS,
    "timestamptz": tuple(f"{one[:-1]}+00'" for one in _TIMESTAMPS),
    "interval": ("'0'", "'-1 day'", "'1 month'", "'30 days'", "'720 hours'",
        "'00:00:00.000001'", "'-1 mon +1 day -00:00:01'"),
    "uuid": ("'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
    "json": ("'{}'", "'[]'", "'null'", "'{\"a\": 1, \"a\": 2}'", "'\"text\"'", "'1e400'",
        "'[{\"a\": {\"b\": [null, true, \"\\u00e9\"]}}]'", "' {  } '"),
    "jsonb": ("'{}'", "'[]'", "'null'", "'\"text\"'", "'1.10'", "'true'",
        "'{\"a\": {\"b\": [null, 12345678901234567890, \"\\u00e9\"]}}'", "'{\"\": null}'"),
    "inet": ("'0.0.0.0'", "'255.255.255.255/32'", "'10.1.2.3/8'", "'::'", "'::ffff:1.2.3.4/128'"),
    "cidr": ("'0.0.0.0/0'", "'10.0.0.0/8'", "'::/0'", "'2001:db8::/32'"),
    "macaddr": ("'00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff'"),
    "macaddr8": ("'00:00:00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff:ff:ff'"),
    "xml": ("'<a/>'", "'text only'", "'<a b=\"&amp;\">&lt;<!-- c --></a>'"),
    "tsvector": ("''", "'a:1A b:2'", "to_tsvector('simple', 'the quick brown fox')"),
    "tsquery": ("''", "'a & !b'"),
    "point": ("'(0,0)'", "'(-1.5,1e300)'", "'(NaN,0)'"),
    "line": ("'{1,-1,0}'",),
    "lseg": ("'[(0,0),(1,1)]'",),
    "box": ("'(0,0),(0,0)'", "'(1,1),(-1,-1)'"),
    "path": ("'((0,0))'", "'[(0,0),(1,1)]'"),
    "polygon": ("'((0,0),(1,1),(1,0))'",),
    "circle": ("'<(0,0),0>'", "'<(1,1),5>'"),
    "hstore": ("''", "'a=>NULL'", "'\"\"=>\"\"'"),
    "ltree": ("''", "'a.b.c'", "'Top'"),
    "oid": ("'0'", "'4294967295'"),
    "pg_lsn": ("'0/0'", "'FFFFFFFF/FFFFFFFF'"),
}  # fmt: skip
UNREADABLE: dict[str, tuple[str, ...]] = {
    "float4": ("'Infinity'", "'-Infinity'"),
    "float8": ("'Infinity'", "'-Infinity'"),
    "numeric": ("'Infinity'", "'-Infinity'"),
    "date": ("'infinity'", "'-infinity'", "'4713-01-01 BC'", "'294276-12-30'"),
    "timestamp": ("'infinity'", "'-infinity'", "'4713-01-01 00:00 BC'", "'294276-12-30 23:59:59.999999'"),
    "timestamptz": ("'infinity'", "'-infinity'", "'4713-01-01 00:00+00 BC'", "'294276-12-30 23:59:59.999999+00'"),
    "time": ("'24:00:00'",),
    "timetz": ("'24:00:00+00'", "'00:00:00+15:59:59'"),
    "interval": ("'178000000 years'", "'-178000000 years'"),
}
"""
What a driver may not be able to read. Times end a day before PostgreSQL's own do: a zone may move them, and a change
between date and time must not fail on a year that nobody has.
"""
ANYTHING = (
    "''", "'0'", "'1'", "'a'", "'{}'", "'[]'", "'()'", "'(0,0)'", "'2024-01-01'", "'1.0'", "'a.b'", "'[1,2]'",
    "'POINT(0 0)'", "'POLYGON((0 0,0 1,1 1,0 0))'", "'1.2.3'", "'/a'",
)  # fmt: skip
"""For types that nobody has told us of: what parses is taken."""


def pool(kind: Kind, plain: bool) -> tuple[str, ...]:
    """Return the nasty values of a type; `plain` leaves out what Python cannot read."""
    if kind.labels:
        return tuple(text(label) for label in kind.labels)
    if kind.element:
        return _arrays(kind.element, plain)
    if kind.subtype:
        return _ranges(kind.subtype, plain)
    if kind.range:
        return ("'{}'", *(f"{_caller(kind)}({one}::{kind.range.spelled})" for one in pool(kind.range, plain)[:4]))
    if kind.attributes:
        return _composites(kind, plain)
    if kind.name in {"vector", "halfvec"}:
        return tuple(_vector(kind, one) for one in ("0", "1", "-1.5"))
    unreadable = () if plain else UNREADABLE.get(kind.name, ())
    return (*_at_its_limits(kind), *unreadable, *POOLS.get(kind.name, ANYTHING))


def _at_its_limits(kind: Kind) -> tuple[str, ...]:
    if kind.name in _INTEGERS:
        limit = _INTEGERS[kind.name]
        return (f"'{-limit}'", f"'{limit - 1}'", "'0'", "'-1'", "'1'")
    if kind.precision:
        digits, scale = kind.precision
        whole = "9" * max(digits - max(scale, 0), 0) + "0" * max(-scale, 0)
        most = f"{whole or '0'}.{'9' * min(scale, digits)}" if scale > 0 else whole
        return (f"'{most}'", f"'-{most}'")
    if kind.name in {"bit", "varbit"}:
        length = kind.length or 1
        return (
            f"repeat('1', {length})::bit({length})",
            f"repeat('0', {length})::bit({length})",
            *(["''"] * (kind.name == "varbit")),
        )
    if kind.name in {"text", "varchar", "bpchar", "citext"}:
        length = min(kind.length or _LONGEST, _LONGEST)
        random = _incompressible(min(length, _INCOMPRESSIBLE))
        return (text("x" * length), text("\U0001f600" * min(length, 500)), text(random))
    return ()


def _incompressible(length: int) -> str:
    blocks = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(length // 64 + 1))
    return "".join(blocks)[:length]


def _arrays(element: Kind, plain: bool) -> tuple[str, ...]:
    inner = [f"CAST({one} AS {element.spelled})" for one in pool(element, plain)[:12]]
    several = [f"ARRAY[{one}]" for one in inner]
    if not inner:
        return ("'{}'", "'{NULL}'")
    flat = [] if element.element else [f"ARRAY[[{inner[0]}, {inner[-1]}], [NULL, {inner[-1]}]]"]
    return ("'{}'", "'{NULL}'", f"ARRAY[{inner[0]}, NULL, {inner[0]}]", *flat, *several)


def _ranges(subtype: Kind, plain: bool) -> tuple[str, ...]:
    bounds = [one.strip("'") for one in pool(subtype, plain) if one.startswith("'")]
    one_sided = [f"'[\"{bound}\",)'" for bound in bounds[:3]] + [f"'(,\"{bound}\"]'" for bound in bounds[:3]]
    single = [f'\'["{bound}","{bound}"]\'' for bound in bounds[:3]]
    return ("'empty'", "'(,)'", *one_sided, *single)


def _caller(kind: Kind) -> str:
    """Return the type's constructor, which has its name; a spelling such as `public."my range"` is one already."""
    return kind.spelled


def _composites(kind: Kind, plain: bool) -> tuple[str, ...]:
    empty = ", ".join("NULL" for _ in kind.attributes)
    pools = [pool(one, plain) for one in kind.attributes]
    rows = []
    for turn in range(4):
        parts = (
            f"CAST({some[turn % len(some)]} AS {one.spelled})" for some, one in zip(pools, kind.attributes, strict=True)
        )
        rows.append(f"ROW({', '.join(parts)})")
    return (f"ROW({empty})", *rows)


def _vector(kind: Kind, element: str) -> str:
    return f"'[{','.join([element] * max(kind.modifier, 3 if kind.modifier == -1 else 1))}]'"
