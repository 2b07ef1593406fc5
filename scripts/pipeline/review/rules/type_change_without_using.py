"""
A column changes to a type that PostgreSQL does not cast to by itself.

It refuses with "cannot be cast automatically", on an empty table as well, every time. What autogenerate writes for
String → Integer, Boolean → Integer, String → Enum or one array into another is such a change: the USING clause that
says how to cast is the author's to add.
"""

from collections.abc import Iterator

from pipeline.review.reading.casts import casts_by_itself
from pipeline.review.reading.naming import quoted
from pipeline.review.reading.retyping import Retyping, retypings
from pipeline.review.reading.script import Script
from pipeline.review.rewriting import edits_for, execute, source, with_keyword
from pipeline.review.rule import Harm, Hit, Rule

rule = Rule(
    __name__,
    harm=Harm.FAILS,
    effect="PostgreSQL does not cast {subject} from {old} to {new} by itself: the revision fails.",
    remedy="say how to cast:\n    {code}",
)


@rule.in_script
def not_cast_automatically(script: Script) -> Iterator[Hit]:
    for found in retypings(script):
        if found.using is None and found.old is not None and casts_by_itself(found.old, found.new) is False:
            code = _code(found)
            values = {"old": found.old.text, "new": found.new.text, "code": code}
            edits = edits_for(found.statement, code) if len(found.statement.changes) == 1 else ()
            yield Hit(f"{found.table}.{found.column}", line=found.statement.line, values=values, edits=edits)


def _code(found: Retyping) -> str:
    column = quoted(found.column)
    using = f"{column}::text::{found.new.text}" if found.new.enum else f"{column}::{found.new.text}"
    if found.old is not None and found.old.name == "bool" and found.new.name != "int4":
        using = f"{column}::int::{found.new.text}"
    call = found.statement.call
    if call is not None and call.name == "alter_column":
        return with_keyword(call, "postgresql_using", source(using))
    sql = found.statement.sql.rstrip("; \n")
    return execute(
        f"{sql} USING {using}" if len(found.statement.changes) == 1 else f"… TYPE {found.new.text} USING {using}"
    )
