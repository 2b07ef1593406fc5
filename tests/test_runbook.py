"""
A runbook that is out of date is found out at night, so what it says is held against the code.

Every message of the engine and of the deploying steps is looked up in the section it belongs to, by its first sentence,
with … for what varies; codes, functions, scripts, inputs and payloads that are named have to be there.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.delivery.stage import load_stage
from pipeline.workflows import load_workflow
from pipeline.workflows.inputs import given_inputs
from yt_pubsub_handler.migration.errors import CODES

TEXT = Path("docs/runbook.md").read_text()
STEPS = {
    "aws": "AWS itself",
    "conditions": "Guard",
    "guard": "Guard",
    "invocation": "AWS itself",
    "promote": "Promote",
    "publish": "Publish",
    "rollback": "Plan of a rollback",
    "smoke": "Smoke",
    "undo": "Plan of a rollback",
}
ENGINE_ERRORS = {"Refused", "MigrationError", "MigrationFailed", "StepFailed", "_decide"}
STEP_ERRORS = {"Found", "CouldNotAnswer"}
VARIES = "…"


def sections() -> dict[str, str]:
    """Every section's text, in one line, by its heading without backticks."""
    parts = re.split(r"^#{2,3} (.+)$", TEXT, flags=re.MULTILINE)[1:]
    return {title.strip("`"): " ".join(body.split()) for title, body in zip(parts[::2], parts[1::2], strict=True)}


def part(heading: str) -> list[str]:
    """The headings below the one given."""
    body = re.split(rf"^## {heading}$", TEXT, flags=re.MULTILINE)[1].split("\n## ")[0]
    return [title.strip("`") for title in re.findall(r"^### (.+)$", body, re.MULTILINE)]


def written(node: ast.expr) -> str | None:
    """A text as the source has it, with … for what is filled in; None for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        filled = "".join(str(one.value) if isinstance(one, ast.Constant) else VARIES for one in node.values)
        return re.sub(f"{VARIES}+", VARIES, filled)
    return None


def first_words(message: str) -> str:
    """What of a message is looked for: its first sentence, or the second where all of the first varies."""
    sentences = message.removeprefix("Nothing was done: ").split(". ")
    telling = next(one for one in sentences if len(one.replace(VARIES, "").strip()) > 5)
    return telling.rstrip(".").strip()


def calls(path: Path, names: set[str]) -> Iterator[list[str | None]]:
    """The arguments of every call in a file of one of these, as they are written."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names:
            yield [written(argument) for argument in node.args]


def engine_messages() -> list[tuple[str, str]]:
    """Code and message of every error that the engine words itself."""
    found = set()
    for path in Path("yt_pubsub_handler").rglob("*.py"):
        for arguments in calls(path, ENGINE_ERRORS):
            code = next((one for one in arguments if one in CODES), None)
            message = arguments[arguments.index(code) + 1] if code else None
            if code and message:
                found.add((code, first_words(message)))
    return sorted(found)


def step_messages() -> list[tuple[str, str]]:
    """Module and message of every failure of the deploying steps."""
    return sorted(
        (module, first_words(arguments[0]))
        for module in STEPS
        for arguments in calls(Path(f"scripts/pipeline/delivery/{module}.py"), STEP_ERRORS)
        if arguments[0]
    )


def entry_points() -> set[str]:
    """What Zappa can be told to run."""
    functions = [node for node in ast.parse(Path("run.py").read_text()).body if isinstance(node, ast.FunctionDef)]
    return {node.name for node in functions if "entry_point" in map(ast.unparse, node.decorator_list)}


def anchor(heading: str) -> str:
    """How GitHub links to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_code_has_a_section_and_no_section_is_about_another() -> None:
    assert part("Codes of a migration") == sorted(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_says_what_it_looks_like_where_the_database_is_and_what_to_do(code: str) -> None:
    section = sections()[code]

    assert [name for name in ("- Says", "- Database:", "- Do:") if name not in section] == []


@pytest.mark.parametrize(("code", "message"), engine_messages())
def test_every_message_of_the_engine_is_in_the_section_of_its_code(code: str, message: str) -> None:
    assert message in sections()[code]


def test_the_messages_were_found_in_the_source() -> None:
    """Those without: their words are PostgreSQL's, put together by another function, or written by the ledger."""
    assert CODES.keys() - {code for code, _ in engine_messages()} == {"interrupted", "lock-timeout", "revision-failed"}


@pytest.mark.parametrize(("module", "message"), step_messages())
def test_every_failure_of_a_deploying_step_is_in_its_section(module: str, message: str) -> None:
    assert message in sections()[STEPS[module]]


def test_the_failures_were_found_in_the_source() -> None:
    assert {module for module, _ in step_messages()} == STEPS.keys()


def test_the_contents_name_every_section_once() -> None:
    contents = TEXT.split("## Contents")[1].split("\n## ")[0]
    named = re.findall(r"\]\(#([\w-]+)\)", contents)
    below = [title.strip("`") for title in re.findall(r"^### (.+)$", TEXT, re.MULTILINE)]

    assert named == [anchor(title) for title in below]


def test_every_link_within_leads_to_a_section() -> None:
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) - {anchor(title) for title in sections()} == set()


def test_every_function_that_is_named_can_be_invoked() -> None:
    assert set(re.findall(r"\brun\.(run_\w+)", TEXT)) - entry_points() == set()


def test_every_script_that_is_named_is_there() -> None:
    assert [name for name in re.findall(r"scripts/[\w/]+\.py", TEXT) if not Path(name).exists()] == []


def test_every_workflow_is_called_with_inputs_that_it_takes() -> None:
    calls = re.findall(r"gh workflow run (\S+\.yml)((?: -f [\w-]+=(?:'[^'\n]*'|\S+))*)", TEXT)

    for file, words in calls:
        given = {name: value.strip("'") for name, value in re.findall(r"-f ([\w-]+)=('[^']*'|\S+)", words)}
        taken = given_inputs(load_workflow(Path(".github/workflows") / file).inputs, given)
        assert {name: str(taken[name]).lower() for name in given} == {
            name: value.lower() for name, value in given.items()
        }
    assert {file for file, _ in calls} == {"deploy.yml", "rollback.yml"}


def test_every_payload_is_an_object() -> None:
    payloads = re.findall(r"--payload '([^']+)'", TEXT)

    assert [type(json.loads(payload)) for payload in payloads] == [dict] * len(payloads)
    assert payloads


def test_names_in_aws_are_those_of_the_stage() -> None:
    stage = load_stage("production")

    assert set(re.findall(r"--function-name (\S+?)`?(?=\s|$)", TEXT)) == {stage.function}
    assert stage.secret in TEXT
