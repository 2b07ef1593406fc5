"""Measure what migrating costs, and what it spares (`make bench-migrations`)."""

from pipeline.benchmarks.cli import bench_migrations
from pipeline.errors import run_script

if __name__ == "__main__":
    run_script(bench_migrations)
