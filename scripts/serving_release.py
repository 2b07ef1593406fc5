"""Give later steps the commit that production serves."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import serving_release

if __name__ == "__main__":
    run_delivery(serving_release)
