"""Upgrade is an assignment."""
from functools import partial

from alembic import op

revision = "p00000000009"
down_revision = "p00000000008"


def _apply():
    op.drop_table("fax_machine")


upgrade = _apply
downgrade = partial(op.execute, "CREATE TABLE fax_machine (id int)")
