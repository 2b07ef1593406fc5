"""Stop deploys until somebody lifts it."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import freeze_deploys

if __name__ == "__main__":
    run_delivery(freeze_deploys)
