"""Write a revision from the models, against a throwaway PostgreSQL (`make revision`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.revision import main

if __name__ == "__main__":
    run_script(main)
