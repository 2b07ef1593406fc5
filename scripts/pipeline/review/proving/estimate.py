"""
How long something takes at production's size, from how long it took here.

Work that reads or writes every row grows with the rows; the rest of a statement (planning, catalog, what an empty table
costs as well) does not. So: what it takes without rows, plus the difference scaled by the number of rows. That is a
line through two points, good for the order of magnitude and said as that.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError


@dataclass(frozen=True)
class Statistics:
    """How many rows production's tables have, by `schema.table` or, for the schema public, `table`."""

    rows: Mapping[str, int]

    def of(self, relation: str) -> int | None:
        return self.rows.get(relation, self.rows.get(relation.removeprefix("public.")))


def read_statistics(file: Path) -> Statistics:
    """
    Read names and row counts: a JSON object, or lines `table,rows` (comma, tab or bar, as psql writes them).

    Raises UsageError for anything else, with the line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--statistics {file} cannot be read: {error}.") from error
    pairs = _of_json(text, file) if text.lstrip().startswith("{") else _of_lines(text, file)
    if not pairs:
        raise UsageError(f"--statistics {file} names no table: give lines of `table,rows`, or a JSON object.")
    return Statistics(pairs)


def at_scale(seconds: float, without_rows: float | None, rows: int, wanted: int) -> float:
    """Return the seconds for `wanted` rows of what took `seconds` with `rows`, and `without_rows` with none."""
    fixed = min(without_rows, seconds) if without_rows is not None else 0.0
    return fixed + (seconds - fixed) * wanted / max(rows, 1)


def _of_json(text: str, file: Path) -> dict[str, int]:
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"--statistics {file} is no JSON: {error}. Give an object of table names and rows.") from error
    return {name: _count(rows, f"{file}, {name!r}") for name, rows in given.items()}


def _of_lines(text: str, file: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = next((mark for mark in ("\t", "|", ";") if mark in first), ",")
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and len(cells) > 1 and not _is_number(cells[-1])):
            continue  # A blank line, or the names of the columns.
        if len(cells) not in {2, 3}:
            if set("".join(cells)) <= set("-+") or cells[0].startswith("("):
                continue  # psql's rule below the head, and its "(12 rows)".
            raise UsageError(f"--statistics {file}, line {number}: expected `table,rows` or `schema,table,rows`.")
        found[".".join(cells[:-1])] = _count(cells[-1], f"{file}, line {number}")
    return found


def _is_number(text: object) -> bool:
    try:
        float(str(text))
    except ValueError:
        return False
    return True


def _count(rows: object, where: str) -> int:
    """Reltuples is a float, and -1 for a table that was never analysed."""
    if isinstance(rows, bool) or not _is_number(rows):
        raise UsageError(f"--statistics {where}: {rows!r} is no number of rows.")
    return max(int(float(str(rows))), 0)
