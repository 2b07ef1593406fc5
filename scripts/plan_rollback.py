"""Say what a rollback would do."""

from pipeline.delivery.aws import run_delivery
from pipeline.delivery.steps import plan

if __name__ == "__main__":
    run_delivery(plan)
