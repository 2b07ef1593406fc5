"""The code that takes back what a revision did: one line for each change, in the words of its author."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pipeline.review.reading.script import Script
from pipeline.review.reading.statement import Statement
from pipeline.review.revision import Revision
from pipeline.review.schema.changes import Action, Change, Kind, Thing, changes
from pipeline.review.schema.names import constant
from pipeline.review.spelling import alchemy_name, operations_name, quoted, table_words

_NOTHING_TO_UNDO = {
    "VariableSetStmt", "SelectStmt", "VacuumStmt", "ReindexStmt", "CommentStmt", "CreateExtensionStmt", "LockStmt",
    "TransactionStmt", "RefreshMatViewStmt", "ClusterStmt", "ExplainStmt", "CheckPointStmt", "GrantStmt", "NotifyStmt",
}  # fmt: skip
_DATA = {"InsertStmt", "UpdateStmt", "DeleteStmt", "CopyStmt", "TruncateStmt", "MergeStmt"}
_TYPES = {
    "CONSTR_PRIMARY": "primary",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_FOREIGN": "foreignkey",
    "CONSTR_CHECK": "check",
}


def to_be_undone(script: Script) -> list[Statement]:
    """Return the statements that leave a trace which a rollback has to remove."""
    passing = _made_and_dropped(script)
    return [one for one in script.statements if not _is_nothing(one) and not _is_about(one, passing)]


def _made_and_dropped(script: Script) -> set[str]:
    """The tables that the script makes for itself and puts away again."""
    made: set[str] = set()
    dropped: set[str] = set()
    for change in (change for statement in script.statements for change in changes(statement)):
        if change.thing.kind is Kind.TABLE:
            made |= {change.thing.name} if change.action is Action.MAKE else set()
            dropped |= {change.thing.name} & made if change.action is Action.DROP else set()
    return dropped


def _is_about(statement: Statement, tables: set[str]) -> bool:
    """Tell whether it does nothing to anything else; what it reads of other tables is no change of them."""
    about = [statement.table] if statement.table else statement.drops("TABLE")
    return bool(about) and set(about) <= tables


def changes_data_only(statements: Iterable[Statement]) -> bool:
    return all(one.kind in _DATA for one in statements)


def _is_nothing(statement: Statement) -> bool:
    if statement.kind == "AlterTableStmt":
        return all(
            constant(one.alter_table_cmd, "subtype") in {"AT_ValidateConstraint", "AT_SetStatistics", "AT_ClusterOn"}
            for one in statement.node.cmds
        )
    if statement.kind == "AlterEnumStmt":
        # A label cannot be dropped; one that may be there already is no obstacle to the next upgrade.
        return bool(statement.node.skip_if_new_val_exists)
    return statement.kind in _NOTHING_TO_UNDO


def undoing(revision: Revision, script: Script) -> Iterator[str]:
    """Yield the lines of a downgrade, the last change first."""
    made_tables: set[str] = set()
    done: list[Change] = []
    for statement in script.statements:
        for change in changes(statement):
            if change.thing.kind is Kind.TABLE and change.action is Action.MAKE:
                made_tables.add(change.thing.name)
            if not (change.table in made_tables and change.thing.kind is not Kind.TABLE):
                done.append(change)
    yield from (line for change in reversed(done) if (line := undone_by(revision, change)))


def is_only_making(script: Script) -> bool:
    """Tell whether every trace is something new, so that dropping it is all there is to undo."""
    for statement in to_be_undone(script):
        found = list(changes(statement))
        commands = len(statement.node.cmds) if statement.kind == "AlterTableStmt" else 1
        if len(found) < commands or any(one.action is not Action.MAKE or one.conditional for one in found):
            return False
    return True


def undone_by(revision: Revision, change: Change) -> str:
    """Return the line that takes `change` back."""
    op = operations_name(revision)
    if change.action is Action.MAKE:
        return f"{op}.{_drop(change.thing, change)}"
    if change.action is Action.RENAME and change.new is not None:
        return f"{op}.{_rename(change.new, change.thing)}"
    return f"{op}.{_restore(revision, change)}"


def _drop(thing: Thing, change: Change) -> str:
    table, schema = table_words(change.table)
    name, own_schema = table_words(thing.name)
    if thing.kind is Kind.TABLE:
        return f"drop_table({name}{own_schema})"
    if thing.kind is Kind.COLUMN:
        return f"drop_column({table}, {quoted(thing.name)}{schema})"
    if thing.kind is Kind.INDEX:
        return f"drop_index({name}, table_name={table}{schema})"
    if thing.kind is Kind.CONSTRAINT:
        return f"drop_constraint({quoted(thing.name)}, {table}{_type_of(change)}{schema})"
    on = f" ON {change.table}" if thing.kind is Kind.TRIGGER else ""
    return f"execute({quoted(f'DROP {thing.kind.upper()} {thing.name}{on}')})"


def _rename(old: Thing, new: Thing) -> str:
    table, schema = table_words(old.table)
    if old.kind is Kind.COLUMN:
        return f"alter_column({table}, {quoted(old.name)}, new_column_name={quoted(new.name)}{schema})"
    if old.kind is Kind.TABLE:
        name, own_schema = table_words(old.name)
        return f"rename_table({name}, {table_words(new.name)[0]}{own_schema})"
    bare = new.name.rpartition(".")[2]
    if old.kind in {Kind.CONSTRAINT, Kind.TRIGGER}:
        what = f"ALTER TABLE {old.table} RENAME CONSTRAINT {old.name} TO {bare}"
        what = what if old.kind is Kind.CONSTRAINT else f"ALTER TRIGGER {old.name} ON {old.table} RENAME TO {bare}"
        return f"execute({quoted(what)})"
    return f"execute({quoted(f'ALTER {old.kind.upper()} {old.name} RENAME TO {bare}')})"


def _restore(revision: Revision, change: Change) -> str:
    """What was dropped is not known here in full; the line says where its definition belongs."""
    thing, sa = change.thing, alchemy_name(revision)
    table, schema = table_words(change.table)
    name, own_schema = table_words(thing.name)
    if thing.kind is Kind.COLUMN:
        return f"add_column({table}, {sa}.Column({quoted(thing.name)}, …){schema})"
    if thing.kind is Kind.TABLE:
        return f"create_table({name}, …{own_schema})"
    if thing.kind is Kind.INDEX:
        return f"create_index({name}, …)"
    if thing.kind is Kind.CONSTRAINT:
        type_ = change.statement.call.arguments.get("type_") if change.statement.call else None
        kinds = {"unique": "unique_constraint", "check": "check_constraint", "primary": "primary_key"}
        what = kinds.get(str(type_), "foreign_key")
        return f"create_{what}({quoted(thing.name)}, {table}, …{schema})"
    return f"execute({quoted(f'CREATE {thing.kind.upper()} {thing.name} …')})"


def _type_of(change: Change) -> str:
    for one in getattr(change.statement.node, "cmds", ()):
        definition = getattr(one.alter_table_cmd, "def")
        if definition.HasField("constraint"):
            found = _TYPES.get(constant(definition.constraint, "contype"))
            if found:
                return f", type_={quoted(found)}"
    return ""


def refuses(function: ast.FunctionDef) -> ast.Raise | None:
    """Return the `raise` that is all a function does, whatever it prints before."""
    for node in function.body:
        if isinstance(node, ast.Raise):
            return node
    return None
