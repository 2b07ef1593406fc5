"""Say what a rollback would do."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import plan

if __name__ == "__main__":
    run_delivery(plan)
