"""Make .venv hold what requirements/dev.txt lists (`make setup`)."""

from pipeline.environment import set_up
from pipeline.errors import run_script


def main(_arguments: list[str]) -> None:
    set_up()


if __name__ == "__main__":
    run_script(main)
