"""Measure how long the review takes, and how often it and squawk cry wolf (`make bench-review`)."""

from pipeline.benchmarks.review_cli import bench_review
from pipeline.errors import run_script

if __name__ == "__main__":
    run_script(bench_review)
