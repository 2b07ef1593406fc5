"""SQL in a file beside."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"

SQL = Path(__file__).resolve().parents[1] / "sql"


def _run(direction):
    op.execute((SQL / f"0007_rollup.{direction}.sql").read_text(encoding="utf-8"))


def upgrade():
    _run("up")


def downgrade():
    _run("down")
