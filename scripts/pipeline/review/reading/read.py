"""Reads one direction of a revision: the front of this package."""

from __future__ import annotations

import ast
import warnings

from pipeline.review.finding import Direction
from pipeline.review.reading.calls import either
from pipeline.review.reading.evaluation import TooMuch
from pipeline.review.reading.flow import Break, Continue, Raised, Return
from pipeline.review.reading.functions import Either, Function
from pipeline.review.reading.interpreter import Interpreter
from pipeline.review.reading.limits import TookTooLong, time_limit
from pipeline.review.reading.recorder import Recorder
from pipeline.review.reading.script import Script
from pipeline.review.reading.unknown import Unknown, spelled_into
from pipeline.review.revision import Revision


def read_script(revision: Revision, direction: Direction, postgresql_version: int = 18) -> Script | None:
    """Return what `direction` of `revision` does, or None when the file defines nothing of that name."""
    script = Script(revision.file, revision.id, direction, _line_of(revision.tree, direction))
    recorder = Recorder(script, revision.text, postgresql_version)
    interpreter = Interpreter(recorder)
    with warnings.catch_warnings(), spelled_into(script.spellings):
        warnings.simplefilter("ignore")  # What SQLAlchemy deprecates is the author's to hear, when it runs.
        try:
            with time_limit():
                if not _follow(interpreter, revision, direction):
                    return None
        except TooMuch:
            recorder.not_followed("the file wants more steps than can be followed; what comes after this was not read")
        except TookTooLong:
            recorder.not_followed("the file takes longer than can be waited for; what comes after this was not read")
        except (RecursionError, MemoryError):
            recorder.not_followed("the file is nested too deeply, or makes too much, to be followed")
        except (Return, Break, Continue, Raised):
            pass
    return script


def _follow(interpreter: Interpreter, revision: Revision, direction: Direction) -> bool:
    """Walk through `direction`; False when the file defines nothing of that name."""
    recorder = interpreter.recorder
    scope = interpreter.read_module(revision.tree)
    recorder.script.calls.clear()
    recorder.script.statements.clear()
    known, function = scope.lookup(direction)
    if not known:
        return False
    if isinstance(function, Function):
        function(**_words_of_env(function))
    elif isinstance(function, Either):
        either(interpreter, function, [], _words_of_env(function.functions[0]))
    else:
        imported = isinstance(function, Unknown) and function.imported
        where = f" (it comes from {imported})" if imported else ""
        recorder.not_followed(f"{direction} is no function of this file{where}")
    return True


def _words_of_env(function: Function) -> dict[str, Unknown]:
    """
    What `run_migrations(engine_name=…)` in env.py hands to each direction: only running that file would tell.

    A default of None is a word that is usually given; any other default is the author's own.
    """
    spec = function.node.args
    names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    given = dict(zip(names[len(names) - len(function.defaults) :], function.defaults, strict=True))
    return {name: Unknown(name) for name in names if given.get(name) is None}


def _line_of(tree: ast.Module, name: str) -> int:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return node.lineno
    return 1
