"""Writes docs/review-rules.md from the rules and their examples, so that the page cannot say anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.review.finding import Direction, Finding, NotAnalysed, Phase, Severity
from pipeline.review.render import json
from pipeline.review.render.escaped import fenced
from pipeline.review.render.remedy import parts
from pipeline.review.report import Report
from pipeline.review.rule import Harm, Rule, Shown
from pipeline.review.shown_examples import EXAMPLES, Example, examples_of, template
from pipeline.review.squawk_rules import every_rule

PAGE = Path("docs/review-rules.md")
_READING = {Phase.SOURCE, Phase.SQL}

_OPENING = """# The rules of the review

<!-- Written by `make review-rules` from the rules and their examples: edit those. -->

    python scripts/review_revisions.py --since origin/main

says what the revisions that a branch adds would do to a production database. It reads them, and imports nothing of what
it reads; then it runs them on a throwaway PostgreSQL, which executes the project's code with your rights. To read only,
as you would with a stranger's revisions, add `--phases history,source,sql`. A rule is here for the harm it prevents;
opinions are information, and off unless asked for by name. How it is built is in [review-design.md](review-design.md).
"""

_HOW_PHASES_SEE = (
    "*history* compares with the base branch, *source* reads the Python, *sql* the statements it stands for; *live*",
    "runs the revisions on a PostgreSQL with rows and traffic, *window* tries the release in production on their",
    "schema.",
    "",
    "Running settles what reading suspects: it stays, with the measurement, where running shows what the last column",
    "names, and is withdrawn, with the reason, where a run that could have shown it did not.",
    "",
)

_UNSEEN = """## What none of these phases reports

