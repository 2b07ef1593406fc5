"""What a call in a revision comes to: an operation, a function of the file, something real, or out of sight."""

from __future__ import annotations

import ast
import functools
import itertools
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipeline.review.reading import allowed, limits, reflected
from pipeline.review.reading.barrier import barrier
from pipeline.review.reading.connections import Connection, Session
from pipeline.review.reading.doubts import CHANGING
from pipeline.review.reading.functions import Either, Function, Scope
from pipeline.review.reading.imports import OpFunction
from pipeline.review.reading.operations import Batch, Op
from pipeline.review.reading.rendering import mock_connection
from pipeline.review.reading.unknown import Unknown, UnreadType, any_unknown, as_text

if TYPE_CHECKING:
    from pipeline.review.reading.evaluation import Evaluation

# Called for their effect, these change nothing in the database.
_QUIET = set(sys.stdlib_module_names) | {"click", "tqdm", "structlog", "loguru", "rich", "flask", "dotenv"}
_SESSION_MAKERS = {"Session", "sessionmaker", "scoped_session", "AsyncSession", "async_sessionmaker"}
_BY_NAME = ("exec", "eval", "globals(", "locals(", "vars(", "__import__")
_ONLY_LOOKING = {"inspect", "from_engine", "Inspector", "declarative_base", "automap_base", "relationship"}
_LOGGING = {"log", "logger", "logging", "getlogger", "get_logger", "warnings"}
_FILLING = {"append", "extend", "pop", "popitem", "reverse", "setdefault", "sort"}
# Given a function, these call it later, or somewhere else.
_CALL_LATER = {
    "threading",
    "_thread",
    "concurrent",
    "multiprocessing",
    "asyncio",
    "sched",
    "atexit",
    "signal",
    "timeit",
}
# Given something real, these call it out of the interpreter's sight.
_CALLERS = (
    map, filter, sorted, min, max, functools.reduce, functools.partial, itertools.starmap, itertools.accumulate,
    itertools.groupby, itertools.takewhile, itertools.dropwhile, itertools.filterfalse,
)  # fmt: skip
_CONTAINERS = (list, dict, set, tuple, frozenset)


@dataclass(frozen=True)
class Method:
    """A method of `op`, a batch or a connection; `function` takes the call's node before the arguments."""

    name: str
    function: Callable[..., Any]


@dataclass(frozen=True)
class Missing:
    """A name that `op`, a batch or a connection does not have as far as reading knows."""

    name: str


def call(interpreter: Evaluation, node: ast.Call, scope: Scope, *, effect: bool = False) -> Any:
    """Return what the call gives. With `effect`, one that goes out of sight is said to be not analysed."""
    function = interpreter.value(node.func, scope)
    arguments = interpreter.elements(node.args, scope)
    keywords = _keywords(interpreter, node, scope)
    if isinstance(function, Method | OpFunction):
        # What holds itself, or has millions of parts, is not walked through by an operation either.
        arguments = [_light(one) for one in arguments]
        keywords = {key: _light(one) for key, one in keywords.items()}
    if isinstance(function, Method):
        return function.function(node, *arguments, **keywords)
    if isinstance(function, OpFunction):
        method = function.op.method(function.name)
        function = Missing(function.name) if method is None else Method(function.name, method)
        if isinstance(function, Method):
            return function.function(node, *arguments, **keywords)
    if isinstance(function, Missing):
        interpreter.recorder.not_followed(f"{ast.unparse(node.func)} is no operation that reading knows", node)
        return Unknown(ast.unparse(node.func))
    if isinstance(function, Function):
        return function(*arguments, **keywords)
    if isinstance(function, Either):
        return either(interpreter, function, arguments, keywords)
    if isinstance(function, Connection):
        return function
    if isinstance(function, Unknown) and _enters_batch(function, arguments):
        return arguments[0]
    _say_who_gets_operations(interpreter, node, [*arguments, *keywords.values()])
    if isinstance(function, Unknown):
        return _out_of_sight(interpreter, function, node, [*arguments, *keywords.values()], effect=effect)
    if function is getattr_marker:
        return _looked_up(interpreter, node, arguments)
    return _real(interpreter, function, node, arguments, keywords)


getattr_marker = getattr
"""`getattr(op, name)` is looked up as the interpreter looks up attributes, never as Python does."""


def _light(value: Any) -> Any:
    return Unknown("…") if limits.is_heavy(value) else value


def _enters_batch(function: Unknown, arguments: list[Any]) -> bool:
    """`stack.enter_context(op.batch_alter_table(…))` gives the batch."""
    return function.source.endswith(".enter_context") and bool(arguments) and isinstance(arguments[0], Batch)


