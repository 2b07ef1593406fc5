"""Show what this workflow run's migration did."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import report_migration

if __name__ == "__main__":
    run_delivery(report_migration)
