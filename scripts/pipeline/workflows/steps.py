"""
Runs one step: its environment, its condition, what it does, and what it leaves behind.

The order is the runner's: the step's `env` first, because its `if` may use it; the files it wrote last, also
when it failed. An expression that cannot be evaluated fails the step, it does not stop the run.
"""

from __future__ import annotations

from pipeline.workflows.actions import call_action
from pipeline.workflows.document import Action, Step
from pipeline.workflows.expressions import ExpressionError
from pipeline.workflows.job_state import JobState
from pipeline.workflows.results import Result, StepRun
from pipeline.workflows.scripts import run_script
from pipeline.workflows.step_in_progress import StepInProgress


def run_step(state: JobState, step: Step, number: int) -> StepRun:
    """Run `step` if its condition holds, tell the observer, record it in `state`, return what came of it."""
    progress = StepInProgress(state, step, number)
    try:
        outcome = _outcome(progress)
    except ExpressionError as error:
        outcome = progress.fail(str(error))
    run = progress.ended(outcome)
    state.record(step, run)
    state.setting.observer.step_ended(run)
    return run


def _outcome(progress: StepInProgress) -> Result:
    step, setting = progress.step, progress.state.setting
    progress.env = progress.texts(step.env)
    if not progress.condition_holds():
        return "skipped"
    progress.take_name()
    setting.before_step(progress.identity)
    # Whoever was told of the step may have cancelled the run.
    if setting.cancellation.requested and not progress.condition_holds():
        return "skipped"
    setting.observer.step_started(progress.identity)
    progress.start_clock()
    outcome = call_action(progress, step.does) if isinstance(step.does, Action) else run_script(progress, step.does)
    return outcome if progress.read_files() or outcome != "success" else "failure"
