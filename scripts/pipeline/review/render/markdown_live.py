"""
What running showed, as GitHub's Markdown: a table, the locks over time and the SQL for each revision.

A comment has room for the tables of fifty revisions, or for the SQL of a few: `sections` leaves the SQL out when asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.review.render.bars import bars
from pipeline.review.render.bounded import Section
from pipeline.review.render.escaped import as_markdown, code_span, fenced
from pipeline.review.render.lanes import time_of, worst_stalls
from pipeline.review.render.places import from_checkout
from pipeline.review.render.proved import (
    Told,
    first_of,
    held,
    how_reversible,
    is_reversible,
    of_the_whole,
    passages,
    reassurances,
    revisions,
    sentences,
    terms,
    what_it_does,
)
from pipeline.review.render.summary import number_of
from pipeline.review.render.visible import in_one_line, shortened

_TITLE = "### What running showed"
_COLUMNS = (
    "", "what it does", "took", "longest locks", "longest wait: reads / writes", "reversible",
    "lost by the downgrade", "verdict",
)  # fmt: skip
_NONE = "–"
_WITHOUT_SQL = " The SQL is left out for its length; `--format json` has it."
_LONGEST_CELL = 160
_LONGEST_SENTENCE = 500
_LONGEST_SQL = 1_500
_MOST_STATEMENTS = 15


def sections(live: Told, *, with_sql: bool = True) -> Iterator[Section]:
    """Return nothing when no revision was to be run; why none was, when some were."""
    if not (told := revisions(live)):
        if live.get("notes"):
            yield Section(live["notes"], _nothing_run)
        return
    # Drawn once each, as the page is tried in several lengths.
    parts = [_whole(live, with_sql=with_sql), *(_revision(one, with_sql=with_sql) for one in told)]
    yield Section(["\n".join(part) for part in parts], "\n".join)
    if live["withdrawn"]:
        yield Section(live["withdrawn"], _withdrawn)


def _whole(live: Told, *, with_sql: bool) -> Iterator[str]:
    yield _TITLE
    yield ""
    yield f"On {_said(terms(live))}.{'' if with_sql else _WITHOUT_SQL}"
    yield ""
    yield from _listed(of_the_whole(live))


def _nothing_run(notes: Sequence[str]) -> str:
    return "\n".join([_TITLE, "", *_listed(notes)])


def _revision(revision: Told, *, with_sql: bool) -> Iterator[str]:
    yield f"#### {_said(revision['revision'])}: {_said(from_checkout(Path(revision['file'])))}"
    yield ""
    yield from (_row(_COLUMNS), _row(["---"] * len(_COLUMNS)), *_rows(revision))
    yield ""
    yield from _listed([*sentences(revision), *reassurances(revision)])
    yield from _chart(revision)
    yield from _sql(revision) if with_sql else ()


def _rows(revision: Told) -> Iterator[str]:
    reversible = how_reversible(revision)
    shown = reversible if is_reversible(revision) is not False else f"**{reversible}**"
    upgrade = [shown, _NONE, f"**{_said(_verdict(revision))}**"]
    yield _row(["upgrade", *_measured(revision["upgrade"]), *upgrade])
    if revision["downgrade"] is None:
        yield _row(["downgrade", "not tried", *[_NONE] * (len(_COLUMNS) - 2)])
    else:
        yield _row(["downgrade", *_measured(revision["downgrade"]), _NONE, _lost(revision), _NONE])


def _verdict(revision: Told) -> str:
    return f"{revision['verdict']}, it fails" if revision["upgrade"]["failed"] is not None else str(revision["verdict"])


def _lost(revision: Told) -> str:
    if revision["downgrade"]["failed"] is not None:
        return "unknown, it fails"
    return _cell(first_of(revision["lost_by_the_downgrade"], 3)) or "nothing"


def _measured(passage: Told) -> Iterator[str]:
    yield _cell(what_it_does(passage))
    yield time_of(passage["seconds"])
    yield _cell(held(passage)) or "none"
    yield _stalled(passage)


def _stalled(passage: Told) -> str:
    worst = worst_stalls(passage)
    if not worst:
        return _NONE
    return " / ".join(
        f"{time_of(waited)} ({_said(relation, 60)})" if waited else "none" for waited, relation in worst.values()
    )


def _chart(revision: Told) -> Iterator[str]:
    if lines := bars(passages(revision)):
        yield fenced("\n".join(lines), "text")
        yield ""


def _sql(revision: Told) -> Iterator[str]:
    sent = [(name, passage["statements"]) for name, passage in passages(revision) if passage["statements"]]
    if not sent:
        return
    counts = ", ".join(f"{name} {number_of(len(statements), 'statement')}" for name, statements in sent)
    yield f"<details><summary>SQL: {counts}</summary>"
    yield ""
    for name, statements in sent:
        yield f"**{name.capitalize()}**"
        yield ""
        for statement in statements[:_MOST_STATEMENTS]:
            yield from _statement(statement)
        if (more := len(statements) - _MOST_STATEMENTS) > 0:
            yield f"and {number_of(more, 'statement')} more"
            yield ""
    yield "</details>"
    yield ""


def _statement(statement: Told) -> Iterator[str]:
    yield f"Line {statement['line']}, {'; '.join(_said(part, 300) for part in _work(statement))}"
    yield ""
    sql = statement["sql"]
    cut = f"\n-- … cut here: it has {len(sql):,} characters." if len(sql) > _LONGEST_SQL else ""
    yield fenced(sql[:_LONGEST_SQL] + cut, "sql")
    yield ""


def _work(statement: Told) -> Iterator[str]:
    yield time_of(statement["seconds"]) + (", outside a transaction" if statement["autocommit"] else "")
    scanned = [f"{one['relation']} ({number_of(one['rows'], 'row')})" for one in statement["scanned"]]
    for word, names in (("rewrote", statement["rewritten"]), ("indexed", statement["built"]), ("scanned", scanned)):
        if names:
            yield f"{word} {', '.join(first_of(names, 5))}"
    if statement["said"]:
        yield f"PostgreSQL said: {', '.join(first_of(list(dict.fromkeys(statement['said'])), 5))}"


def _withdrawn(withdrawn: Sequence[Told]) -> str:
    count = number_of(len(withdrawn), "suspicion")
    lines = [f"<details><summary>Suspected by reading, refuted by running: {count}</summary>", ""]
    for one in withdrawn:
        where = f"{from_checkout(Path(one['file']))}, line {one['line']}"
        direction = " in downgrade" if one["direction"] == "downgrade" else ""
        lines.append(
            f"- {_said(where)}{direction}: {code_span(one['rule'])} {_said(one['subject'], 200)}. {_said(one['why'])}"
        )
    return "\n".join([*lines, "", "</details>", ""])


def _listed(said: Iterable[str]) -> Iterator[str]:
    lines = [f"- {_said(one)}" for one in said]
    yield from (*lines, "") if lines else ()


def _cell(parts: Iterable[str]) -> str:
    return "<br>".join(_said(part, _LONGEST_CELL) for part in parts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _said(text: str, longest: int = _LONGEST_SENTENCE) -> str:
    return as_markdown(in_one_line(shortened(text, longest * 4), longest))
