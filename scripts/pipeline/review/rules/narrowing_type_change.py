"""
A column changes to a type that cannot hold all values of the old one.

`varchar(50)` to `varchar(2)` fails on the first longer value; with a USING that casts it, the value is cut off instead.
`numeric(10, 4)` to `numeric(10, 2)`, `timestamp` to `date` and their like pass, and what they round or cut off is gone:
no downgrade brings it back. JSON to JSONB, and a time zone added or taken away, lose so seldom that it is information.

In a downgrade it is the width that the upgrade gave which goes away again, as downgrades do: information.
"""

import re
from collections.abc import Iterator

from pipeline.review.as_python import Code, on_table
from pipeline.review.finding import Direction, Severity
from pipeline.review.reading.casts import ColumnType, fails_when_larger, loses
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.retyping import Retyping, retypings
from pipeline.review.reading.script import Script
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS_ON_DATA,
    effect="{subject} becomes {new}: {what}.",
    remedy="add a column of the new type, fill it, and move the code over to it:\n    {code}\n"
    "or, if the data allows it ({look}), say so:\n    # review: allow narrowing-type-change -- …",
)

_SELDOM = {("json", "jsonb"), ("timestamp", "timestamptz"), ("timestamptz", "timestamp")}


@rule.in_script
def narrowed_columns(script: Script) -> Iterator[Hit]:
    for found in retypings(script):
        if found.old is not None and (what := _what(found, found.old)) is not None:
            mild = script.direction is Direction.DOWNGRADE or (found.old.name, found.new.name) in _SELDOM
            yield Hit(
                f"{found.table}.{found.column}",
                line=found.statement.line,
                severity=Severity.INFO if mild else None,
                values={"new": found.new.text, "what": what, "code": _code(found), "look": _look(found)},
            )


def _what(found: Retyping, old: ColumnType) -> str | None:
    if (refused := fails_when_larger(old, found.new)) is not None:
        return f"a value {refused} makes the revision fail" if found.using is None else f"a value {refused} is at risk"
    lost = loses(old, found.new)
    return f"{lost}, for good" if lost is not None else None


def _look(found: Retyping) -> str:
    """The query that tells whether the values would fit; only what is text has a length."""
    column = quoted(found.column)
    measured = f"length({column})" if re.search("char|text", found.old.name if found.old else "") else column
    return f"SELECT max({measured}) FROM {quoted(found.table)}"


def _code(found: Retyping) -> str:
    return on_table("add_column", found.table, Code(f'sa.Column("{found.column}_new", …, nullable=True)'))
