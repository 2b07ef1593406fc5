"""What somebody at a terminal, or in a log at night, learns from running."""

from __future__ import annotations

import pytest

from pipeline.review.render import text
from tests.pipeline.review.render import lived
from tests.pipeline.review.render.conftest import finding, report


def told_of(*revisions: lived.Told, **more: object) -> str:
    return text.render(report(live=lived.live(*revisions, **more)))


def test_where_all_is_well_it_is_two_lines() -> None:
    fine: lived.Told = {"seconds": 2.4, "failed": None, "downgrade_failed": None, "differs": []}

    told = told_of(lived.CALM, lived.NOTHING, together=fine, drift=[])

    assert told == (
        "Run on PostgreSQL 18, 100,000 rows a table:\n"
        "  2 revisions safe and reversible; the longest lock that blocks: ACCESS EXCLUSIVE on videos, 8.0 ms\n"
        "\n"
        "Nothing found in 1 revision\n"
    )
    assert "  1 revision safe and reversible; nobody had to wait\n" in told_of(lived.NOTHING)


def test_what_is_not_well_is_told_with_its_numbers_and_the_rest_is_counted() -> None:
    told = told_of(lived.ORDERS, lived.CALM)

    assert (
        "  0007_widen.py: unsafe; reversible: no: 1 difference remains\n"
        "    upgrade: 1.9 s; ACCESS EXCLUSIVE on orders for 1.9 s and 1 more; reads of orders stalled 1.8 s; "
        "writes of orders stalled 1.8 s\n"
        "    downgrade: 13 ms; ACCESS EXCLUSIVE on orders for 8.0 ms; reads of orders stalled 7.0 ms\n"
        "    lost by the downgrade: orders.total: 98,211 values\n"
        "    After the downgrade: column orders.total: integer → (absent)\n"
        "    Killed after commit 1 of 2 and run again, it failed: relation ix_users_email exists\n"
        "    Left invalid: index ix_users_seen\n"
        "    The release in production breaks: Order, SELECT on a kept connection: cached plan must not change "
        "result type\n"
        "  1 revision safe and reversible; "
    ) in told


@pytest.mark.parametrize(
    "trouble",
    [
        {"verdict": "with care"},
        {"restored": False, "not_restored": ["index ix"]},
        {"restored": None, "downgrade": None},
        {"downgrade": lived.passage(failed="no")},
        {"lost_by_the_downgrade": ["orders: 1 row"]},
        {"broken": ["Order, SELECT"]},
        {"invalid_indexes": ["ix"]},
        {"untried": ["Its downgrade: it joins branches."]},
        {"crashes": [{"after_commit": 1, "commits": 2, "converged": False}]},
    ],
)
def test_no_trouble_counts_as_well(trouble: dict[str, object]) -> None:
    told = told_of(lived.revision("0007", **trouble))

    assert "  0007_widen.py: " in told
    assert "safe and reversible" not in told


def test_what_went_wrong_with_all_of_them_is_said() -> None:
    failed = {"seconds": 2.4, "failed": "deadlock", "downgrade_failed": None, "differs": []}

    told = told_of(lived.CALM, together=failed, drift=["index ix"], notes=["No smoke tests."])

    assert "  All of them as one command failed: deadlock\n" in told
    assert "  The models differ from the database: index ix\n" in told
    assert "  No smoke tests.\n" in told


def test_what_running_refuted_is_listed_with_the_reason() -> None:
    told = told_of(lived.CALM, withdrawn=[lived.withdrawn()] * 12)

    assert (
        "  12 suspicions of reading refuted by running:\n    0007_widen.py:12: set-not-null-scans orders.total: Run"
        in told
    )
    assert "    and 2 more\n" in told


def test_it_stands_between_the_findings_and_the_count() -> None:
    told = text.render(report(finding(), live=lived.live(lived.CALM)))

    assert told.index("drop-column") < told.index("Run on ") < told.index("1 error in 1 revision")


def test_a_revision_of_any_size_is_a_screen() -> None:
    lines = told_of(lived.huge()).splitlines()

    assert len(lines) < 40
    assert max(map(len, lines)) <= 310


def test_nothing_that_was_run_is_obeyed_by_a_terminal_or_a_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    told = text.render(report(live=lived.hostile()))

    assert not {"\x1b", "\u202e", "\0", "\x07"} & set(told)
    assert [line for line in told.splitlines() if line.strip().startswith("::") or "##[" in line] == []
    assert told.encode()
