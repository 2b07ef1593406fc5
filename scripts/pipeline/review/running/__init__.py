"""Runs revisions on a scratch database, in the reviewed project's own Python, and tells what was seen."""