def _say_who_gets_operations(interpreter: Evaluation, node: ast.Call, given: list[Any]) -> None:
    """`map(op.execute, …)`, `partial(op.drop_column, …)`: whoever gets an operation calls it out of sight."""
    for one in given:
        if isinstance(one, Method | OpFunction):
            called = ast.unparse(node.func)
            interpreter.recorder.not_followed(
                f"{called}(…) is handed op.{one.name}, and when it calls it is not read", node
            )


def either(interpreter: Evaluation, choice: Either, arguments: list[Any], keywords: dict[str, Any]) -> Unknown:
    """Read each of the functions, as one of them will run."""
    for function in choice.functions:
        with interpreter.undecided():
            function(*arguments, **keywords)
    return Unknown(f"{choice.functions[0].name}(…)")


def _keywords(interpreter: Evaluation, node: ast.Call, scope: Scope) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for keyword in node.keywords:
        value = interpreter.value(keyword.value, scope)
        if keyword.arg is not None:
            made[keyword.arg] = value
        elif isinstance(value, dict):
            made.update({key: one for key, one in value.items() if isinstance(key, str)})
    return made


def _looked_up(interpreter: Evaluation, node: ast.Call, arguments: list[Any]) -> Any:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        interpreter.recorder.not_followed(f"{ast.unparse(node)} is not known before it runs", node)
        return Unknown(ast.unparse(node))
    return interpreter.attribute(arguments[0], arguments[1], node)


def is_quiet(value: Unknown) -> bool:
    """Tell whether calling `value` changes nothing in the database, as far as where it comes from tells."""
    return value.imported is None or value.imported.split(".")[0] in _QUIET


def _out_of_sight(interpreter: Evaluation, function: Unknown, node: ast.Call, given: list[Any], *, effect: bool) -> Any:
    name = function.source.rpartition(".")[2]
    gets_connection = any(isinstance(one, Connection) for one in given)
    if name in _SESSION_MAKERS and (gets_connection or (function.imported or "").startswith("sqlalchemy")):
        return Session(interpreter.recorder)
    if function.imported is None and function.source.startswith(_BY_NAME):
        interpreter.recorder.not_followed(
            f"{function.source}(…) runs what is put together as text: it is not read", node
        )
    own = next((one for one in given if isinstance(one, Function)), None)
    if own is not None and (function.imported or "").split(".")[0] in _CALL_LATER:
        interpreter.recorder.not_followed(
            f"{function.source}(…) is handed {own.name}, and when it calls it is not read", node
        )
    handed_on = any(isinstance(one, Op | Batch | Connection | Function) for one in given)
    root = (function.imported or "").split(".")[0]
    if root == "sqlalchemy" and name in _ONLY_LOOKING:
        return Unknown(ast.unparse(node.func) + "(…)")
    if handed_on and root not in _QUIET:
        where = f", which comes from {function.imported}," if function.imported else ""
        interpreter.recorder.not_followed(f"{function.source}(…){where} is handed the connection and is not read", node)
    elif effect and not is_quiet(function) and not _only_tells(function):
        interpreter.recorder.not_followed(
            f"{function.source}(…) comes from {function.imported}, which is not read", node
        )
    return Unknown(f"{function.source}(…)", function.imported)


def _only_tells(function: Unknown) -> bool:
    """`LOG.info(…)` of whatever library writes a log, and `found.append(…)` fills a container."""
    *owners, name = re.sub(r"\(…\)|\[.*?\]", "", function.source).lower().split(".")
    return bool(_LOGGING & {one.strip("_") for one in owners}) or name in _FILLING


def _real(
    interpreter: Evaluation, function: Any, node: ast.Call, arguments: list[Any], keywords: dict[str, Any]
) -> Any:
    source = ast.unparse(node.func)
    if not callable(function) or not allowed.may_call(function):
        return Unknown(source + "(…)")
    if limits.is_too_much(function, arguments, keywords):
        interpreter.doubts.touch(getattr(function, "__self__", None))
        return Unknown(source + "(…)")
    if function in (isinstance, issubclass) and any(isinstance(one, Unknown) for one in arguments):
        return Unknown(source + "(…)")
    if (table := reflected.looked_up(function, arguments, keywords)) is not None:
        return table
    if getattr(function, "__name__", "") == "values":
        reflected.grow(getattr(getattr(function, "__self__", None), "table", None), *arguments, **keywords)
    if not allowed.may_hand_over([*arguments, *keywords.values()]):
        return Unknown(source + "(…)")
    if any(isinstance(one, Connection) for one in [*arguments, *keywords.values()]):
        mock = mock_connection(interpreter.recorder.sql)
        arguments = [mock if isinstance(one, Connection) else one for one in arguments]
        keywords = {key: mock if isinstance(one, Connection) else one for key, one in keywords.items()}
    prepared = _prepared(function, arguments, keywords)
    if prepared is None:
        return Unknown(source + "(…)")
    owner = getattr(function, "__self__", None)
    if interpreter.recorder.undecided and getattr(function, "__name__", "") in CHANGING:
        interpreter.doubts.touch(owner)
    doubtful = any(interpreter.doubts.about(one) for one in [owner, *arguments])
    if doubtful and _is_one_of(function, len, any, all, min, max, sum):
        return Unknown(source + "(…)")
    made = _called(interpreter, function, node, *prepared)
    if made is None:
        return Unknown(source + "(…)")
    made = interpreter.made(made[0])
    if doubtful:
        interpreter.doubts.touch(made)
    return made


