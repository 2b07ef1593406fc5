"""Calls the stand-in for a `uses:`. It is Python in this process, so it cannot be made to end."""

from __future__ import annotations

from pipeline.errors import PipelineError
from pipeline.workflows.document import Action
from pipeline.workflows.process_environment import process_environment
from pipeline.workflows.results import Result
from pipeline.workflows.stand_ins import ActionCall
from pipeline.workflows.step_in_progress import StepInProgress


def call_action(progress: StepInProgress, action: Action) -> Result:
    """Call the stand-in and return success, failure, or cancelled if the run was while it worked."""
    state, summary = progress.state, progress.files.summary

    def set_env(name: str, value: str) -> None:
        state.env[name] = value

    def summarize(markdown: str) -> None:
        with summary.open("a", encoding="utf-8") as file:
            file.write(markdown)

    def log(text: str) -> None:
        for line in text.splitlines():
            progress.take(line)

    call = ActionCall(
        step=progress.identity,
        uses=action.uses,
        inputs=progress.texts(action.inputs),
        env=process_environment(progress),
        workspace=state.setting.workspace,
        add_path=state.add_path,
        set_env=set_env,
        summarize=summarize,
        log=log,
    )
    try:
        progress.outputs |= state.setting.stand_ins[action.name](call)
    except PipelineError as error:
        return progress.fail(str(error))
    if progress.verdict():
        progress.fail(state.why_cancelled())
        return "cancelled"
    return "success"
