"""Deploy a stage for the first time, or adopt one that is deployed already."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import bootstrap_stage

if __name__ == "__main__":
    run_delivery(bootstrap_stage)
