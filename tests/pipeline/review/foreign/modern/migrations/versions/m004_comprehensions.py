"""Columns built by comprehensions."""

import itertools

import sqlalchemy as sa
from alembic import op

revision = "m004"
down_revision = "m003"

LANGUAGES = ["de", "en", "fr"]
FIELDS = {f"{field}_{language}": sa.Text() for field, language in itertools.product(("title", "text"), LANGUAGES)}


def columns():
    yield sa.Column("id", sa.Integer(), primary_key=True)
    yield from (sa.Column(name, type_, nullable=True) for name, type_ in FIELDS.items())


def upgrade():
    op.create_table("label", *columns(), *[sa.UniqueConstraint(f"title_{x}", name=f"uq_label_{x}") for x in LANGUAGES])
    for name, (kind, size) in {"code": (sa.String, 10), "note": (sa.String, None)}.items():
        op.add_column("parcel", sa.Column(name, kind(size)))


def downgrade():
    [op.drop_column("parcel", name) for name in ("note", "code")]
    op.drop_table("label")
