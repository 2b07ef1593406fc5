"""Things happen at the top of the file, and under if __name__."""

import os
import sys

from alembic import op

revision = "m009"
down_revision = "m008"

if sys.version_info >= (3, 8):
    TABLE = "envelope"
else:
    TABLE = "letter"

for _name in ("A", "B"):
    globals()[f"COLUMN_{_name}"] = _name.lower()

if os.environ.get("SKIP_M009"):

    def upgrade():
        pass

else:

    def upgrade():
        op.drop_table(TABLE)


def downgrade():
    op.execute("CREATE TABLE %s (a int)" % TABLE)


if __name__ == "__main__":
    upgrade()
