"""
Runs GitHub Actions workflow files on this machine: real scripts in real shells, with GitHub's semantics.

Without it a workflow is only ever tried by merging it. What it cannot show (approvals, OIDC, token rights,
concurrency) has to be asserted on the file; what it does not support it refuses.
"""

from pipeline.workflows.cancellation import Cancellation
from pipeline.workflows.document import Job, Step, Workflow
from pipeline.workflows.event import Event
from pipeline.workflows.expressions import ExpressionError
from pipeline.workflows.loading import load_workflow
from pipeline.workflows.observer import Observer, PlainLines, Silent
from pipeline.workflows.places import WorkflowError
from pipeline.workflows.results import Annotation, JobRun, StepIdentity, StepRun, WorkflowRun
from pipeline.workflows.runner import run_workflow
from pipeline.workflows.setting import Patience
from pipeline.workflows.stand_ins import ActionCall, ServiceCall, ServiceStandIn, StandIn

__all__ = [
    "ActionCall",
    "Annotation",
    "Cancellation",
    "Event",
    "ExpressionError",
    "Job",
    "JobRun",
    "Observer",
    "Patience",
    "PlainLines",
    "ServiceCall",
    "ServiceStandIn",
    "Silent",
    "StandIn",
    "Step",
    "StepIdentity",
    "StepRun",
    "Workflow",
    "WorkflowError",
    "WorkflowRun",
    "load_workflow",
    "run_workflow",
]
