"""
The SQL inside a DO block or a function's body, as far as it stands there in full.

PostgreSQL's own PL/pgSQL parser reads the body. Which of its statements run is decided by the database, so whatever is
below a condition, in a loop, or in a block whose exception somebody catches, may run or not. An EXECUTE of a text that
is put together from values is told: only running it would say what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import postgast

from pipeline.review.reading.naming import words_of
from pipeline.review.reading.sql_expressions import functions


class Inner(NamedTuple):
    """One statement of a body. `maybe` says that it may not run."""

    sql: str
    maybe: bool


class Unread(NamedTuple):
    """What of a body could not be read."""

    why: str


_QUERIES = {"execsql": "sqlstmt", "perform": "expr", "call": "expr", "fors": "query", "return_query": "query"}
_COMPUTED = {"dynexecute", "dynfors"}
ENDS = {"commit": "COMMIT", "rollback": "ROLLBACK"}


def inside(sql: str, node: Any) -> Iterator[Inner | Unread]:
    """Yield what a DO block, or a CREATE FUNCTION when it is called, does: its statements in their order."""
    options = {one.def_elem.defname: one.def_elem.arg for one in (getattr(node, "args", None) or node.options)}
    language = options["language"].string.sval if "language" in options else "plpgsql"
    what = "a DO block" if type(node).__name__ == "DoStmt" else f"the function {words_of(node.funcname)}"
    if language == "sql" and "as" in options:
        yield Inner(options["as"].list.items[0].string.sval, maybe=False)
        return
    if language != "plpgsql" or "as" not in options:  # The parser aborts the whole process where there is no body.
        form = "as BEGIN ATOMIC" if "as" not in options else f"in {language}"
        yield Unread(f"what {what} does is written {form}, which is not read")
        return
    try:
        bodies = postgast.parse_plpgsql(sql)
    except (postgast.PgQueryError, ValueError) as error:
        yield Unread(f"PostgreSQL's parser does not read the PL/pgSQL of {what} ({error})")
        return
    for body in bodies:
        yield from _Body(what).block(body["PLpgSQL_function"]["action"]["PLpgSQL_stmt_block"], maybe=False)


def called(node: Any) -> Iterator[str]:
    """Yield the names of the functions that a SELECT or CALL calls, without their schema."""
    yield from (name.rpartition(".")[2] for name in functions(node))


class _Body:
    """Walks the statements of one body; `left` once something before may have left it."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.left = False

    def block(self, node: dict[str, Any], *, maybe: bool) -> Iterator[Inner | Unread]:
        caught = node.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", [])
        yield from self._statements(node.get("body", []), maybe=maybe or bool(caught))
        for one in caught:
            yield from self._statements(one["PLpgSQL_exception"].get("action", []), maybe=True)

    def _statements(self, nodes: list[dict[str, Any]], *, maybe: bool) -> Iterator[Inner | Unread]:
        for node in nodes:
            for name, value in node.items():
                yield from self._statement(name.removeprefix("PLpgSQL_stmt_"), value, maybe=maybe or self.left)

    def _statement(self, kind: str, node: dict[str, Any], *, maybe: bool) -> Iterator[Inner | Unread]:
        if kind == "block":
            yield from self.block(node, maybe=maybe)
        elif kind in ENDS:
            yield Inner(ENDS[kind], maybe)
        elif kind == "return" or (kind == "exit" and "label" in node):
            self.left = True
        elif kind in _QUERIES and _QUERIES[kind] in node:
            yield Inner(_query(node[_QUERIES[kind]]), maybe)
        elif kind in _COMPUTED or "dynquery" in node:
            text = _query(node.get("dynquery") or node["query"])
            known = _constant(text)
            yield Inner(known, maybe) if known is not None else self._not_known(text)
        for branch in _branches(node):
            yield from self._statements(branch, maybe=True)

    def _not_known(self, expression: str) -> Unread:
        return Unread(f"EXECUTE {expression} in {self.what} is not known before it runs")


def _branches(node: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The lists of statements below an IF, a CASE or a loop."""
    if "exceptions" in node:
        return
    for name in ("then_body", "elsif_list", "case_when_list", "else_body", "else_stmts", "body"):
        for one in node.get(name, []):
            inner = one.get("PLpgSQL_if_elsif") or one.get("PLpgSQL_case_when")
            yield inner.get("stmts", []) if inner is not None else [one]


def _query(expression: dict[str, Any]) -> str:
    return str(expression["PLpgSQL_expr"]["query"])


def _constant(expression: str) -> str | None:
    """Return the text that an expression is, if it is made of nothing but texts."""
    try:
        target = postgast.parse(f"SELECT {expression}").stmts[0].stmt.select_stmt.target_list[0].res_target.val
    except postgast.PgQueryError:
        return None
    return _text(target)


def _text(node: Any) -> str | None:
    kind = node.WhichOneof("node")
    if kind == "a_const" and node.a_const.HasField("sval"):
        return str(node.a_const.sval.sval)
    if kind == "type_cast":
        return _text(node.type_cast.arg)
    if kind == "a_expr" and [one.string.sval for one in node.a_expr.name] == ["||"]:
        sides = [_text(node.a_expr.lexpr), _text(node.a_expr.rexpr)]
        return "".join(one for one in sides if one is not None) if None not in sides else None
    if kind == "func_call" and words_of(node.func_call.funcname).rpartition(".")[2] == "format":
        return _formatted([_text(one) for one in node.func_call.args])
    return None


def _formatted(arguments: list[str | None]) -> str | None:
    """`format` with texts alone: %I, %L and %s, one after the other."""
    form, *given = arguments
    if form is None or None in given or form.count("%") != len(given):
        return None
    quoting: dict[str, Callable[[str], str]] = {
        "I": lambda text: '"' + text.replace('"', '""') + '"',
        "L": lambda text: "'" + text.replace("'", "''") + "'",
        "s": str,
    }
    first, *parts = form.split("%")
    if any(part[:1] not in quoting for part in parts):
        return None
    return first + "".join(
        quoting[part[0]](str(value)) + part[1:] for part, value in zip(parts, given, strict=True)
    )  # fmt: skip
