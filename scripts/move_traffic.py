"""Point `live` back to a version that served before."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import move_traffic

if __name__ == "__main__":
    run_delivery(move_traffic)
