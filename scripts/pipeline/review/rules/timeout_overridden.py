"""
The revision switches off the limit that keeps one waiting statement from stopping everybody.

A statement that waits for a lock makes all later ones wait behind it; lock_timeout ends that after a moment, and
whoever applies the revisions sets it. Without it, one long query elsewhere stops the table for as long as it runs.
What waits for nobody's lock (CONCURRENTLY, VALIDATE) may go without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import postgast

from pipeline.review.finding import Severity
from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.rule import Harm, Hit, Rule

tree = postgast.pg_query_pb2

rule = Rule(
    __name__,
    harm=Harm.BLOCKS,
    severity=Severity.WARNING,
    effect="With {setting} {value}, a statement that has to wait keeps everybody behind it waiting, without an end.",
    remedy="Leave it to whoever applies the revision, or set a short one for this transaction alone:\n{code}",
    shown_by=None,
)

_LIMITS = {"lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"}
_UNITS = {"us": 0.001, "ms": 1, "": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST_LOCK_TIMEOUT = 60_000


@rule.in_script
def limits_switched_off(script: Script) -> Iterator[Hit]:
    for position, statement in enumerate(script.statements):
        for setting, value in _settings(statement):
            if setting in _LIMITS and _is_no_limit(setting, value):
                if _all_wait_for_nobody(script.statements[position + 1 :]):
                    continue
                severity = Severity.ERROR if setting == "lock_timeout" else Severity.WARNING
                code = "op.execute(\"SET LOCAL lock_timeout = '2s'\")"
                values = {"setting": setting, "value": value if value != "0" else "switched off", "code": code}
                yield Hit(setting, statement.line, values, severity=severity)


def _settings(statement: Statement) -> Iterator[tuple[str, str]]:
    """What a SET, a set_config() or an ALTER ROLE … SET sets, and to what; `DEFAULT` is a value of its own."""
    node: Any = statement.node
    if statement.kind in {"AlterRoleSetStmt", "AlterDatabaseSetStmt"}:
        node = node.setstmt
    if type(node).__name__ == "VariableSetStmt" and node.name:
        if node.kind == tree.VAR_SET_VALUE and node.args:
            yield node.name.lower(), _constant(node.args[0])
        return
    for _, call in postgast.walk(statement.node):
        if type(call).__name__ == "FuncCall" and call.funcname[-1].string.sval == "set_config" and len(call.args) > 1:
            yield _constant(call.args[0]).lower(), _constant(call.args[1])


def _constant(node: Any) -> str:
    constant = node.a_const
    return str(constant.sval.sval if constant.WhichOneof("val") == "sval" else constant.ival.ival)


def _is_no_limit(setting: str, value: str) -> bool:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value)
    if match is None or match[2] not in _UNITS:
        return False
    milliseconds = float(match[1]) * _UNITS[match[2]]
    return milliseconds == 0 or (setting == "lock_timeout" and milliseconds > _LONGEST_LOCK_TIMEOUT)


def _all_wait_for_nobody(after: list[Statement]) -> bool:
    """Whether all that follows takes no lock that anybody would wait behind."""
    return bool(after) and not any(lock.blocks_writes for one in after for lock in one.locks.values())
