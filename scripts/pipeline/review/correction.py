"""The corrected line of a revision's own file, to be shown and to be written by `--fix`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.review.finding import Edit
from pipeline.review.revision import Revision

_REVISES = re.compile(r"^Revises: .*$")


@dataclass(frozen=True)
class Correction:
    """What a line (or several) of the file should say instead."""

    line: int
    text: str
    edits: tuple[Edit, ...]


def assign(revision: Revision, name: str, value: str) -> Correction:
    """The assignment of `name` in the revision's file with `value` in its place, all else on its lines as it is."""
    node = revision.value_of(name)
    if node is None or node.end_lineno is None or node.end_col_offset is None:
        return Correction(1, f"{name} = {value}", ())
    first, last = node.lineno, node.end_lineno
    before = revision.lines[first - 1].encode()[: node.col_offset].decode()
    after = revision.lines[last - 1].encode()[node.end_col_offset :].decode()
    text = f"{before}{value}{after}"
    return Correction(first, text.strip(), (Edit(first, last, text),))


def follow(revision: Revision, parent: str) -> Correction:
    """The line that makes `revision` follow `parent` alone, and Alembic's `Revises:` in its docstring with it."""
    corrected = assign(revision, "down_revision", f'"{parent}"')
    last = revision.tree.body[0].end_lineno or 0 if revision.tree.body else 0
    said = [
        Edit(number, number, f"Revises: {parent}")
        for number, line in enumerate(revision.lines[:last], start=1)
        if _REVISES.match(line)
    ]
    return Correction(corrected.line, corrected.text, (*said, *corrected.edits))
