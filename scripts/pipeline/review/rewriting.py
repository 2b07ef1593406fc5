"""
Corrected code: the author's own call with one thing changed, so that a remedy can be pasted and `--fix` can apply it.

The text of the call is changed where its syntax tree says: variables, comments and line breaks stay as they were.
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from postgast import pg_query_pb2 as tree
from sqlalchemy.dialects import postgresql

from pipeline.review.finding import Edit
from pipeline.review.reading.script import Call, Script
from pipeline.review.reading.sql_expressions import deparsed
from pipeline.review.reading.statement import Statement
from pipeline.review.reading.unknown import is_anywhere_unread

# Where op's own signature has the table, and what it calls it; a batch_op call has no such argument.
_TABLE_AT = {"add_column": 0, "alter_column": 0, "drop_column": 0}
_CONNECTIONS = {"bind", "conn", "connection", "cursor", "session", "engine"}
_IMPORTED = {"op", "sa", "sqlalchemy", "postgresql", *dir(sa), *dir(postgresql)}
_TABLE_WORDS = {"create_foreign_key": ("source_table", "source_schema")}


def with_keyword(call: Call, name: str, value: str) -> str:
    """Return the call's text with `name=value`, in place of what it has for `name` now."""
    return _with_keyword(plain(call), name, value)


def plain(call: Call) -> str:
    """Return the call's text as one of `op`: a batch_op call gets the name of its table."""
    if not call.batch:
        return dedented(call, call.text)
    parsed = _parsed(call.text)
    word, schema_word = _TABLE_WORDS.get(call.name, ("table_name", "schema"))
    table = source(call.arguments.get("table_name", call.arguments.get("source_table")))
    at = _TABLE_AT.get(call.name, 1)
    text = call.text
    if len(parsed.args) > at:
        text = _insert(text, parsed.args[at].lineno, parsed.args[at].col_offset, f"{table}, ")
    elif len(parsed.args) == at and at:
        text = _insert(text, parsed.args[-1].end_lineno, parsed.args[-1].end_col_offset, f", {table}")
    else:
        text = _with_keyword(text, word, table)
    schema = call.arguments.get("schema", call.arguments.get("source_schema"))
    if schema is not None:
        text = _with_keyword(text, schema_word, source(schema))
    receiver = (ast.get_source_segment(call.text, parsed.func) or "").rpartition(".")[0]
    return dedented(call, re.sub(rf"(?<![\w.]){re.escape(receiver)}\.", "op.", text))


def moved(statement: Statement) -> str:
    """
    Return the operation as it can stand in another revision.

    A loop's variable, a constant of the file or its connection means nothing there: then it is the statement itself.
    """
    call = statement.call
    return execute(statement.sql) if call is None or not stands_alone(statement) else plain(call)


def stands_alone(statement: Statement) -> bool:
    """Tell whether its call says all it needs, or says more than the SQL, where reading knows no names."""
    return statement.call is not None and (is_anywhere_unread(statement.sql) or _says_all(statement.call))


def _says_all(call: Call) -> bool:
    """Literals, `op`, and what SQLAlchemy is imported for."""
    root = call.node.func
    while isinstance(root, ast.Attribute):
        root = root.value
    if call.name == "execute" and getattr(root, "id", "") in _CONNECTIONS:
        return False
    given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    named = {id(part): part.id for one in given for part in ast.walk(one) if isinstance(part, ast.Name)}
    owners = {
        id(part.func if isinstance(part, ast.Call) else part.value)
        for one in given
        for part in ast.walk(one)
        if isinstance(part, ast.Call | ast.Attribute)
    }
    return all(
        name == getattr(root, "id", None) or (at in owners and name in _IMPORTED) or _is_type(name)
        for at, name in named.items()
    )


def _is_type(name: str) -> bool:
    return isinstance(getattr(sa, name, getattr(postgresql, name, None)), type)


def source(value: Any) -> str:
    """Return a value as Python: what is not known as the file writes it, a text in double quotes."""
    if isinstance(value, str):
        text = repr(str(value))
        return f'"{text[1:-1]}"' if '"' not in text else text
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(source, value)) + "]"
    return str(getattr(value, "source", repr(value)))


