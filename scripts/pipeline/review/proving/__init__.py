"""The phases live and window: runs revisions on copies of a seeded database, and tells what that proves."""
