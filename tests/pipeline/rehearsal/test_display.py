"""What a person sees while a rehearsal runs, and what a log of it holds."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from pipeline.rehearsal.display import Display, Line


def plain(*, verbose: bool = False) -> tuple[Display, io.StringIO]:
    written = io.StringIO()
    return Display(Console(file=written, width=80), verbose=verbose), written


def timeless(text: str) -> list[str]:
    return [re.sub(r"\d+\.\d s", "0.0 s", line).rstrip() for line in text.splitlines()]


def broken(display: Display, name: str, *lines: str, error: BaseException | None = None) -> None:
    with display.step(name) as say:
        for line in lines:
            say(line)
        raise error or ValueError("broken")


def test_elsewhere_than_on_a_terminal_a_step_is_one_plain_line() -> None:
    display, written = plain()

    with display.step("Guard") as say:
        say("may be deployed")

    assert timeless(written.getvalue()) == ["✓ Guard  0.0 s"]


def test_a_failed_step_shows_its_output_and_a_good_one_does_not() -> None:
    display, written = plain()

    with display.step("Good") as say:
        say("not shown")
    with pytest.raises(ValueError, match="broken"):
        broken(display, "Bad", "one", "two")

    assert timeless(written.getvalue()) == ["✓ Good  0.0 s", "✗ Bad  0.0 s", "    one", "    two"]


def test_a_verbose_display_shows_output_as_it_comes_and_once() -> None:
    display, written = plain(verbose=True)

    with pytest.raises(ValueError, match="broken"):
        broken(display, "Update", "uploading")

    assert timeless(written.getvalue()) == ["    uploading", "✗ Update  0.0 s"]


def test_an_interrupted_step_is_told_from_a_failed_one() -> None:
    display, written = plain()

    with pytest.raises(KeyboardInterrupt):
        broken(display, "Update", "uploading", error=KeyboardInterrupt())

    assert timeless(written.getvalue()) == ["■ Update  0.0 s"]


def test_nothing_is_printed_unmasked_and_the_transcript_keeps_everything() -> None:
    display, written = plain(verbose=True)
    display.hide("secret", "secret-and-longer", "")

    with display.step("Say secret") as say:
        say("the word is secret-and-longer")
    display.note("secret")
    display.table({"password": "secret"})

    assert "secret" not in written.getvalue()
    assert "the word is ***\n" in written.getvalue()
    assert display.transcript == ["the word is secret-and-longer", "secret"]


def test_square_brackets_in_output_are_no_markup() -> None:
    display, written = plain(verbose=True)

    with display.step("[bold]Name[/bold]") as say:
        say("[/nonsense]")

    assert timeless(written.getvalue()) == ["    [/nonsense]", "✓ [bold]Name[/bold]  0.0 s"]


def test_the_table_lists_what_ran_by_part_and_leaves_out_what_was_skipped() -> None:
    display, written = plain()
    for part, name, outcome, seconds in [
        ("Start", "PostgreSQL", "success", 1.25),
        ("Deploy", "Update", "success", 20.0),
        ("Deploy", "Traffic", "skipped", 0.0),
        ("Deploy", "Smoke", "failure", 0.5),
    ]:
        display.part = part
        display.begin(name)
        display.end(name, outcome, seconds)  # type: ignore[arg-type]  # The tuples above hold plain text.
    written.truncate(0)
    written.seek(0)

    display.table({"release": "abc", "total": "21.8 s"})

    assert [line.rstrip() for line in written.getvalue().splitlines()] == [
        "",
        "part    step            time",
        "Start   ✓ PostgreSQL   1.2 s",
        "Deploy  ✓ Update      20.0 s",
        "        ✗ Smoke        0.5 s",
        "",
        "release  abc",
        "total    21.8 s",
    ]
    assert display.lines[0] == Line("Start", "PostgreSQL", "success", 1.25)


def test_on_a_terminal_the_running_step_is_drawn_and_then_replaced_by_its_line() -> None:
    written = io.StringIO()
    display = Display(Console(file=written, force_terminal=True, width=80))

    with display.step("Update"):
        pass

    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.getvalue())
    assert "Update 0 s" in drawn.replace("  ", " ")
    assert drawn.rstrip().endswith("0.0 s")
    assert "\x1b[?25h" in written.getvalue(), "the cursor comes back"


def test_a_step_that_never_ended_gives_the_cursor_back() -> None:
    written = io.StringIO()
    display = Display(Console(file=written, force_terminal=True, width=80))

    display.begin("Update")
    display.close()
    display.close()

    assert written.getvalue().count("\x1b[?25l") == written.getvalue().count("\x1b[?25h") == 1
