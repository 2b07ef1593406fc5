"""Merge heads that never were two."""

revision = "05f30312aaaa"
down_revision = "86770d1215aa"
branch_labels = None
depends_on = None
airline_version = "1.4.0"


def upgrade():
    pass


def downgrade():
    pass
