"""
Without this file a plan would either name every statement there is, or guess which ones it may leave out.

What is listed here keeps every row, in PostgreSQL 14 to 18, whatever stands behind it in the statement. To add a word
is to vouch for all that it can begin: in doubt leave it out, a plan then names the statement and a person looks at it.
"""

from __future__ import annotations

VERBS = {
    "analyze", "begin", "cluster", "comment", "commit", "end", "grant", "lock", "refresh", "reindex", "release",
    "revoke", "rollback", "savepoint", "security", "show", "start", "vacuum",
}  # fmt: skip
SETTINGS = {
    "client_min_messages", "idle_in_transaction_session_timeout", "lock_timeout", "maintenance_work_mem",
    "max_parallel_maintenance_workers", "statement_timeout", "work_mem",
}  # fmt: skip
ALTERED = {
    "aggregate", "collation", "default", "domain", "function", "index", "policy", "procedure", "publication",
    "routine", "rule", "statistics", "trigger", "view", "materialized view",
}  # fmt: skip
# Without CASCADE the server refuses to drop what anything else needs, and these hold no rows themselves.
DROPPED = {
    "aggregate", "cast", "collation", "domain", "function", "index", "operator", "policy", "procedure", "publication",
    "routine", "rule", "schema", "statistics", "trigger", "type", "view",
}  # fmt: skip
COLUMN_CHANGES = (
    ("set", "default"), ("drop", "default"), ("set", "not", "null"), ("drop", "not", "null"), ("set", "statistics"),
    ("set", "storage"), ("set", "compression"), ("set", "generated"), ("add", "generated"), ("drop", "identity"),
    ("drop", "expression"), ("set", "("), ("reset", "("),
)  # fmt: skip
TABLE_CHANGES = (
    ("validate", "constraint"), ("alter", "constraint"), ("rename", "constraint"), ("owner", "to"), ("enable",),
    ("disable",), ("force",), ("no", "force"), ("replica", "identity"), ("cluster", "on"),
    ("set", "without", "cluster"), ("set", "logged"), ("set", "tablespace"), ("set", "("), ("reset", "("),
    ("drop", "constraint"),
)  # fmt: skip
