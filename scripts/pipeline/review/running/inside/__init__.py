"""
What runs in the reviewed project's Python: applies revisions with the project's own env.py and tells what they did.

It knows nothing of the review (that Python has none of its packages) and takes any Alembic since 1.7 and SQLAlchemy
since 1.4, so these modules import one another, the standard library, and no more.
"""
