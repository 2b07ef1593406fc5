"""The page somebody approves a rollback on: what serves, what is to serve, what is undone, what that destroys."""

from __future__ import annotations

from typing import Any

from pipeline.delivery.release import Release
from pipeline.delivery.rollback import Plan

# A summary of more than 1 MiB is dropped whole (GitHub).
_LONGEST_SQL = 60_000


def plan_as_markdown(plan: Plan, serving: Release | None, reason: str) -> str:
    """Return the plan as Markdown; `reason` is somebody's text and is shown as such."""
    down = plan.downgrade
    undone = f"{', '.join(down.undone)}, from version {down.holder} on" if down else "none: the schema stays"
    way = " → ".join(f"version {step.target.version}" for step in plan.steps)
    lines = [
        f"### Rollback plan: {plan.mode}",
        "",
        "| | |",
        "| --- | --- |",
        f"| serves now | version {plan.serving}{f', {serving}' if serving else ''} |",
        f"| is to serve | {plan.target} |",
        f"| way | {way} |",
        f"| revisions to undo | {undone} |",
        f"| reason | {plain(reason)} |",
        "",
    ]
    if down:
        lines += _losses(down.losses)
        lines += ["<details><summary>SQL</summary>", "", "```sql", down.sql[:_LONGEST_SQL], "```", "", "</details>", ""]
    if serving and serving.commit != plan.target.release.commit:
        lines += [
            "Deploys stay frozen until somebody lifts it. To keep it undone, merge the revert:",
            "",
            f"    git revert --no-edit {plan.target.release.commit[:12]}..{serving.commit[:12]}",
        ]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Somebody's text in a Markdown table: no cell ends early, no HTML, nobody is mentioned."""
    return text.strip().replace("|", "\\|").replace("<", "&lt;").replace("@", "@\u200b")


def _losses(losses: tuple[dict[str, Any], ...]) -> list[str]:
    if not losses:
        return ["**Nothing is destroyed.**", ""]
    rows = [
        f"| `{loss['object']}` | {loss['kind']} | {_number(loss, 'rows')} | {_number(loss, 'values')} | "
        f"{plain(loss.get('why') or '')} |"
        for loss in losses
    ]
    return [
        "**What is destroyed, for good:**",
        "",
        "| object | | rows | values | |",
        "| --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _number(loss: dict[str, Any], name: str) -> str:
    if not loss.get("counted"):
        return "not counted"
    return "" if loss.get(name) is None else f"{loss[name]:,}"
