"""Rehearse a deployment on this machine (`make rehearse`, `make rehearse-rollback`, `make serve`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.rehearsal.cli import rehearse

if __name__ == "__main__":
    run_script(rehearse)
