"""Make the EventBridge rules what zappa_settings.json says."""

from pipeline.errors import set_up_first

with set_up_first():
    from pipeline.delivery.aws import run_delivery
    from pipeline.delivery.steps import schedule

if __name__ == "__main__":
    run_delivery(schedule)
