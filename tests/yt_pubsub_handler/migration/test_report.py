"""The last line of a run is what somebody reads in 4 KB of log."""

from __future__ import annotations

from yt_pubsub_handler.migration.report import Report, failed, report
from yt_pubsub_handler.migration.requests import Request
from yt_pubsub_handler.migration.steps import Step, StepFailed
from yt_pubsub_handler.release import Release

UP = Request("upgrade", "b" * 12, Release("c" * 40, "7", None))
DOWN = Request("downgrade", "a" * 12, Release("c" * 40, "7", None))
STEPS = [Step(f"{number:012x}", 0.25, number % 2, []) for number in range(200)]


def done(request: Request, steps: list[Step]) -> Report:
    return report(request, 12, steps, head="b" * 12, start=None, end="b" * 12)


def test_a_long_run_is_a_short_line() -> None:
    told = done(UP, STEPS)

    assert str(told) == (
        "Done: 200 revisions applied in 50.0 s (100 retries for locks); the database is at bbbbbbbbbbbb. Run 12."
    )
    assert len(told["applied"]) == len(told["steps"]) == 200


def test_one_revision_and_none_are_told_as_such() -> None:
    assert str(done(DOWN, STEPS[:1])) == "Done: 1 revision undone in 0.2 s; the database is at bbbbbbbbbbbb. Run 12."
    assert str(done(UP, [])) == "Done: nothing to do; the database is at bbbbbbbbbbbb. Run 12."
    assert str(Report(done(UP, []) | {"repeated": True})) == (
        "Done: nothing to do; the database is at bbbbbbbbbbbb. Run 12. (this request ran before; nothing was done now)"
    )


def test_an_error_of_a_thousand_words_is_cut_and_still_ends_with_the_next_step() -> None:
    failure = StepFailed("b" * 12, "revision-failed", "very " * 1000 + "wrong", kept=True)

    told = str(failed(UP, failure, STEPS[:3], start="a" * 12, now="a" * 12))

    assert len(told) < 600
    assert told.endswith(
        "…. The database is at aaaaaaaaaaaa (3 done before and what that revision commits by itself; it was at "
        "aaaaaaaaaaaa). Correct that revision and deploy again."
    )


def test_a_failed_downgrade_offers_to_leave_the_schema() -> None:
    told = str(failed(DOWN, StepFailed("b" * 12, "revision-failed", "23503 …"), [], start="b" * 12, now="b" * 12))

    assert told == (
        "[revision-failed] The downgrade stopped in revision bbbbbbbbbbbb: 23503 …. The database is at bbbbbbbbbbbb "
        "(unchanged; it was at bbbbbbbbbbbb). Correct its downgrade() in a new release, or leave the schema and move "
        "traffic only."
    )


def test_an_error_that_says_itself_what_to_do_says_it_once() -> None:
    told = str(failed(DOWN, StepFailed("b" * 12, "ceilings", "More. Ask again."), [], start="b" * 12, now="b" * 12))

    assert told.endswith("More. Ask again. The database is at bbbbbbbbbbbb (unchanged; it was at bbbbbbbbbbbb).")
