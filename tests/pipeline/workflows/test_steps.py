"""What a step is given, how it ends, and what it leaves to the next."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.workflows import Event

if TYPE_CHECKING:
    from tests.pipeline.workflows.conftest import Run


@pytest.mark.parametrize(("shell", "outcome"), [("", "success"), ("shell: bash", "failure")])
def test_only_a_named_bash_has_pipefail(run: Run, shell: str, outcome: str) -> None:
    """A step without `shell:` takes `zappa invoke … | tee log` for a success when the invocation failed."""
    ended = run(f"""
        - id: piped
          run: false | cat
          {shell}
        """)

    assert ended.step("job", "piped").outcome == outcome


@pytest.mark.parametrize(
    ("shell", "script", "printed"),
    [
        ("bash", "echo ${BASH_VERSION:+bash} $-", ("bash ehB",)),
        ("sh", "echo $0 | sed 's/.*[.]/./'", (".sh",)),
        ("python", "import sys; print(sys.argv[0][-3:])", (".py",)),
        ("cat {0}", "shown as it is", ("shown as it is",)),
        ("bash -u {0}", "false; echo on", ("on",)),
    ],
)
def test_a_script_runs_in_the_shell_it_names(run: Run, shell: str, script: str, printed: tuple[str, ...]) -> None:
    ended = run(f"""
        - id: step
          shell: {shell}
          run: |
            {script}
        """)

    assert ended.step("job", "step").lines == printed


def test_a_script_ends_at_its_first_failure(run: Run) -> None:
    ended = run("""
        - id: step
          run: |
            echo before
            (exit 3)
            echo after
        """)

    step = ended.step("job", "step")
    assert (step.outcome, step.exit_code, step.lines) == (
        "failure",
        3,
        ("before", "##[error]Process completed with exit code 3."),
    )


def test_nothing_of_our_environment_reaches_a_step(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal that finds the developer's AWS_PROFILE deploys to the wrong account."""
    monkeypatch.setenv("AWS_PROFILE", "production")

    ended = run("- {id: step, run: 'env | cut -d= -f1 | sort'}")

    names = {name for name in ended.step("job", "step").lines if not name.startswith(("GITHUB_", "RUNNER_"))}
    assert names == {"CI", "PATH", "PWD", "SHLVL", "_"}


def test_the_innermost_environment_wins(run: Run) -> None:
    ended = run("""
        on: push
        env: {A: workflow, B: workflow, C: workflow, D: workflow}
        jobs:
          job:
            runs-on: x
            env: {B: job, C: job, D: job}
            steps:
              - run: |
                  echo C=file >> "$GITHUB_ENV"
                  echo D=file >> "$GITHUB_ENV"
              - id: step
                env: {D: step}
                run: echo $A $B $C $D ${{ env.A }} ${{ env.B }} ${{ env.C }} ${{ env.D }}
              - id: next
                run: echo $D
        """)

    assert ended.step("job", "step").lines == ("workflow job file step workflow job file step",)
    assert ended.step("job", "next").lines == ("file",)


def test_the_environment_given_by_the_caller_is_the_outermost(run: Run) -> None:
    ended = run(
        "- {id: step, run: echo $A $B $CI, env: {B: step}}",
        environment={"PATH": os.environ["PATH"], "A": "caller", "B": "caller"},
    )

    assert ended.step("job", "step").lines == ("caller step true",)


def test_githubs_own_variables_cannot_be_overridden(run: Run, workspace: Path) -> None:
    ended = run("""
        - id: step
          env: {GITHUB_WORKSPACE: /elsewhere, RUNNER_OS: BeOS, CI: 'no'}
          run: echo $GITHUB_WORKSPACE $RUNNER_OS $CI
        """)

    (line,) = ended.step("job", "step").lines
    assert line.split()[0] == str(workspace.resolve())
    assert line.split()[1] != "BeOS"
    assert line.split()[2] == "no"


def test_the_token_is_not_in_the_environment(run: Run) -> None:
    ended = run(
        "- {id: step, run: 'env | grep -c s3same || echo ${{ github.token == secrets.GITHUB_TOKEN }}'}",
        secrets={"GITHUB_TOKEN": "s3same"},
    )

    assert ended.step("job", "step").lines == ("0", "true")


