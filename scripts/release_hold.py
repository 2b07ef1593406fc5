"""Let a revision that was undone be applied again as it is."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import release_a_hold

if __name__ == "__main__":
    run_delivery(release_a_hold)
