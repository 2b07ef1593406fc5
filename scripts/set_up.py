"""Make .venv hold what requirements/dev.txt lists (`make setup`)."""

from pipeline.environment import set_up
from pipeline.errors import run_script

if __name__ == "__main__":
    run_script(lambda _arguments: set_up() and 0)
