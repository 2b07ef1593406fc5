"""Guarded on line, plain off line."""
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import context, op

revision: str = "t00000000009"
down_revision: Union[str, None] = "t00000000008"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

_COLUMNS = (
    ("turn_id", sa.String()),
    ("build_sha", sa.String()),
    ("claimed_at", sa.DateTime()),
)


def upgrade() -> None:
    existing: set = set()
    if not context.is_offline_mode():
        existing = {c["name"] for c in sa.inspect(op.get_bind()).get_columns("jobs")}
    for name, type_ in _COLUMNS:
        if name not in existing:
            op.add_column("jobs", sa.Column(name, type_, nullable=True))
    if "turn_id" not in existing:
        op.create_index("ix_jobs_turn", "jobs", ["turn_id"])


def downgrade() -> None:
    op.drop_index("ix_jobs_turn", table_name="jobs")
    for name, _ in _COLUMNS:
        op.drop_column("jobs", name)
