"""Fail unless the public URL serves a version."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import smoke_public

if __name__ == "__main__":
    run_delivery(smoke_public)
