from alembic import op

revision, down_revision = "000000000002", "000000000001"


def upgrade() -> None:
    op.execute("DROP TABLE videos")  # found: forget-a-table, another-rule


def downgrade() -> None:
    pass
