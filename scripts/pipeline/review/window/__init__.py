"""Whether the release in production works on the new schema: its own code, on connections that saw the old one."""
