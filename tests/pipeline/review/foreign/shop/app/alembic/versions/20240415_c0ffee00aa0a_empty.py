"""forgotten

Revision ID: c0ffee00aa0a
Revises: c0ffee00aa09
"""
revision = "c0ffee00aa0a"
down_revision = "c0ffee00aa09"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ...


def downgrade() -> None:
    ...
