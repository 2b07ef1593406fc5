"""The form of the "Run workflow" button, by which a person starts a rollback at night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import UsageError
from pipeline.workflows import Event, WorkflowError
from pipeline.workflows.inputs import given_inputs

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Load, Run

FORM = """
    on:
      workflow_dispatch:
        inputs:
          revision: {description: Where to, required: true}
          mode: {type: choice, options: [traffic, traffic and schema]}
          confirm: {type: boolean}
          tries: {type: number, default: 3}
          stage: {type: environment, default: production}
          why: {type: string}
    jobs:
      job:
        runs-on: x
        steps:
          - id: say
            env:
              TYPED: ${{ toJSON(inputs) }}
              TEXT: ${{ toJSON(github.event.inputs) }}
            run: echo $TYPED; echo $TEXT
    """


def test_what_is_not_given_is_as_the_form_shows_it(load: Load) -> None:
    inputs = given_inputs(load(FORM).inputs, {"revision": "abc"})

    assert inputs == {
        "revision": "abc",
        "mode": "traffic",
        "confirm": False,
        "tries": 3,
        "stage": "production",
        "why": "",
    }


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("confirm", True, True),
        ("confirm", "true", True),
        ("confirm", "false", False),
        ("tries", "2.5", 2.5),
        ("mode", "traffic and schema", "traffic and schema"),
        ("why", 5, "5"),
    ],
)
def test_values_have_the_type_of_their_input(load: Load, name: str, given: Any, value: Any) -> None:
    inputs = given_inputs(load(FORM).inputs, {"revision": "abc", name: given})

    assert inputs[name] == value
    assert type(inputs[name]) is type(value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "The input 'revision' is required: give it a value."),
        ({"revision": ""}, "The input 'revision' is required: give it a value."),
        ({"revision": "a", "mode": "schema"}, "'mode' is one of traffic, traffic and schema, not 'schema'."),
        ({"revision": "a", "confirm": "yes"}, "The input 'confirm' is true or false, not 'yes'."),
        ({"revision": "a", "tries": "many"}, "The input 'tries' is a number, not 'many'."),
        (
            {"revison": "a"},
            "There is no input 'revison'; the workflow's inputs: revision, mode, confirm, tries, stage, why.",
        ),
    ],
)
def test_what_the_form_would_turn_away_is_turned_away(load: Load, given: Any, message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        given_inputs(load(FORM).inputs, given)

    assert message in str(refusal.value)


def test_inputs_have_types_and_the_event_has_text(run: Run) -> None:
    ended = run(FORM, event=Event("workflow_dispatch", inputs={"revision": "abc", "confirm": True}))

    typed, text = ended.step("job", "say").lines
    assert '"confirm": true, "tries": 3,' in typed
    assert '"confirm": "true", "tries": "3",' in text


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("{type: text}", "the type 'text' is none of string, boolean, choice, number, environment."),
        ("{type: choice}", "`options` belong to the type choice, and it needs them."),
        ("{options: [a]}", "`options` belong to the type choice, and it needs them."),
        ("{type: choice, options: [a], default: b}", "the default is refused: The input 'x' is one of a"),
        ("{type: boolean, default: 'on'}", "the default is refused: The input 'x' is true or false"),
        ("{optional: true}", "`optional` is no key GitHub knows here"),
    ],
)
def test_an_input_that_makes_no_sense_is_refused(load: Load, declared: str, message: str) -> None:
    with pytest.raises(WorkflowError) as refusal:
        load(
            f"on: {{workflow_dispatch: {{inputs: {{x: {declared}}}}}}}\n"
            "jobs: {job: {runs-on: x, steps: [run: a]}}\n"
        )

    assert f"workflow.yml:1: input 'x': {message}" in str(refusal.value)
