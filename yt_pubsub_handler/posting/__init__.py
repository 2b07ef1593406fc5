"""What was queued goes out: claimed, sent, looked for when nobody saw how it ended, and never sent blindly again."""
