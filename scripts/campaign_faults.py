"""Harm a deploy at each of its commits, in each way (`make campaign-faults`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.campaign.cli import campaign_faults

if __name__ == "__main__":
    run_script(campaign_faults)
