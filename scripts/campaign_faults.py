"""Harm a deploy at each of its commits, in each way (`make campaign-faults`)."""

from pipeline.campaign.cli import campaign_faults
from pipeline.errors import run_script

if __name__ == "__main__":
    run_script(campaign_faults)
