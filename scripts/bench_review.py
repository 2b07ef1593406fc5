"""Measure how long the review takes, and how often it and squawk cry wolf (`make bench-review`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.benchmarks.review_cli import bench_review

if __name__ == "__main__":
    run_script(bench_review)
