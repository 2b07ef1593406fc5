"""Show what this workflow run's migration did."""

from pipeline.delivery.aws import run_delivery
from pipeline.delivery.steps import report_migration

if __name__ == "__main__":
    run_delivery(report_migration)
