"""The words of `review_revisions.py`, and how it ends: 0 fine, 1 findings, 2 called wrongly, 3 could not answer."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.review import catalogue, fix
from pipeline.review.base import default_base
from pipeline.review.directory import read_directory
from pipeline.review.finding import Finding, Phase, Severity
from pipeline.review.head_file import write_head_file
from pipeline.review.layout import find_layout
from pipeline.review.proving.estimate import read_statistics
from pipeline.review.proving.terms import ROWS, SECONDS, SECONDS_FOR_ALL, Terms
from pipeline.review.render import FORMATS, charts, show, write
from pipeline.review.render.visible import in_one_line
from pipeline.review.report import Report
from pipeline.review.reviewing import READING, Options, review
from pipeline.review.rules import stale_head_file
from pipeline.review.squawk_rules import every_rule

_SECONDS_OF_SILENCE = 2.0
_LONGEST = 500
"""For a line that quotes what a project said."""


def review_revisions(arguments: list[str]) -> int:
    """Say what Alembic revisions would do to a production database, before they do."""
    words = _words(arguments)
    if words.explain is not None:
        show(catalogue.explain(words.explain) + "\n")
        return 0
    if words.list_rules:
        show(catalogue.list_rules() + "\n")
        return 0
    options = _options(words)
    report = review(options, _progress())
    if words.fix:
        report = _fixed(report, options)
    write(report, words.format, words.output)
    for name, file in words.also:
        write(report, name, file)
    if words.charts is not None:
        charts.write(report, words.charts)
    _say_what_else(report, options)
    return _exit_code(report, words.fail_on)


def _fixed(report: Report, options: Options) -> Report:
    """What is left after all that is mechanical was written; which head the file head.txt has to name is known last."""
    for line in fix.apply(report.findings):
        _say(line)
    report = review(options, _progress())
    if any(finding.rule == stale_head_file.rule.name for finding in report.findings):
        layout = find_layout(options.directory)
        _say(f"Wrote {write_head_file(layout.directory, read_directory(layout).revisions)}.")
        report = review(options, _progress())
    return report


def _exit_code(report: Report, fail_on: str) -> int:
    if report.failures:
        return 3
    if fail_on == "none":
        return 0
    return int(any(_counts(finding, Severity(fail_on)) for finding in report.findings))


def _counts(finding: Finding, threshold: Severity) -> bool:
    return finding.waived is None and finding.severity.weight >= threshold.weight


def _say_what_else(report: Report, options: Options) -> None:
    if options.since is not None and not report.analysed and not report.failures:
        _say(f"There are no new revisions since {options.since}.")
    for why in report.not_run:
        _say(in_one_line(why, _LONGEST))
    for failure in report.failures:
        _say(f"error: {failure}")


def _options(words: argparse.Namespace) -> Options:
    options = Options(
        directory=words.directory,
        since=words.since,
        files=tuple(words.files),
        phases=_phases(words.phases),
        also_run=words.phases is None,
        postgresql_version=words.postgresql_version,
        database_url=words.database_url,
        undone=_undone(words.undone),
        enabled=frozenset(map(_rule_name, words.enable)),
        terms=_terms(words),
    )
    if words.since is None and not words.all and not words.files:
        options = _since_the_default_base(options)
    if words.smoke is not None and (options.since or options.terms.release) is None:
        raise UsageError("--smoke is run in the release that production runs: name its commit with --release.")
    return options


def _since_the_default_base(options: Options) -> Options:
    since = default_base(find_layout(options.directory))
    _say(f"Reviewing what is new since {since} (--all for everything)." if since else "Reviewing all revisions.")
    return replace(options, since=since)


def _phases(named: str | None) -> tuple[Phase, ...]:
    """In the order in which they run, whatever the order in which they were typed."""
    if named is None:
        return READING
    asked = [name.strip() for name in named.split(",") if name.strip()]
    unknown = [name for name in asked if name not in list(Phase)]
    if unknown or not asked:
        raise UsageError(
            f"--phases {named}: {', '.join(unknown) or 'nothing'} is no phase; there are {', '.join(Phase)}."
        )
    return tuple(phase for phase in Phase if phase in asked)


def _terms(words: argparse.Namespace) -> Terms:
    if words.statistics is not None and words.rows == 0:
        raise UsageError(
            "--statistics scales what was measured on rows, and with --rows 0 there are none: leave out one."
        )
    return Terms(
        rows=words.rows,
        seed=words.seed,
        seconds=words.seconds,
        seconds_for_all=words.seconds_for_all,
        statistics=read_statistics(words.statistics) if words.statistics else None,
        python=_interpreter(words.python),
        variables=tuple(words.variable),
        release=words.release,
        smoke=words.smoke,
    )


def _interpreter(named: Path | None) -> Path | None:
    """What is no program is told at once: the project would be blamed for it later."""
    if named is not None and not os.access(named, os.X_OK | os.R_OK):
        why = "may not be run" if named.exists() else "is not there"
        raise UsageError(f"--python {named} {why}: give the interpreter that has what the project needs.")
    if named is not None and named.is_dir():
        raise UsageError(f"--python {named} is a folder: give the interpreter in it, {named / 'bin' / 'python'}.")
    return named


def _number(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
        return int(text)

    return number


def _undone(named: list[str]) -> frozenset[str]:
    """Ids, or files that hold ids, of revisions that the ledger says were undone."""
    return frozenset(part for one in named for part in re.split(r"[\s,]+", _ids(one)) if part)


def _ids(named: str) -> str:
    # Not Path.is_file: it raises for what is too long to be a name, as a list of ids may be.
    if not os.path.isfile(named) and "/" not in named:  # noqa: PTH113 - see above.
        return named
    try:
        return Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8"
        raise UsageError(f"--undone {named} cannot be read ({why}): give revisions, or a file of them.") from error


def _format_and_file(text: str) -> tuple[str, Path]:
    name, separator, file = text.partition("=")
    if name not in FORMATS or not separator or not file:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with a format of {', '.join(FORMATS)}")
    return name, Path(file)


def _rule_name(name: str) -> str:
    names = [rule.name for rule in every_rule()]
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"is it {close[0]}?" if close else "--list-rules has them all."
        raise UsageError(f"No rule is called {name}: {hint}")
    return name


def _progress() -> Callable[[str], None]:
    """Return what says a line on standard error now and then, and nothing in a run that is over soon."""
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_OF_SILENCE:
            last = time.monotonic()
            _say(line)

    return say


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="review_revisions.py",
        description=review_revisions.__doc__,
        epilog="0: nothing at or above the threshold. 1: findings. 2: called wrongly. 3: could not answer.",
    )
    which = parser.add_argument_group("which revisions (default: those that the main branch does not have)")
    which.add_argument("files", nargs="*", type=Path, metavar="FILE", help="these")
    which.add_argument("--since", metavar="REF", help="those that are new or changed since the branch left REF")
    which.add_argument("--all", action="store_true", help="every one")
    parser.add_argument(
        "--directory", type=Path, default=Path("migrations"), metavar="DIR",
        help="an Alembic script directory, its versions folder, or the project it is in (default: migrations)",
    )  # fmt: skip
    parser.add_argument(
        "--postgresql-version", type=int, choices=range(12, 19), default=18, metavar="12-18",
        help="the server that they will run on (default: 18)",
    )  # fmt: skip
    parser.add_argument(
        "--phases", metavar="PHASE[,…]",
        help=f"of {', '.join(Phase)} (default: all that the directory allows); {', '.join(READING)} read, the others "
        "run the project's code: name those that read where you would not start it",
    )  # fmt: skip
    parser.add_argument(
        "--database-url", metavar="URL",
        help="a throwaway server: revisions are run there too, on a scratch database, so that their SQL is seen",
    )  # fmt: skip
    running = parser.add_argument_group(
        "where revisions are run (phases live and window)",
        "This executes the project's code, with your rights: env.py, the revisions, what they import, and the "
        "--smoke command. On a throwaway server; reading executes nothing.",
    )
    running.add_argument(
        "--python", type=Path, metavar="FILE", help="the interpreter that has what the project needs (default: ours)"
    )
    running.add_argument(
        "--variable", action="append", default=[], metavar="NAME",
        help="the environment variable in which it looks for its database's URL, where that is none of the usual ones",
    )  # fmt: skip
    running.add_argument(
        "--rows", type=_number(0), default=ROWS, metavar="N",
        help=f"how many rows each table gets (default: {ROWS:,}); with 0 nothing is said of rows, times and locks",
    )  # fmt: skip
    running.add_argument(
        "--seed", type=_number(0), default=1, metavar="N", help="the same seed makes the same rows (default: 1)"
    )
    running.add_argument(
        "--statistics", type=Path, metavar="FILE",
        help="production's row counts, JSON or lines of table,rows: times are estimated for them",
    )  # fmt: skip
    running.add_argument(
        "--seconds", type=_number(1), default=int(SECONDS), metavar="N",
        help=f"how long one run of a revision may take before it is stopped (default: {int(SECONDS)})",
    )  # fmt: skip
    running.add_argument(
        "--seconds-for-all", type=_number(1), default=int(SECONDS_FOR_ALL), metavar="N",
        help=f"after how long no other revision is begun, and those left are named (default: {int(SECONDS_FOR_ALL)})",
    )  # fmt: skip
    running.add_argument(
        "--release", metavar="REF", help="the commit that production runs (phase window; default: what --since names)"
    )
    running.add_argument(
        "--smoke", metavar="COMMAND",
        help="a command of the project's that ends with 0 where a release works on DATABASE_URL (phase window)",
    )  # fmt: skip
    parser.add_argument(
        "--undone", action="append", default=[], metavar="REV[,…]",
        help="revisions that the ledger says were undone, which may be deleted; or a file that lists them",
    )  # fmt: skip
    parser.add_argument(
        "--enable",
        action="append",
        default=[],
        metavar="RULE",
        help="this rule about design too; they are off",
    )
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="default: text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the report goes (default: standard output)")
    parser.add_argument(
        "--also", action="append", type=_format_and_file, default=[], metavar="FORMAT=FILE",
        help="write the same report in this format, too; as often as you like",
    )  # fmt: skip
    parser.add_argument(
        "--charts", type=Path, metavar="DIR",
        help="draw the locks of each revision over time: an SVG a revision, in this folder (phases live and window)",
    )  # fmt: skip
    parser.add_argument(
        "--fail-on", choices=["error", "warning", "none"], default="error", help="what ends with 1 (default: error)"
    )
    parser.add_argument("--fix", action="store_true", help="write the corrections that are mechanical")
    parser.add_argument("--explain", metavar="RULE", help="why a rule is there, with its examples")
    parser.add_argument("--list-rules", action="store_true", help="what is looked for")
    words = parser.parse_args(arguments)
    chosen = [name for name in ("since", "all", "files") if getattr(words, name) not in (None, False, [])]
    if len(chosen) > 1:
        raise UsageError("--since, --all and FILE exclude each other: give one of them.")
    if words.charts is not None and words.phases and not {Phase.LIVE, Phase.WINDOW} & set(_phases(words.phases)):
        raise UsageError("--charts draws what running shows, and nothing is run: add --phases history,source,sql,live.")
    return words
