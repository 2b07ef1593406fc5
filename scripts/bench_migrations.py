"""Measure what migrating costs, and what it spares (`make bench-migrations`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.benchmarks.cli import bench_migrations

if __name__ == "__main__":
    run_script(bench_migrations)
