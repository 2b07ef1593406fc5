"""Measure how much the app takes in, how long it takes to start, and how large it is (`make bench-app`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.benchmarks.app_cli import bench_app

if __name__ == "__main__":
    run_script(bench_app)