| hazard | why |
| --- | --- |
| several ALTERs of one table in one revision | they share one lock until the commit; only where each of them reads or \
writes all rows do they cost more than one, and [several-rewrites](#several-rewrites) says so |
| a DROP COLUMN takes unique and primary keys over several columns along | the catalog knows them, the statement not; \
foreign keys are told where earlier revisions name them |
| duplicates, NULLs, values too long: whether a change fails on them | the rows decide; reading says that they may |
| a failed CONCURRENTLY left an INVALID index | the catalog knows; reading says where one would be accepted |
| EXECUTE of a text put together from values, functions of other revisions, what triggers do | it is known when it \
runs; the first is listed as not analysed |
| how long it takes, and who waits meanwhile | sizes and traffic decide |
"""

_USE = """## Accepting a finding

On the line, or on the line above it, with the reason; without one, or where nothing is found any more, the comment is a
finding itself:

```python
# review: allow {rule} -- the table has twenty rows
```

What was accepted is still reported, with its reason, and counts no more.

## Exit codes

| code | |
| ---: | --- |
| 0 | nothing at or above `--fail-on` (default: error) was found |
| 1 | something was |
| 2 | the command was called wrongly |
| 3 | a phase that was asked for analysed nothing or broke: nothing was found out |

## Formats

`--format text` is for people, `github` for annotations in a workflow (`github-running`: only what running found),
`markdown` for a job's summary and for the
comment on a pull request, `sarif` for code scanning. `json` is for other programs; keys are added to it, and never
renamed:

{document}

`severity` is error, warning or info; `phase` history, source, sql, live or window; `direction` upgrade or downgrade;
`revision` and `direction` are null for a finding about the history; `waived` is the reason somebody accepted it for.
What is in `not_analysed` could not be followed: nothing is known about it. `live` is filled by the phases that run
revisions; `failures` are what was asked for and not answered, a sentence each: then it ends with 3.
"""


def page(rules: Sequence[Rule] | None = None, examples: Path = EXAMPLES) -> str:
    """The whole page, the same for the same rules on every machine."""
    known = sorted(every_rule() if rules is None else rules, key=lambda rule: rule.name)
    by_harm = {harm: [rule for rule in known if rule.harm is harm] for harm in Harm}
    by_harm = {harm: found for harm, found in by_harm.items() if found}
    document = fenced(json.render(_sample()), "json")
    blocks = [
        _OPENING,
        *_contents(by_harm),
        *_phases(by_harm),
        _UNSEEN,
        _USE.replace("{rule}", known[0].name if known else "rule-name").replace("{document}", document),
    ]
    for harm, found in by_harm.items():
        blocks.append(f"## {_title(harm)}\n")
        blocks += ["\n".join(_rule(rule, examples_of(rule, known, examples))) for rule in found]
    return "\n".join(blocks)


def main(arguments: list[str]) -> None:
    """Write the page where it belongs (`make review-rules`)."""
    target = Path(arguments[0]) if arguments else PAGE
    target.write_text(page(), encoding="utf-8")
    print(f"Wrote {target}.")


def _title(harm: Harm) -> str:
    return harm.value[0].upper() + harm.value[1:]


def _contents(by_harm: dict[Harm, list[Rule]]) -> Iterator[str]:
    if by_harm:
        lines = [f"- **{_title(harm)}**: {', '.join(map(_link, found))}" for harm, found in by_harm.items()]
        yield "\n".join(["## By harm", "", *lines, ""])


def _phases(by_harm: dict[Harm, list[Rule]]) -> Iterator[str]:
    """Which phase can see what, and what running has to show for a suspicion of reading to stay."""
    if not by_harm:
        return
    rows = []
    for rule in (rule for found in by_harm.values() for rule in found):
        seen = " | ".join("✓" if phase in rule.phases else "" for phase in Phase)
        rows.append(f"| {_link(rule)} | {rule.severity.value} | {seen} | {_settled_by(rule)} |")
    yield "\n".join(
        [
            "## Which phase sees what",
            "",
            *_HOW_PHASES_SEE,
            *(f"- *{shown.name.lower()}*: {shown.value}" for shown in Shown),
            "",
            f"| rule | severity | {' | '.join(Phase)} | settled by |",
            f"| --- | --- | {' | '.join(':-:' for _ in Phase)} | --- |",
            *rows,
            "",
        ]
    )


def _settled_by(rule: Rule) -> str:
    reads = bool(_READING & set(rule.phases))
    return rule.shown_by.name.lower() if reads and rule.shown_by is not None else ""


def _link(rule: Rule) -> str:
    return f"[{rule.name}](#{rule.name})"


def _rule(rule: Rule, examples: list[Example]) -> Iterator[str]:
    yield f"### {rule.name}\n"
    yield f"*{rule.severity.value}, seen in {', '.join(rule.phases) or 'no phase'}*\n"
    yield _prose(rule.reason) + "\n"
    yield f"> {_prose(template(rule.effect))}\n"
    remedy = parts(template(rule.remedy))
    if remedy.sentence:
        yield _prose(f"Instead: {remedy.sentence}") + "\n"
    if remedy.code:
        yield fenced(remedy.code, "python") + "\n"
    for example in examples:
        yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    title = "Safe" if example.safe else "Unsafe"
    if example.variant:
        yield f"<details><summary>{title}: {example.variant}</summary>\n"
    else:
        yield f"{title}:\n"
    if example.explanation:
        yield _prose(example.explanation) + "\n"
    yield fenced(example.code, "python") + "\n"
    if example.variant:
        yield "</details>\n"


def _prose(text: str) -> str:
    """Markdown as its author wrote it, but `<name>` outside code is no element of HTML."""
    spans = re.split(r"(`[^`]*`)", text)
    return "".join(span if span.startswith("`") else span.replace("<", "&lt;") for span in spans)


def _sample() -> Report:
    file = Path("migrations/versions/0007_drop_title.py")
    found = Finding(
        rule="drop-column",
        severity=Severity.ERROR,
        phase=Phase.SQL,
        file=file,
        line=12,
        subject="videos.title",
        message="The release serving traffic still selects videos.title.",
        remedy="unmap videos.title and deploy, then drop it in the next pull request.",
        revision="0007",
        direction=Direction.UPGRADE,
    )
    unknown = NotAnalysed(file, 14, "the table's name comes from a function that cannot be followed")
    return Report(file.parent, (Phase.SQL,), (file,), (found,), (unknown,))
