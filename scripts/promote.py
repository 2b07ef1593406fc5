"""Point `live` to a published version."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import promote_version

if __name__ == "__main__":
    run_delivery(promote_version)
