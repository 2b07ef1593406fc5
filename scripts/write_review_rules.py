"""Write docs/review-rules.md from the rules of the review and their examples (`make review-rules`)."""

from pipeline.errors import run_script, set_up_first

with set_up_first():
    from pipeline.review.rules_page import main

if __name__ == "__main__":
    run_script(main)
