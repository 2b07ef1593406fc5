"""Fail unless the revisions end in exactly one head."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import check_single_head

if __name__ == "__main__":
    run_delivery(check_single_head)
