"""What a step says by printing it."""

from __future__ import annotations

import pytest

from pipeline.workflows.commands import Command, Output, parse_command
from pipeline.workflows.masking import Masker
from pipeline.workflows.results import Annotation, StepIdentity

STEP = StepIdentity("job", 1, None, "Step")


@pytest.fixture
def output() -> Output:
    return Output(STEP, Masker())


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("::error::text", Command("error", {}, "text")),
        ("  ::error ::text", Command("error", {}, "text")),
        ("::error file=a.py,line=1::a::b", Command("error", {"file": "a.py", "line": "1"}, "a::b")),
        ("::error title=a%2Cb%3Ac%25::x%0Ay%0D%25", Command("error", {"title": "a,b:c%"}, "x\ny\r%")),
        ("::error::%250A stays", Command("error", {}, "%0A stays")),
        ("::error title=a%0Ab,=x,line=::", Command("error", {"title": "a\nb"}, "")),
        ("see ::error::text", None),
        ("::no end", None),
        (":: ::", Command("", {}, "")),
    ],
)
def test_a_command_has_its_form_and_nothing_else_has(line: str, command: Command | None) -> None:
    assert parse_command(line) == command


def test_annotations_say_where(output: Output) -> None:
    output.take("::error file=app.py,line=3,endLine=4,col=5,endColumn=6,title=Two heads::Merge%0Athem")
    output.take("::warning::careful")
    output.take("::notice line=x::by the way")

    assert output.annotations == [
        Annotation("error", "Merge\nthem", STEP, "Two heads", "app.py", 3, 4, 5, 6),
        Annotation("warning", "careful", STEP),
        Annotation("notice", "by the way", STEP),
    ]
    assert output.lines == ["##[error]Merge", "them", "##[warning]careful", "##[notice]by the way"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("plain", ["plain"]),
        ("::group::Set up", ["##[group]Set up"]),
        ("::endgroup::", ["##[endgroup]"]),
        ("::debug::quiet", []),
        ("::add-mask::quiet", []),
        ("::add-matcher::file.json", []),
        ("::unknown::text", ["::unknown::text"]),
        ("::ERROR::loud", ["##[error]loud"]),
    ],
)
def test_what_is_shown_of_a_line(output: Output, line: str, shown: list[str]) -> None:
    assert output.take(line) == shown


def test_a_mask_hides_from_then_on_and_in_annotations(output: Output) -> None:
    for line in ("hush", "::add-mask::hush", "hush!", "::error title=hush::hush again"):
        output.take(line)

    assert output.lines == ["hush", "***!", "##[error]*** again"]
    assert output.annotations == [Annotation("error", "*** again", STEP, title="***")]


def test_an_empty_mask_hides_nothing_and_is_told(output: Output) -> None:
    output.take("::add-mask:: ")

    assert output.take("still here") == ["still here"]
    assert [note.level for note in output.annotations] == ["warning"]


def test_stopped_commands_are_text_until_the_token_comes(output: Output) -> None:
    """Logs of others are printed this way: an ::error:: in them must not become ours."""
    for line in (
        "::stop-commands::t0ken",
        "::error::theirs",
        "::stop-commands::x",
        "::T0KEN::",
        "::error::ours",
    ):
        output.take(line)

    assert [note.message for note in output.annotations] == ["ours"]
    assert output.lines == [
        "::stop-commands::t0ken",
        "::error::theirs",
        "::stop-commands::x",
        "::T0KEN::",
        "##[error]ours",
    ]


def test_masks_hide_while_commands_are_stopped(output: Output) -> None:
    for line in ("::add-mask::hush", "::stop-commands::t0ken", "::error::hush"):
        output.take(line)

    assert output.lines[-1] == "::error::***"


@pytest.mark.parametrize("token", ["", "  ", "error", "Add-Mask", "pause-logging"])
def test_a_token_that_can_be_guessed_fails_the_step(output: Output, token: str) -> None:
    output.take(f"::stop-commands::{token}")
    output.take("::warning::heard")

    assert output.failed
    assert output.annotations[-1].message == "heard"


@pytest.mark.parametrize("line", ["::set-env name=PATH::/evil", "::add-path::/evil"])
def test_switched_off_commands_fail_the_step(output: Output, line: str) -> None:
    output.take(line)

    assert output.failed
    assert output.annotations[0].level == "error"


def test_set_output_still_works_and_is_told_of(output: Output) -> None:
    output.take("::set-output name=v::1")

    assert output.outputs == {"v": "1"}
    assert not output.failed
    assert [note.level for note in output.annotations] == ["warning"]


def test_echo_shows_commands_but_never_a_mask(output: Output) -> None:
    for line in ("::echo::on", "::debug::seen", "::add-mask::hush", "::echo::off", "::debug::unseen"):
        output.take(line)

    assert output.lines == ["::debug::seen", "::echo::off"]
