"""Keep one comment on the pull request up to date with the review of its revisions."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.review.comment import main

if __name__ == "__main__":
    run_script(main)
