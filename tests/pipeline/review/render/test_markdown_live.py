"""What a reader of a pull request learns from running, and that nothing of what was run becomes markup."""

from __future__ import annotations

import re

import pytest

from pipeline.review.render import markdown
from pipeline.review.render.bounded import length
from tests.pipeline.review.render import lived
from tests.pipeline.review.render.conftest import finding, report
from tests.pipeline.review.render.page import OURS, Page

AFTER_THE_FINDINGS = "### What running showed"


def page(*revisions: lived.Told, **more: object) -> str:
    return markdown.render(report(live=lived.live(*revisions, **more)))


def row(told: str, direction: str) -> dict[str, str]:
    head, *rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in told.split("\n") if line.startswith("| ")
    ]
    [found] = [cells for cells in rows if cells[0] == direction]
    return dict(zip([cell.strip("| ") for cell in head], found, strict=True))


def test_without_running_nothing_is_said_of_it() -> None:
    assert "running" not in markdown.render(report(finding()))


def test_it_stands_after_the_findings_and_says_on_what_was_run() -> None:
    told = markdown.render(report(finding(), live=lived.live(lived.ORDERS, release="1ed8d10")))

    assert told.index("| 10 | error |") < told.index(AFTER_THE_FINDINGS)
    assert "On PostgreSQL 18, 100,000 rows a table, with 1ed8d10 in production.\n" in told


def test_a_direction_is_a_row_with_what_it_did_to_everybody_else() -> None:
    told = page(lived.ORDERS)

    assert row(told, "upgrade") == {
        "": "upgrade",
        "what it does": "column orders.total: integer → bigint",
        "took": "1.9 s",
        "longest locks": "ACCESS EXCLUSIVE on orders, 1.9 s<br>SHARE on users, 404 ms<br>2 that block nobody",
        "longest wait: reads / writes": "1.8 s (orders) / 1.8 s (orders)",
        "reversible": "**no: 1 difference remains**",
        "lost by the downgrade": "–",
        "verdict": "**unsafe**",
    }
    assert row(told, "downgrade") == {
        "": "downgrade",
        "what it does": "column orders.total: bigint → (absent)",
        "took": "13 ms",
        "longest locks": "ACCESS EXCLUSIVE on orders, 8.0 ms",
        "longest wait: reads / writes": "7.0 ms (orders) / none",
        "reversible": "–",
        "lost by the downgrade": "orders.total: 98,211 values",
        "verdict": "–",
    }


def test_where_the_schema_stays_as_it_was_the_first_statement_says_what_is_done() -> None:
    told = page(lived.revision(upgrade=lived.passage(statements=[lived.statement("UPDATE orders SET total = 1")])))

    assert row(told, "upgrade")["what it does"] == "UPDATE orders SET total = 1"


def test_a_revision_that_is_undone_without_a_trace_is_reversible() -> None:
    told = page(lived.CALM)

    assert (row(told, "upgrade")["reversible"], row(told, "upgrade")["verdict"]) == ("yes", "**safe**")
    assert row(told, "downgrade")["lost by the downgrade"] == "nothing"
    assert "- The release in production works on the new schema.\n" in told
    assert "- Killed after commit 1 of 2 and run again, it ended as it should.\n" in told


def test_an_upgrade_that_fails_says_why_and_what_nobody_knows_therefore() -> None:
    told = page(lived.FAILED)

    assert row(told, "upgrade")["verdict"] == "**unsafe, it fails**"
    assert row(told, "upgrade")["reversible"] == row(told, "downgrade")["what it does"] == "not tried"
    assert (
        "- The upgrade failed: column &quot;total&quot; of relation &quot;orders&quot; contains null values\n" in told
    )
    assert "- Not tried. What comes after the upgrade, as that failed.\n" in told


def test_a_downgrade_that_fails_is_no_way_back_and_what_it_loses_is_unknown() -> None:
    told = page(lived.revision(downgrade=lived.passage(failed="no such column"), restored=False))

    assert row(told, "upgrade")["reversible"] == "**no: its downgrade fails**"
    assert row(told, "downgrade")["lost by the downgrade"] == "unknown, it fails"
    assert "- The downgrade failed: no such column\n" in told


def test_what_does_not_fit_a_table_is_a_sentence() -> None:
    told = page(lived.ORDERS)

    assert "- After the downgrade: column orders.total: integer → (absent)\n" in told
    assert "- Killed after commit 1 of 2 and run again, it failed: relation ix\\_users\\_email exists\n" in told
    assert "- Left invalid: index ix\\_users\\_seen\n" in told
    assert "- The release in production breaks: Order, SELECT on a kept connection: cached plan" in told


