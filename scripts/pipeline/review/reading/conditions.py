"""Which rows an UPDATE or DELETE is about: all of them, or those that a condition picks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg


def restricts(node: Any) -> bool:
    """Whether it has a WHERE that can leave rows out; `WHERE true` and `WHERE 1 = 1` cannot."""
    where = _condition(node)
    picks = pg.ColumnRef | pg.SubLink | pg.FuncCall | pg.ParamRef | pg.CurrentOfExpr
    return where is not None and (any(isinstance(one, picks) for one in every(where)) or _is_false(where))


def _is_false(where: Any) -> bool:
    """`WHERE false`, and `'key' = 'master'`, by which somebody meant a column: no row is touched."""
    constant = where.a_const
    if where.HasField("a_const"):
        return bool(constant.isnull or (constant.HasField("boolval") and not constant.boolval.boolval))
    compared = where.a_expr
    if not where.HasField("a_expr") or [one.string.sval for one in compared.name] != ["="]:
        return False
    values = [_value(side.a_const) for side in (compared.lexpr, compared.rexpr)]
    return None not in values and values[0] != values[1]


def _value(constant: Any) -> str | None:
    kind = constant.WhichOneof("val")
    return None if kind is None else str(getattr(constant, kind))


def _condition(node: Any) -> Any | None:
    if isinstance(node, pg.MergeStmt):
        return node.join_condition
    asked = node.select_stmt.select_stmt if isinstance(node, pg.InsertStmt) else node
    return asked.where_clause if asked.HasField("where_clause") else None


def every(node: Any) -> Iterator[Any]:
    """The node and all that it holds, in the order it was written."""
    yield node
    for descriptor, value in node.ListFields():
        if descriptor.message_type is None:
            continue
        for one in [value] if isinstance(value, Message) else value:
            yield from every(one)


def literals(node: Any) -> Iterator[str]:
    """The string literals in it."""
    for one in every(node):
        if isinstance(one, pg.A_Const) and one.HasField("sval"):
            yield str(one.sval.sval)
