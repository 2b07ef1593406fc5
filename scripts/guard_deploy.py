"""Fail unless this checkout may be deployed over what serves now."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import guard

if __name__ == "__main__":
    run_delivery(guard)
