"""Runs a `run:` in its shell, for as long as its step may take."""

from __future__ import annotations

from pipeline.workflows.document import Script
from pipeline.workflows.expressions import to_text
from pipeline.workflows.process_environment import process_environment
from pipeline.workflows.results import Result
from pipeline.workflows.shells import script_suffix, shell_command
from pipeline.workflows.step_in_progress import StepInProgress


def run_script(progress: StepInProgress, script: Script) -> Result:
    """Run `script`, or what overrides it, and return success, failure or cancelled."""
    state = progress.state
    job, workspace = state.job, state.setting.workspace
    shell = script.shell or (progress.text(job.default_shell) if job.default_shell else "")
    directory = script.working_directory or job.default_directory
    folder = workspace / progress.text(directory) if directory else workspace
    file = progress.files.folder / f"script{script_suffix(shell)}"
    override = state.setting.overrides.script(job, progress.step)
    file.write_text(progress.text(script.run) if override is None else override, encoding="utf-8")
    try:
        ended = state.processes.run(
            shell_command(shell, file),
            env=process_environment(progress),
            folder=folder,
            take=progress.take,
            watch=progress,
        )
    except OSError as error:
        missing = "the working directory" if not folder.is_dir() else "the shell"
        return progress.fail(f"The step cannot start: {missing} {error.filename} is not there ({error.strerror}).")
    progress.exit_code = ended.exit_code
    if ended.verdict == "timed out":
        minutes = to_text(progress.evaluate(progress.step.timeout_minutes))
        return progress.fail(f"The action '{progress.identity.name}' has timed out after {minutes} minutes.")
    if ended.verdict == "cancelled":
        progress.fail(state.why_cancelled())
        return "cancelled"
    if ended.exit_code:
        return progress.fail(f"Process completed with exit code {ended.exit_code}.")
    return "success"