def test_a_path_added_last_is_searched_first(run: Run, workspace: Path) -> None:
    for name in ("one", "two"):
        (workspace / name).mkdir()
        (workspace / name / "tool").write_text(f"#!/bin/sh\necho {name}\n")
        (workspace / name / "tool").chmod(0o755)

    ended = run("""
        - run: |
            echo "$PWD/one" >> "$GITHUB_PATH"
            echo "$PWD/two" >> "$GITHUB_PATH"
        - {id: two, run: tool}
        - run: echo "$PWD/one" >> "$GITHUB_PATH"
        - {id: one, run: tool}
        """)

    assert ended.step("job", "two").lines == ("two",)
    assert ended.step("job", "one").lines == ("one",)


def test_outputs_reach_later_steps_also_from_a_step_that_failed(run: Run) -> None:
    ended = run("""
        - id: first
          continue-on-error: true
          run: |
            echo "one=1" >> "$GITHUB_OUTPUT"
            { echo 'many<<END'; echo a; echo b; echo END; } >> "$GITHUB_OUTPUT"
            exit 1
        - id: second
          run: echo '${{ steps.first.outputs.one }} ${{ toJSON(steps.first.outputs.many) }}'
        """)

    assert ended.step("job", "first").outputs == {"one": "1", "many": "a\nb"}
    assert ended.step("job", "second").lines == ('1 "a\\nb"',)


def test_a_broken_output_file_fails_the_step(run: Run) -> None:
    ended = run("""
        - id: step
          run: echo nonsense >> "$GITHUB_OUTPUT"
        """)

    step = ended.step("job", "step")
    assert (step.outcome, step.exit_code) == ("failure", 0)
    assert "Invalid format 'nonsense'" in step.annotations[0].message


def test_the_outcome_is_what_happened_and_the_conclusion_what_counts(run: Run) -> None:
    ended = run("""
        - id: first
          continue-on-error: ${{ github.event_name == 'push' }}
          run: exit 1
        - id: second
          if: steps.first.outcome == 'failure' && steps.first.conclusion == 'success'
          run: echo still here
        """)

    first = ended.step("job", "first")
    assert (first.outcome, first.conclusion, ended.result) == ("failure", "success", "success")
    assert ended.step("job", "second").outcome == "success"


def test_after_a_failure_only_steps_that_ask_for_it_run(run: Run) -> None:
    ended = run("""
        - {id: fails, run: exit 1}
        - {id: plain, run: 'true'}
        - {id: asks_for_more, if: 'true', run: 'true'}
        - {id: on_failure, if: failure(), run: 'true'}
        - {id: whatever, if: always(), run: 'echo ${{ job.status }}'}
        - {id: on_success, if: success(), run: 'true'}
        - {id: on_cancel, if: cancelled(), run: 'true'}
        - {id: not_cancelled, if: '!cancelled()', run: 'true'}
        """)

    assert {step.step.id: step.outcome for step in ended.jobs["job"].steps} == {
        "fails": "failure",
        "plain": "skipped",
        "asks_for_more": "skipped",
        "on_failure": "success",
        "whatever": "success",
        "on_success": "skipped",
        "on_cancel": "skipped",
        "not_cancelled": "success",
    }
    assert ended.step("job", "whatever").lines == ("failure",)


def test_a_condition_sees_the_steps_own_environment(run: Run) -> None:
    ended = run("""
        - {id: yes, if: env.GO == 'on', env: {GO: 'on'}, run: 'true'}
        - {id: not, if: env.GO == 'on', run: 'true'}
        """)

    assert [step.outcome for step in ended.jobs["job"].steps] == ["success", "skipped"]


@pytest.mark.parametrize("key", ["if", "run", "working-directory", "timeout-minutes", "continue-on-error"])
def test_an_expression_that_breaks_fails_the_step_and_names_itself(run: Run, key: str) -> None:
    step = {"run": "exit 1", "id": "step", key: "${{ fromJSON('') }}"}
    ended = run(f"- {step}")

    failed = ended.step("job", "step")
    assert (failed.outcome, failed.conclusion, ended.result) == ("failure", "failure", "failure")
    assert "fromJSON('')" in failed.annotations[-1].message


def test_a_working_directory_is_below_the_workspace(run: Run, workspace: Path) -> None:
    (workspace / "one" / "two").mkdir(parents=True)

    ended = run(
        """
        on: push
        defaults: {run: {working-directory: one}}
        jobs:
          job:
            runs-on: x
            steps:
              - {id: default, run: pwd}
              - {id: own, run: pwd, working-directory: 'one/${{ github.event.folder }}'}
              - {id: none, run: pwd, working-directory: absent}
        """,
        event=Event("push", payload={"folder": "two"}),
    )

    folder = workspace.resolve()
    assert ended.step("job", "default").lines == (f"{folder}/one",)
    assert ended.step("job", "own").lines == (f"{folder}/one/two",)
    assert "the working directory" in ended.step("job", "none").annotations[0].message


