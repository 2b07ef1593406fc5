"""Applying revisions so that they cannot hurt; `yt_pubsub_handler.db_utils` is the front of it."""
