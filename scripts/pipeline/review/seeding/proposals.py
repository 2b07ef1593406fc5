"""What might get past the checks of a column: values and makers built from what the checks were seen to mention."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.review.seeding.kinds import Kind
from pipeline.review.seeding.making import Index, Maker, cycle
from pipeline.review.seeding.mining import Mined
from pipeline.review.seeding.patterns import matching
from pipeline.review.seeding.spelling import text

_MOMENTS = {"date", "timestamp", "timestamptz"}
_NUMBERS = {"int2", "int4", "int8", "numeric", "float4", "float8", "money"}
_TEXTS = {"text", "varchar", "bpchar", "citext", "name"}
_LONG = 5_000
_PRIME = 61


def proposed_values(kind: Kind, said: Mined) -> Iterator[str]:
    """Yield the values beside which the checks draw their lines."""
    if kind.element:
        yield from _lists(kind.element, said)
        return
    yield from (text(one) for one in said.strings)
    if kind.name in _NUMBERS:
        for one in said.numbers:
            yield from (f"({one})::numeric", f"({one})::numeric - 1", f"({one})::numeric + 1")
    if kind.name in _MOMENTS:
        step = "1" if kind.name == "date" else "INTERVAL '1 microsecond'"
        for one in said.strings:
            yield from (f"{text(one)}::{kind.spelled} - {step}", f"{text(one)}::{kind.spelled} + {step}")
    if kind.name in {*_TEXTS, "bytea"}:
        for length in sorted({one + more for one in said.lengths for more in (-1, 0, 1)}):
            if 0 <= length <= _LONG:
                yield from _of_length(kind, length)
    if kind.name in _TEXTS:
        for pattern in said.patterns:
            yield from (make(Index(str(number), str(number))) for make in matching(pattern, "p") for number in (1, 2))
    if kind.name in {"json", "jsonb"}:
        yield from (make(Index("1", "1")) for make in _objects(said))


def proposed_makers(kind: Kind, said: Mined, salt: str) -> Iterator[Maker]:
    """Yield makers, those that know most first."""
    if kind.element:
        yield from (cycle([one]) for one in _lists(kind.element, said))
        return
    if kind.name in _TEXTS:
        for pattern in said.patterns:
            yield from matching(pattern, salt)
        yield from _likenesses(said, salt)
        yield from _lengths(said, salt)
        yield from _cases(salt)
        for length in said.lengths:
            yield from (_cut(make, length) for make in _cases(salt))
    if kind.name in _MOMENTS:
        yield from _moments(kind, said.strings)
    if kind.name in _NUMBERS:
        yield from _numbers(said.numbers)
    if kind.name in {"json", "jsonb"}:
        yield from _objects(said)


def _of_length(kind: Kind, length: int) -> Iterator[str]:
    if kind.name == "bytea":
        yield f"decode(repeat('ff', {length}), 'hex')"
        return
    yield text("x" * length)
    yield text("é" * (length // 2) + "x" * (length % 2))
    yield text("é" * length)


def _likenesses(said: Mined, salt: str) -> Iterator[Maker]:
    """Yield texts for LIKE and for checks that look for a part: position('@' in x) > 1."""
    for pattern in said.likes:
        parts = pattern.replace("_", "x").split("%")
        yield lambda index, parts=parts: _around(parts, index, salt)  # type: ignore[misc]  # mypy reads no default of a lambda.
    for one in said.strings:
        for parts in (["", one, ""], [one, ""], ["", one]):
            yield lambda index, parts=parts: _around(parts, index, salt)  # type: ignore[misc]  # As above.
    whole = [one for one in said.strings if one]
    if len(whole) > 1:
        yield lambda index: _around(["", *whole, ""], index, salt)


def _around(parts: list[str], index: Index, salt: str) -> str:
    digest = f"md5({index.number}::text || {text(salt)})"
    return " || ".join(
        [text(parts[0]), *(f"substr({digest}, {n}, 8) || {text(one)}" for n, one in enumerate(parts[1:], 1))]
    )


def _lengths(said: Mined, salt: str) -> Iterator[Maker]:
    for least in sorted({one + more for one in said.lengths for more in (0, 1)}):
        for most in sorted({one + more for one in said.lengths for more in (-1, 0)}, reverse=True):
            if 0 <= least <= most <= _LONG:
                yield lambda index, a=least, b=most: _padded(index, salt, a, b)  # type: ignore[misc]  # As above.
    for most in said.lengths:
        if most > 1:
            yield lambda index, b=most: _padded(index, salt, 1, b - 1)  # type: ignore[misc]  # As above.


def _padded(index: Index, salt: str, least: int, most: int) -> str:
    digest = f"md5({index.number}::text || {text(salt)})"
    length = f"({least} + {index.hash} % {most - least + 1})::int"
    return f"substr({digest} || repeat({digest}, {most // 32 + 1}), 1, {length})"


def _cut(make: Maker, length: int) -> Maker:
    return lambda index: f"substr({make(index)}, 1, {length})"


def _cases(salt: str) -> Iterator[Maker]:
    """Yield what checks without a constant ask for: upper(x) = x, and texts of letters, of digits."""
    digest = f"|| {text(salt)})"
    yield lambda index: f"upper(md5({index.number}::text {digest})"
    yield lambda index: f"md5({index.number}::text {digest}"
    yield lambda index: f"translate(md5({index.number}::text {digest}, '0123456789', 'ghijklmnop')"
    yield lambda index: f"{index.number}::text"


def _moments(kind: Kind, strings: list[str]) -> Iterator[Maker]:
    bounds = [f"{text(one)}::{kind.spelled}" for one in strings]
    if not bounds:
        return
    unit = "1" if kind.name == "date" else f"INTERVAL '{_PRIME} seconds'"
    count = "({0})::int" if kind.name == "date" else "{0}"
    yield from _between(bounds, unit, count, "extract(epoch FROM {1}::timestamp - {0}::timestamp)")


def _numbers(numbers: list[str]) -> Iterator[Maker]:
    bounds = [f"({one})::numeric" for one in numbers]
    if not bounds:
        return
    low, high = f"least({', '.join(bounds)})", f"greatest({', '.join(bounds)})"
    yield lambda index: f"{low} + {index.number} % greatest(floor({high} - {low})::bigint - 1, 1) + 1"
    yield lambda index: f"{low} + ({high} - {low}) * (({index.number} % 99991 + 1) * 0.00001)"
    yield lambda index: f"{high} + 1 + {index.number}"
    yield lambda index: f"{low} - 1 - {index.number}"


def _between(bounds: list[str], unit: str, count: str, distance: str) -> Iterator[Maker]:
    low, high = f"least({', '.join(bounds)})", f"greatest({', '.join(bounds)})"
    seconds = distance.format(low, high)
    size = 86_400 if unit == "1" else _PRIME
    steps = f"greatest(floor({seconds} / {size})::bigint, 1)"
    yield lambda index: f"{low} + {count.format(f'{index.number} % {steps}')} * {unit}"
    yield lambda index: f"{high} + {count.format(f'1 + {index.number} % 2000000')} * {unit}"
    yield lambda index: f"{low} - {count.format(f'1 + {index.number} % 600000')} * {unit}"


def _objects(said: Mined) -> Iterator[Maker]:
    """Yield objects with every text that is mentioned as a key."""
    for value in ("{}::text", "{}", "jsonb_build_object('n', {})", "jsonb_build_array({})"):
        pairs = ["'n', {0}", *(f"{text(one)}, {value.replace('{}', '{0}')}" for one in said.strings)]
        yield lambda index, pairs=pairs: (  # type: ignore[misc]  # As above.
            f"jsonb_build_object({', '.join(pairs).replace('{0}', index.number)})"
        )
    yield lambda index: f"jsonb_build_array({index.number})"


def _lists(element: Kind, said: Mined) -> Iterator[str]:
    for one in said.strings:
        yield f"ARRAY[{text(one)}]::{element.spelled}[]"
    for length in said.lengths:
        filler = text(said.strings[0] if said.strings else "1")
        yield f"array_fill({filler}::{element.spelled}, ARRAY[{length}])"
        yield f"array_fill({filler}::{element.spelled}, ARRAY[{length + 1}])"
    if said.strings:
        yield f"ARRAY[{', '.join(text(one) for one in said.strings)}]::{element.spelled}[]"
