"""Let deploys run again."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import unfreeze_deploys

if __name__ == "__main__":
    run_delivery(unfreeze_deploys)
