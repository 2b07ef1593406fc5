"""Stop deploys until somebody lifts it."""

from pipeline.delivery.aws import run_delivery
from pipeline.delivery.steps import freeze_deploys

if __name__ == "__main__":
    run_delivery(freeze_deploys)
