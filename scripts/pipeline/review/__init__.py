"""Reads Alembic revisions like a careful senior and says what they would do to a production database."""
