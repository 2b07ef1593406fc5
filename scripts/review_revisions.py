"""Say what Alembic revisions would do to a production database (`make review`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.review.cli import review_revisions

if __name__ == "__main__":
    run_script(review_revisions)
