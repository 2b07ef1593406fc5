"""Publish $LATEST as the checked out release."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import publish

if __name__ == "__main__":
    run_delivery(publish)
