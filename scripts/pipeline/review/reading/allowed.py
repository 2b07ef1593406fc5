"""
Which real things an interpreted revision may touch: what computes a value, and nothing that reaches outside.

A pull request's revision is a stranger's code. It gets SQLAlchemy's and Alembic's objects and the arithmetic of the
standard library; everything else that it imports or looks up is Unknown.
"""

from __future__ import annotations

import builtins
import contextlib
import enum
import importlib
import types
from typing import Any

from pipeline.review.reading.unknown import Unknown

_MODULES = {
    "alembic.operations.ops", "alembic_utils", "sqlalchemy", "pgvector.sqlalchemy",
    "base64", "calendar", "collections", "dataclasses", "datetime", "decimal", "enum", "functools",
    "hashlib", "itertools", "json", "math", "operator", "re", "string", "textwrap", "typing", "typing_extensions",
    "uuid", "zoneinfo", "__future__",
}  # fmt: skip
# What of these reaches outside, or into the interpreter's own process.
_REFUSED = {
    "sqlalchemy.engine", "sqlalchemy.pool", "sqlalchemy.util", "sqlalchemy.testing", "sqlalchemy.ext.asyncio",
    "sqlalchemy.event", "sqlalchemy.events", "sqlalchemy.inspection", "sqlalchemy.log", "sqlalchemy.orm",
    "sqlalchemy.ext.declarative", "sqlalchemy.ext.automap", "sqlalchemy.future.engine",
}  # fmt: skip
_REFUSED_NAMES = {"create_engine", "create_mock_engine", "engine_from_config", "create_pool_from_url", "inspect"}
_BUILTINS = {
    "abs", "all", "any", "bin", "bool", "bytes", "chr", "dict", "divmod", "enumerate", "filter", "float", "format",
    "frozenset", "hex", "int", "isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next", "object",
    "oct", "ord", "property", "range", "repr", "reversed", "round", "set", "slice", "sorted", "staticmethod", "str",
    "sum", "tuple", "getattr", "type", "zip", "True", "False", "None", "Ellipsis", "NotImplemented",
}  # fmt: skip
# These look up what `attribute` refuses, evaluate text, or unpickle.
_REFUSED_CALLS = {
    "attrgetter", "methodcaller", "call", "get_type_hints", "Formatter", "make_dataclass", "getnode", "uuid1",
    "result_processor", "cached_result_processor", "bind_processor", "literal_processor", "collect_instances",
    # Made to take long, or to make numbers of any length.
    "pbkdf2_hmac", "scrypt", "Context", "localcontext", "getcontext", "setcontext",
    "open", "exec", "eval", "compile", "input", "breakpoint", "__import__", "getattr", "setattr", "delattr", "vars",
}  # fmt: skip


def builtin(name: str) -> Any:
    """Return the builtin of that name, or an Unknown for those that a revision gets nothing of."""
    found = getattr(builtins, name, None)
    if name in _BUILTINS or (isinstance(found, type) and issubclass(found, BaseException)):
        return found
    return Unknown(name)


def module(name: str) -> Any:
    """Return the module `name`, or an Unknown when a revision may not have it or it is not installed."""
    if not _may_import(name):
        return Unknown(name, imported=name)
    try:
        return importlib.import_module(name)
    except ImportError:
        return Unknown(name, imported=name)


def attribute(value: Any, name: str) -> Any:
    """Return `value.name`, or an Unknown when that is not there or not for revisions. Never raises."""
    label = f"{getattr(value, '__name__', type(value).__name__)}.{name}"
    if name.startswith("_") and not (name == "__name__" and isinstance(value, type)):
        return Unknown(label)
    if isinstance(value, types.ModuleType) and name in _REFUSED_NAMES:
        return Unknown(label, imported=value.__name__)
    try:
        found = getattr(value, name)
    except Exception:  # noqa: BLE001 - SQLAlchemy's objects raise whatever they like; it is not known then.
        return Unknown(label, imported=label if isinstance(value, types.ModuleType) else None)
    if isinstance(found, types.ModuleType):
        return found if _may_import(found.__name__) else Unknown(label, imported=found.__name__)
    return found


def may_call(function: Any) -> bool:
    """Tell whether `function` only computes."""
    name = str(getattr(function, "__name__", ""))
    if name in _REFUSED_CALLS or (name.startswith("_") and name != "_"):
        return False
    owner = getattr(function, "__module__", None) or type(getattr(function, "__self__", function)).__module__
    if not isinstance(owner, str):
        return False
    if owner in {
        "builtins",
        "_operator",
        "_functools",
        "_json",
        "_decimal",
        "_struct",
        "_sre",
        "_datetime",
        "_collections",
    }:
        return True
    return _may_import(owner) or owner.startswith(("alembic.operations", "pipeline.review.reading.operations"))


def may_hand_over(values: Any) -> bool:
    """Tell whether `values` hold nothing that a real function could call and that a revision may not."""
    if isinstance(values, list | tuple | set | frozenset):
        return all(may_hand_over(one) for one in values)
    if isinstance(values, dict):
        return all(may_hand_over(one) for one in values.values())
    if isinstance(values, type) and issubclass(values, enum.Enum):
        return True
    return not isinstance(values, _CALLABLES) or may_call(values)


_CALLABLES = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType,
    types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType, type,
)  # fmt: skip


def _may_import(name: str) -> bool:
    return _below(name, _MODULES) and not _below(name, _REFUSED)


def _below(name: str, roots: set[str]) -> bool:
    return any(name == root or name.startswith(root + ".") for root in roots)


def is_enum_like(base: type) -> bool:
    """Tell whether a class with this base is an enum, or a plain value mixed into one."""
    return issubclass(base, enum.Enum) or base in {str, int}


def make_enum(name: str, bases: tuple[type, ...], labels: dict[str, Any]) -> Any:
    """Make the enum a file defines, or return None when it is none."""
    kind = next((base for base in bases if issubclass(base, enum.Enum)), None)
    mixed = next((base for base in bases if base in {str, int}), None)
    if kind is None or not labels:
        return None
    try:
        return enum.EnumMeta.__call__(kind, name, labels, type=mixed)
    except (TypeError, ValueError):
        return None


def is_our_context_manager(value: Any) -> bool:
    """Tell whether `value` is a block of ours (an autocommit block), which has to be entered for real."""
    return isinstance(value, contextlib.AbstractContextManager) and type(value).__module__ == "contextlib"