def _called(
    interpreter: Evaluation, function: Any, node: ast.Call, arguments: list[Any], keywords: dict[str, Any]
) -> tuple[Any] | None:
    """Return what the call gives, None where that is not known."""

    def judged(inner: Any, given: list[Any], named: dict[str, Any]) -> Any:
        made = _real(interpreter, inner, node, given, named)
        if isinstance(made, Unknown):
            raise TypeError(made)  # Whoever calls it goes no further.
        return made

    def handed(one: Any) -> Any:
        return limits.guarded(judged, one) if callable(one) and not isinstance(one, Function) else one

    if _is_one_of(function, *_CALLERS) or getattr(function, "__name__", "") in {"sub", "subn", "sort"}:
        arguments, keywords = [handed(one) for one in arguments], {key: handed(one) for key, one in keywords.items()}
    try:
        with barrier():
            made = limits.finite(function, function(*arguments, **keywords), times=len(arguments) + len(keywords))
    except Exception:  # noqa: BLE001 - Any error means the same: the value is not known.
        return None
    return (made,)


def _prepared(function: Any, arguments: list[Any], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]] | None:
    """Return the arguments as a real callable can take them, None when nothing sensible can come of it."""
    if not any_unknown([*arguments, *keywords.values()]):
        return arguments, keywords
    owner = getattr(function, "__self__", None)
    module = str(getattr(function, "__module__", None) or type(owner).__module__)
    if module.startswith(("sqlalchemy", "alembic_utils", "pgvector")):
        return _for_sqlalchemy(function, arguments, keywords)
    if isinstance(owner, str):
        return [as_text(one) for one in arguments], {key: as_text(one) for key, one in keywords.items()}
    if (
        _is_one_of(function, *_CONTAINERS)
        or isinstance(owner, _CONTAINERS)
        or _is_one_of(function, enumerate, zip, reversed, isinstance)
    ):
        return (
            (arguments, keywords)
            if not any(isinstance(one, Unknown) for one in arguments) or owner is not None
            else None
        )
    if function is str:
        return [as_text(one) for one in arguments], {}
    return None


def _is_one_of(function: Any, *others: Any) -> bool:
    """Compared by identity: SQLAlchemy's callables answer == with SQL, and some cannot be hashed."""
    return any(function is other for other in others)


def _for_sqlalchemy(function: Any, arguments: list[Any], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """A column of an unknown type is still a column; a keyword that is not known is left out."""
    name = getattr(function, "__name__", "")
    known = {key: as_text(value) for key, value in keywords.items() if not isinstance(value, Unknown)}
    for key, value in keywords.items():
        if isinstance(value, Unknown) and key in {"type_", "item_type"}:
            known[key] = UnreadType(value.source)
        elif isinstance(value, Unknown) and key == "server_default":
            known[key] = sa.text(value.placeholder)
        elif isinstance(value, Unknown) and (key in {"name", "table_name", "schema"} or not isinstance(function, type)):
            known[key] = value.placeholder
    if name == "Column":
        made = _column(arguments)
        if any(isinstance(one, UnreadType) for one in made):
            known.pop("autoincrement", None)  # SQLAlchemy wants to see an integer there.
        return made, known
    if name == "ARRAY":
        return [UnreadType(one.source) if isinstance(one, Unknown) else one for one in arguments], known
    if isinstance(function, type) and issubclass(function, sa.types.TypeEngine) and not issubclass(function, sa.Enum):
        return [one for one in arguments if not isinstance(one, Unknown)], known
    return [as_text(one) for one in arguments], known


def _column(arguments: list[Any]) -> list[Any]:
    """The first Unknown after the name is the type, further ones (constraints, identities) are left out."""
    made: list[Any] = []
    for place, one in enumerate(arguments):
        if not isinstance(one, Unknown):
            made.append(one)
        elif place == 0:
            made.append(one.placeholder)
        elif place == 1:
            made.append(UnreadType(one.source))
    return made