def test_a_shell_that_is_not_there_fails_the_step(run: Run) -> None:
    ended = run("- {id: step, shell: 'no-such-shell {0}', run: x}")

    assert "the shell no-such-shell is not there" in ended.step("job", "step").annotations[0].message


def test_expressions_in_a_script_are_evaluated_before_the_shell_reads_it(run: Run) -> None:
    """So an injection happens; our workflows pass input through `env:`, and a test can show why."""
    ended = run(
        "- {id: step, run: 'echo ${{ github.event.title }}'}",
        event=Event("push", payload={"title": "a; echo injected"}),
    )

    assert ended.step("job", "step").lines == ("a", "injected")


def test_names_are_evaluated_and_default_to_the_first_line(run: Run) -> None:
    ended = run("""
        - name: Greet ${{ github.actor }}
          run: 'true'
        - run: |
            echo one
            echo two
        - name: Broken ${{ fromJSON('') }}
          run: 'true'
        """)

    assert [step.step.name for step in ended.jobs["job"].steps] == [
        "Greet octocat",
        "Run echo one",
        "Broken ${{ fromJSON('') }}",
    ]


def test_the_summary_is_that_of_all_steps_and_masked(run: Run) -> None:
    ended = run(
        """
        - run: echo "# One s3cret" >> "$GITHUB_STEP_SUMMARY"
        - run: printf 'no line end' >> "$GITHUB_STEP_SUMMARY"
        """,
        secrets={"KEY": "s3cret"},
    )

    assert ended.summary == "# One ***\nno line end\n"


def test_secrets_are_hidden_in_output_and_a_later_mask_too(run: Run) -> None:
    ended = run(
        """
        - id: first
          env: {KEY: '${{ secrets.KEY }}'}
          run: |
            echo "key $KEY"
            echo "::add-mask::other"
        - {id: second, run: echo other s3cret}
        """,
        secrets={"KEY": "s3cret"},
    )

    assert ended.step("job", "first").lines == ("key ***",)
    assert ended.step("job", "second").lines == ("*** ***",)


def test_both_streams_are_shown_and_bytes_that_are_no_text_do_not_matter(run: Run) -> None:
    ended = run(r"""
        - id: step
          run: |
            echo out
            echo err >&2
            printf '\xff|\rprogress\r\nend'
        """)

    assert ended.step("job", "step").lines == ("out", "err", "\ufffd|", "progress", "end")


def test_a_step_reads_nothing_from_our_terminal(run: Run) -> None:
    terminal, keyboard = os.pipe()
    ours = os.dup(0)
    os.write(keyboard, b"typed\n")
    os.close(keyboard)
    os.dup2(terminal, 0)
    try:
        ended = run("- {id: step, run: cat}")
    finally:
        os.dup2(ours, 0)
        os.close(ours)
        os.close(terminal)

    assert ended.step("job", "step").lines == ()


def test_a_command_that_may_not_be_used_fails_the_step(run: Run) -> None:
    ended = run("- {id: step, run: 'echo ::set-env name=A::1'}")

    step = ended.step("job", "step")
    assert (step.outcome, step.exit_code) == ("failure", 0)


def test_files_are_hashed_as_they_are_when_the_step_begins(run: Run) -> None:
    ended = run("""
        - run: echo one > requirements.txt
        - {id: one, run: "echo ${{ hashFiles('*.txt') }}"}
        - run: echo two > requirements.txt
        - {id: two, if: hashFiles('*.txt') != '', run: "echo ${{ hashFiles('*.txt') }}"}
        """)

    assert [ended.step("job", name).lines for name in ("one", "two")] == [
        (_twice_hashed(b"one\n"),),
        (_twice_hashed(b"two\n"),),
    ]


def test_the_event_is_in_a_file(run: Run) -> None:
    ended = run(
        """
        - id: step
          run: tr -d ' \\n' < "$GITHUB_EVENT_PATH"
        """,
        event=Event("push", payload={"ref": "refs/heads/x", "n": 7}),
    )

    assert ended.step("job", "step").lines == (
        '{"ref":"refs/heads/x","repository":{"full_name":"octocat/yt-pubsub-handler"},"n":7}',
    )


def _twice_hashed(content: bytes) -> str:
    return hashlib.sha256(hashlib.sha256(content).digest()).hexdigest()
