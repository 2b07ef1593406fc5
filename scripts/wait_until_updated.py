"""Wait until code and configuration of $LATEST have settled."""

from pipeline.delivery.aws import run_delivery
from pipeline.delivery.steps import wait

if __name__ == "__main__":
    run_delivery(wait)
