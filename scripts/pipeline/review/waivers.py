"""
`# review: allow drop-column -- reason`: accepting a finding where it stands, and saying why.

A comment counts where Python's tokenizer sees one, so that the same words in a docstring or in SQL do not. It is for
the statement it stands on, or for the next one: of a `def`, `with` or `for` the head with its decorators, not the body.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.review.finding import Finding, Phase
from pipeline.review.revision import Revision
from pipeline.review.rule import Hit, Rule
from pipeline.review.rules import unknown_waiver, unused_waiver, waiver_without_reason

_NAME = r"\w+(?:-\w+)*"
_ALLOW = re.compile(rf"#\s*review:\s*allow\b\s*(?P<names>{_NAME}(?:\s*,\s*{_NAME})*)?\s*(?:(?:--|—)\s*(?P<reason>.*))?")


@dataclass(frozen=True)
class Waiver:
    """One comment, and the lines it is for."""

    line: int
    rules: tuple[str, ...]
    reason: str | None
    lines: frozenset[int]


def waivers_in(revision: Revision) -> list[Waiver]:
    """Every waiver of a file that parses."""
    return [
        Waiver(line, names, reason, frozenset({line, *_lines_for(revision.tree, line, alone=alone)}))
        for line, alone, names, reason in _comments(revision.text)
    ]


def apply_waivers(
    revision: Revision, findings: Iterable[Finding], known: Mapping[str, Rule], asked: Collection[str],
    withdrawn: Iterable[Finding] = (),
) -> list[Finding]:  # fmt: skip
    """
    Return `findings` of one file with the reasons given for accepting them, and what is wrong with the waivers.

    `known` are all rules by name; a waiver is called unused only if its rule is one of those that were `asked`,
    and not for what was `withdrawn` after somebody had accepted it.
    """
    waivers = waivers_in(revision)
    used: set[tuple[int, str]] = set()
    judged = [_judge(finding, waivers, used) for finding in findings]
    for finding in withdrawn:
        _judge(finding, waivers, used)
    for waiver in waivers:
        for hit, rule in _faults(waiver, known, asked, used):
            judged.append(rule.finding(hit, Phase.SOURCE, file=revision.file, line=waiver.line, revision=revision.id))
    return judged


def _judge(finding: Finding, waivers: list[Waiver], used: set[tuple[int, str]]) -> Finding:
    for waiver in waivers:
        if finding.rule in waiver.rules and finding.line in waiver.lines:
            used.add((waiver.line, finding.rule))
            if waiver.reason:
                finding = finding.waive(waiver.reason)
    return finding


def _faults(
    waiver: Waiver, known: Mapping[str, Rule], asked: Collection[str], used: set[tuple[int, str]]
) -> Iterator[tuple[Hit, Rule]]:
    if not waiver.rules:
        yield unknown_waiver.hit("", known), unknown_waiver.rule
    for name in waiver.rules:
        if name not in known:
            yield unknown_waiver.hit(name, known), unknown_waiver.rule
        elif not waiver.reason:
            yield Hit(name), waiver_without_reason.rule
        elif (waiver.line, name) not in used and name in asked:
            yield Hit(name), unused_waiver.rule


def _comments(text: str) -> Iterator[tuple[int, bool, tuple[str, ...], str | None]]:
    """Line, whether it has the line for itself, rules and reason of each waiver."""
    if not _ALLOW.search(text):
        # Tokenizing takes as long as parsing, and hardly any file has a waiver.
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        match = _ALLOW.match(token.string) if token.type == tokenize.COMMENT else None
        if match:
            names = tuple(name.strip() for name in (match["names"] or "").split(",") if name.strip())
            alone = not token.line[: token.start[1]].strip()
            yield token.start[0], alone, names, (match["reason"] or "").strip() or None


def _lines_for(tree: ast.Module, line: int, *, alone: bool) -> range:
    """The lines of the statement that a comment on `line` is for."""
    spans = [_span(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    around = [span for span in spans if line in span]
    if around:
        return min(around, key=len)
    after = [span for span in spans if span.start > line] if alone else []
    return min(after, key=lambda span: (span.start, len(span)), default=range(0))


def _span(node: ast.stmt) -> range:
    """A statement's lines; of one with a body, those before it."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if body:
        inner = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
        start = min([inner.lineno, *(one.lineno for one in getattr(inner, "decorator_list", []))])
        return range(first, max(start, node.lineno + 1))
    return range(first, (node.end_lineno or node.lineno) + 1)