@pytest.mark.parametrize(
    ("together", "told"),
    [
        ({}, "took 2.4 s and end the same."),
        ({"failed": "deadlock"}, "as one command failed: deadlock"),
        ({"downgrade_failed": "no"}, "undone as one command failed: no"),
        ({"differs": ["index a: (absent) → x"]}, "as one command end otherwise: index a: (absent) → x"),
    ],
)
def test_all_revisions_as_one_command_are_told_in_words(together: dict[str, object], told: str) -> None:
    whole = {"seconds": 2.4, "failed": None, "downgrade_failed": None, "differs": [], **together}

    assert told in page(lived.CALM, together=whole)


def test_drift_and_its_absence_are_said_and_silence_means_that_nobody_looked() -> None:
    assert "- The models differ from the database: index ix\n" in page(lived.CALM, drift=["index ix"])
    assert "- The models and the database are the same afterwards.\n" in page(lived.CALM, drift=[])
    assert "models" not in page(lived.CALM)


def test_notes_are_passed_on() -> None:
    assert "- The release has no smoke tests.\n" in page(lived.CALM, notes=["The release has no smoke tests."])


def test_the_sql_is_in_a_fold_with_what_the_server_said_of_it() -> None:
    told = page(lived.ORDERS)

    assert "<details><summary>SQL: upgrade 3 statements, downgrade 1 statement</summary>" in told
    assert (
        "Line 9, 1.9 s; rewrote orders; indexed orders\\_pkey; scanned orders (100,000 rows); "
        "PostgreSQL said: rewriting table &quot;orders&quot;, building index"
    ) in told
    assert "```sql\nALTER TABLE orders ALTER COLUMN total TYPE bigint\n```" in told
    assert "Line 14, 2.0 ms, outside a transaction\n" in told
    assert "SQL:" not in page(lived.NOTHING)


def test_the_locks_over_time_are_in_a_fence() -> None:
    assert "```text\nupgrade:\n0 s " in page(lived.ORDERS)
    assert "```text" not in page(lived.FAILED)


def test_what_running_refuted_is_in_a_fold_with_the_reason() -> None:
    told = page(lived.CALM, withdrawn=[lived.withdrawn(), lived.withdrawn(direction="downgrade", subject="users.id")])

    assert "<summary>Suspected by reading, refuted by running: 2 suspicions</summary>" in told
    assert "- 0007\\_widen.py, line 12: <code>set-not-null-scans</code> orders.total. Run on 100,000 rows" in told
    assert "line 12 in downgrade: <code>set-not-null-scans</code> users.id" in told


def test_whatever_was_run_is_text_and_no_markup() -> None:
    told = markdown.render(report(live=lived.hostile()))

    shown = Page(told)
    assert shown.elements <= OURS
    assert shown.is_whole
    assert shown.within("td").count("<script>alert(1)</script>") == 9
    assert not {"\x1b", "\u202e", "\0"} & set(told)
    assert told.encode()


@pytest.mark.parametrize("sign", ["@octocat", "#1", "GH-1", "://x.example", "www.x.example", ":tada:"])
def test_nobody_is_mentioned_and_nothing_is_linked(sign: str) -> None:
    outside_of_code = re.sub(r"^(`{3,})\w+\n.*?\n\1$", "", page_of(sign), flags=re.MULTILINE | re.DOTALL)

    assert sign not in outside_of_code


def page_of(text: str) -> str:
    return markdown.render(report(live=lived.hostile(text)))


def test_a_revision_of_any_size_is_one_that_fits_a_comment() -> None:
    told = page(lived.huge())

    assert length(told) <= markdown.LONGEST
    assert "Cut here" not in told
    assert "and 285 statements more" in told
    assert "-- … cut here: it has 10,009 characters.\n```" in told
    assert row(told, "upgrade")["longest locks"].endswith("<br>and 296 more that block")
    assert "- and 295 more\n" in told


def test_many_revisions_keep_their_tables_and_lose_their_sql_first() -> None:
    statements = [lived.statement(f"SELECT {'1,' * 500} 1")] * 3
    many = [lived.revision(f"{number:04}", upgrade=lived.passage(statements=statements)) for number in range(50)]

    told = page(*many)

    assert length(told) <= markdown.LONGEST
    assert "Cut here" not in told
    assert "The SQL is left out for its length" in told
    assert all(f"#### {number:04}: " in told for number in range(50))
    assert "<details>" not in told


@pytest.mark.parametrize("longest", [markdown.LONGEST, 5_000, 1_500])
def test_what_does_not_fit_even_so_is_cut_between_revisions(longest: int) -> None:
    findings = [finding(line=line) for line in range(1, 5)]
    live = lived.live(
        *[lived.huge(f"{number:04}", locks=50) for number in range(60)], withdrawn=[lived.withdrawn()] * 9
    )

    told = markdown.render(report(*findings, live=live), longest)

    assert length(told) <= longest
    assert re.search(r"Cut here for its length: \d+ of 74 are shown", told)
    assert Page(told).is_whole
    assert told.count("\n```") % 2 == 0
