"""
The examples beside the rules as a reader gets them: without what every revision starts with, and with the message
that the review gives in the place of the mark that the tests look for.
"""

from __future__ import annotations

import ast
import re
import string
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.review.checking import check_source, check_sql
from pipeline.review.directory import read_revision
from pipeline.review.rule import Rule
from pipeline.review.squawk_rules import SquawkRule

EXAMPLES = Path(__file__).with_name("examples")
MARK = re.compile(r"\s*# found: (?P<rules>.+)$")
_WIDTH = 100
_HEADER = {"revision", "down_revision", "branch_labels", "depends_on"}
_USUAL_IMPORTS = {"__future__", "alembic", "collections", "sqlalchemy", "typing"}


@dataclass(frozen=True)
class Example:
    """One example; `variant` is what its file's name says beyond "unsafe" or "safe", such as "raw sql"."""

    safe: bool
    variant: str
    explanation: str
    code: str


def examples_of(rule: Rule, rules: Iterable[Rule], folder: Path = EXAMPLES) -> list[Example]:
    """The examples of `rule`, the plain ones first; the messages in them are those of all `rules`."""
    if isinstance(rule, SquawkRule):
        return [Example(safe=False, variant="SQL", explanation="", code=rule.unsafe), _safe_sql(rule)]
    own = folder / rule.name.replace("-", "_")
    files = (path for kind in ("unsafe", "safe") for path in own.glob(f"{kind}*.py"))
    paths = sorted(files, key=lambda path: (not path.stem.startswith("unsafe"), path.stem))
    return [_example(path, tuple(rules)) for path in paths]


def template(text: str) -> str:
    """A rule's sentence with <subject> in the place of {subject}, where a finding has the author's own names."""
    return "".join(
        literal + (f"<{name}>" if name is not None else "") for literal, name, _, _ in string.Formatter().parse(text)
    )


def _safe_sql(rule: SquawkRule) -> Example:
    return Example(safe=True, variant="SQL", explanation="", code=rule.safe)


def _example(path: Path, rules: tuple[Rule, ...]) -> Example:
    kind, _, variant = path.stem.partition("_")
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    said = _messages(path, rules) if kind == "unsafe" else {}
    lines = [
        shown
        for number, line in enumerate(text.split("\n"), start=1)
        if number >= _first_line(tree, text)
        for shown in _told(line, said.get(number, {}))
    ]
    explanation = " ".join((ast.get_docstring(tree) or "").split())
    return Example(kind == "safe", variant.replace("_", " "), explanation, "\n".join(lines).strip("\n"))


def _messages(path: Path, rules: tuple[Rule, ...]) -> dict[int, dict[str, str]]:
    """By line and rule, what the review says; what only running shows is said as the rule has it."""
    revision = read_revision(path)
    found: dict[int, dict[str, str]] = {}
    shown = {rule.name: template(rule.effect) for rule in rules if rule.live_checks}
    for number, line in enumerate(revision.lines, start=1):
        if mark := MARK.search(line):
            names = [name.strip() for name in mark["rules"].split(",")]
            found[number] = {name: shown[name] for name in names if name in shown}
    for finding in [*check_source(revision, rules), *check_sql(revision, rules)]:
        found.setdefault(finding.line, {}).setdefault(finding.rule, finding.message)
    return found


def _told(line: str, messages: dict[str, str]) -> Iterator[str]:
    """The line without its mark, below the messages the mark promises."""
    if (mark := MARK.search(line)) is None:
        yield line
        return
    indent = line[: len(line) - len(line.lstrip())]
    for name in (name.strip() for name in mark["rules"].split(",")):
        comment = f"{name}: {messages[name]}" if name in messages else name
        yield from textwrap.wrap(
            " ".join(comment.split()), _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    yield line[: mark.start()]


def _first_line(tree: ast.Module, text: str) -> int:
    """Where the first statement is that not every revision has, or that is what was found."""
    lines = text.split("\n")
    for node in tree.body:
        marked = any(MARK.search(line) for line in lines[node.lineno - 1 : node.end_lineno])
        if marked or not _is_usual(node):
            decorators: list[ast.expr] = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(one.lineno for one in decorators)])
            while first > 1 and lines[first - 2].startswith("#"):
                first -= 1
            return first
    return 1


def _is_usual(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Import(names=names):
            return all(name.name.split(".")[0] in _USUAL_IMPORTS for name in names)
        case ast.ImportFrom(module=module):
            return (module or "").split(".")[0] in _USUAL_IMPORTS
        case ast.Assign(targets=[ast.Name(id="irreversible")], value=ast.Constant(value=None)):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in _HEADER
        case ast.Assign(targets=[ast.Tuple(elts=names)]):
            return all(isinstance(name, ast.Name) and name.id in _HEADER for name in names)
    return False