def execute(sql: str) -> str:
    """Return an `op.execute` of `sql`."""
    if "\n" in sql or '"' in sql or "\\" in sql:
        quotes = "'''" if '"' in sql and "'''" not in sql else '"""'
        return f"op.execute({'r' if chr(92) in sql else ''}{quotes}{sql}{quotes})"
    return f'op.execute("{sql}")'


def in_autocommit_block(code: str) -> str:
    """Return `code` inside an autocommit block of its own."""
    return "with op.get_context().autocommit_block():\n" + textwrap.indent(code, "    ")


def as_sql(node: Any) -> str:
    """Return a parse tree as SQL."""
    field = next(one.name for one in tree.Node.DESCRIPTOR.fields if one.message_type.name == type(node).__name__)
    statement = tree.RawStmt(stmt=tree.Node(**{field: node}))
    return deparsed(tree.ParseResult(stmts=[statement]))


def changed(node: Any, **values: Any) -> Any:
    """Return a copy of a parse tree with some of its fields set."""
    copy = type(node)()
    copy.CopyFrom(node)
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


def edits_for(statement: Statement, code: str) -> tuple[Edit, ...]:
    """
    Return the edit that puts `code` in place of the statement's call.

    There is none where other code shares the call's lines, or where a text over several lines would be indented.
    """
    call = statement.call
    if call is None or call.batch or call.conditional or not call.in_file or _has_text_over_lines(call.node):
        return ()
    first, last = call.node.lineno, call.node.end_lineno or call.node.lineno
    lines = _lines(statement.file)[first - 1 : last]
    if not lines:
        return ()
    before = lines[0].encode()[: call.node.col_offset].decode()
    after = lines[-1].encode()[call.node.end_col_offset :].decode()
    if before.strip() or after.strip().partition("#")[0]:
        return ()
    return (Edit(first, last, textwrap.indent(code, before) + after),)


def only_operation(script: Script, statement: Statement) -> bool:
    """Tell whether `statement` is all that its direction of the revision does."""
    return script.statements == [statement] and len(script.calls) <= 1 and not script.not_analysed


def dedented(call: Call, text: str) -> str:
    """Return a call's text with its further lines where they would be if it stood at the left edge."""
    first, *rest = text.splitlines()
    left = " " * call.node.col_offset
    return "\n".join([first, *(line.removeprefix(left) for line in rest)])


def not_valid(statement: Statement) -> str:
    """Return an ALTER TABLE as SQL with each of its CHECK and FOREIGN KEY constraints NOT VALID."""
    node = changed(statement.node)
    for command in node.cmds:
        constraint = getattr(command.alter_table_cmd, "def").constraint
        if constraint.contype in {tree.CONSTR_CHECK, tree.CONSTR_FOREIGN}:
            constraint.skip_validation = True
            constraint.initially_valid = False
    return as_sql(node)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


def _has_text_over_lines(node: ast.AST) -> bool:
    texts = (one for one in ast.walk(node) if isinstance(one, ast.Constant | ast.JoinedStr))
    return any(one.lineno != one.end_lineno for one in texts)


def _with_keyword(text: str, name: str, value: str) -> str:
    call = _parsed(text)
    for keyword in call.keywords:
        if keyword.arg == name:
            before = _offset(text, keyword.value.lineno, keyword.value.col_offset)
            after = _offset(text, keyword.value.end_lineno, keyword.value.end_col_offset)
            return text[:before] + value + text[after:]
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not arguments:
        return f"{text[:-1]}{name}={value})"
    last = max(arguments, key=lambda one: (one.end_lineno or 0, one.end_col_offset or 0))
    return _insert(text, last.end_lineno, last.end_col_offset, f", {name}={value}")


def _parsed(text: str) -> ast.Call:
    return cast(ast.Call, ast.parse(text, mode="eval").body)


def _insert(text: str, line: int | None, column: int | None, more: str) -> str:
    at = _offset(text, line, column)
    return text[:at] + more + text[at:]


def _offset(text: str, line: int | None, column: int | None) -> int:
    """Where a line and a column, as syntax trees count them (the column in bytes), are in `text`."""
    lines = text.splitlines(keepends=True)
    here = lines[(line or 1) - 1].encode()[: column or 0].decode()
    return sum(map(len, lines[: (line or 1) - 1])) + len(here)
