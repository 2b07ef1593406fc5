"""
${message[:1].upper() + message[1:]}.

The release in production meets this schema before traffic moves: only add. Drop a column in a pull request of its
own, after the release that no longer selects it. Locks are waited for 4 s; what needs a scan of a large table
(indexes, validation) goes into a revision of its own, CONCURRENTLY inside `op.get_context().autocommit_block()`.
downgrade() must bring back exactly what was there: the tests compare. Where it cannot, say `irreversible = "why"`
below: a rollback then refuses before it begins.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
