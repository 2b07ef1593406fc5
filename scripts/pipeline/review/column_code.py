"""Writes the `op.add_column` that would have been safe, from the author's own call where there is one."""

from __future__ import annotations

import ast
import copy
from typing import Any

import postgast
from postgast import pg_query_pb2 as pg

from pipeline.review.reading.sql_expressions import deparsed, type_name
from pipeline.review.reading.statement import Statement
from pipeline.review.rewriting import execute

_VALUES = {
    "bool": "sa.false()",
    **dict.fromkeys(("int2", "int4", "int8", "numeric", "float4", "float8"), '"0"'),
    **dict.fromkeys(("text", "varchar", "bpchar"), '""'),
    **dict.fromkeys(("timestamp", "timestamptz", "date", "time", "timetz"), "sa.func.now()"),
    **dict.fromkeys(("json", "jsonb"), '"{}"'),
}
_SQL = {"sa.false()": "false", '"0"': "0", '""': "''", "sa.func.now()": "now()", '"{}"': "'{}'"}


def column_code(statement: Statement, column: str) -> str:
    """The statement with a default in its column; without one that is safe to guess, the column is nullable."""
    definition = _definition(statement.node, column)
    value = None if definition.type_name.array_bounds else _VALUES.get(type_name(definition.type_name))
    if statement.call is not None and (written := _as_call(statement.call.node, column, value)) is not None:
        return written
    return _as_sql(statement.node, column, _SQL[value] if value is not None else None)


def _as_call(node: ast.Call, column: str, value: str | None) -> str | None:
    copied = copy.deepcopy(node)
    if (found := _column_in(copied, column)) is None:
        return None
    found.keywords = [one for one in found.keywords if one.arg not in {"server_default", "nullable", "default"}]
    if value is not None:
        found.keywords.append(ast.keyword("server_default", ast.parse(value, mode="eval").body))
    found.keywords.append(ast.keyword("nullable", ast.Constant(value is None)))
    written = ast.unparse(ast.fix_missing_locations(copied))
    return written if '"' in written else written.replace("'", '"')


def _as_sql(node: Any, column: str, default: str | None) -> str:
    copied = type(node)()
    copied.CopyFrom(node)
    definition = _definition(copied, column)
    kept = [
        one for one in definition.constraints if one.constraint.contype not in {pg.CONSTR_NOTNULL, pg.CONSTR_DEFAULT}
    ]
    if default is not None:
        example = postgast.parse(f"ALTER TABLE t ADD c int DEFAULT {default} NOT NULL").stmts[0].stmt.alter_table_stmt
        kept += _definition(example, "c").constraints
    del definition.constraints[:]
    definition.constraints.extend(kept)
    whole = pg.ParseResult()
    whole.stmts.add().stmt.alter_table_stmt.CopyFrom(copied)
    return execute(deparsed(whole))


def _column_in(call: ast.Call, name: str) -> ast.Call | None:
    for node in ast.walk(call):
        if isinstance(node, ast.Call) and node is not call and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and first.value == name:
                return node
    return None


def _definition(node: Any, column: str) -> Any:
    """The definition of the column of that name in an ALTER TABLE."""
    return next(
        definition
        for one in node.cmds
        if one.alter_table_cmd.subtype == pg.AT_AddColumn
        and (definition := getattr(one.alter_table_cmd, "def").column_def).colname == column
    )
