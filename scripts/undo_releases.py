"""Carry out an approved rollback: traffic and schema back, release by release."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import undo_releases

if __name__ == "__main__":
    run_delivery(undo_releases)
