"""Let a revision that was undone be applied again as it is."""

from pipeline.delivery.aws import run_delivery
from pipeline.delivery.steps import release_a_hold

if __name__ == "__main__":
    run_delivery(release_a_hold)
