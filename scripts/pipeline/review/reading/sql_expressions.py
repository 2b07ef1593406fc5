"""Types and expressions of SQL: as text, and what they say (is it volatile, does it prove that nothing is null)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import postgast
from postgast import pg_query_pb2 as tree

from pipeline.review.reading.naming import words

_STABLE = Path(__file__).with_name("stable_functions.txt")


# The types that the deparser writes with their schema, which nobody does; what stands in quotes is left alone.
_IN_FULL = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\bpg_catalog\.(json|bit|varbit)\b""")


def deparsed(parsed: Any) -> str:
    """Return the SQL of a ParseResult as people write it: `json`, not `pg_catalog.json`."""
    return _IN_FULL.sub(lambda found: found[1] or found[2], str(postgast.deparse(parsed)))


def expression_text(node: Any) -> str:
    """Return an expression as SQL."""
    return _select(node).removeprefix("SELECT ")


def type_text(node: Any) -> str:
    """Return a TypeName as SQL, in PostgreSQL's own short form: `varchar(50)`, `int`, `timestamptz`, `mood[]`."""
    null = tree.Node(a_const=tree.A_Const(isnull=True))
    return _select(tree.Node(type_cast=tree.TypeCast(arg=null, type_name=node))).removeprefix("SELECT NULL::")


def type_name(node: Any) -> str:
    """Return a TypeName's bare name as the catalog has it, without modifiers: `int4`, `varchar`, `schema.mood`."""
    return ".".join(part for part in words(node.names) if part != "pg_catalog")


def functions(node: Any) -> Iterator[str]:
    """Yield the names of the functions that an expression calls, with their schema where one is written."""
    for _, found in postgast.walk(node):
        if type(found).__name__ == "FuncCall":
            yield ".".join(part for part in words(found.funcname) if part != "pg_catalog")


def volatile_functions(node: Any) -> tuple[str, ...]:
    """
    Return the functions in an expression whose value PostgreSQL computes again for every row.

    Those it brings along are known; one it does not is taken for volatile, as the server does unless it was declared
    otherwise.
    """
    return tuple(name for name in functions(node) if name not in stable_functions())


@cache
def stable_functions() -> frozenset[str]:
    """Names of PostgreSQL's own functions no variant of which is volatile (from pg_proc; a test compares)."""
    return frozenset(_STABLE.read_text(encoding="ascii").split())


def proves_not_null(node: Any, column: str, *, negated: bool = False) -> bool:
    """
    Tell whether a CHECK of this expression lets PostgreSQL skip the scan of SET NOT NULL for `column`.

    Measured: `x IS NOT NULL AND x > 0` and `NOT (x IS NULL)` do; `x > 0` alone does not, for it is null where x is.
    """
    kind = node.WhichOneof("node")
    if kind == "null_test":
        wanted = tree.IS_NULL if negated else tree.IS_NOT_NULL
        return bool(node.null_test.nulltesttype == wanted) and column_of(node.null_test.arg) == column
    if kind != "bool_expr":
        return False
    if node.bool_expr.boolop == tree.NOT_EXPR:
        return proves_not_null(node.bool_expr.args[0], column, negated=not negated)
    parts = [proves_not_null(part, column, negated=negated) for part in node.bool_expr.args]
    enough = any if (node.bool_expr.boolop == tree.AND_EXPR) is not negated else all
    return enough(parts)


def column_of(node: Any) -> str | None:
    """Return the column's name when an expression is nothing but a column."""
    if node.WhichOneof("node") != "column_ref":
        return None
    last = node.column_ref.fields[-1]
    return str(last.string.sval) if last.WhichOneof("node") == "string" else None


def columns_in(node: Any) -> tuple[str, ...]:
    """Return the columns that an expression names, each once, in their order."""
    found = (
        str(one.fields[-1].string.sval)
        for _, one in postgast.walk(node)
        if type(one).__name__ == "ColumnRef" and one.fields[-1].WhichOneof("node") == "string"
    )
    return tuple(dict.fromkeys(found))


def _select(node: Any) -> str:
    select = tree.SelectStmt(target_list=[tree.Node(res_target=tree.ResTarget(val=node))], limit_option=1, op=1)
    statement = tree.RawStmt(stmt=tree.Node(select_stmt=select))
    return deparsed(tree.ParseResult(stmts=[statement]))
