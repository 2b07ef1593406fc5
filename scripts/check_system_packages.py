"""Say, or on a runner install, what the system tests need of the system (`make test-system`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.system_packages import check_system_packages

if __name__ == "__main__":
    run_script(check_system_packages)
