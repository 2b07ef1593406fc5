"""A type decorator in the file."""
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import CHAR, TypeDecorator

revision = "i02"
down_revision = "i01"


class GUID(TypeDecorator):
    """CHAR(32) elsewhere."""

    impl = CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(CHAR(32))

    def process_bind_param(self, value, dialect):
        return None if value is None else str(uuid.UUID(value))


class JSONType(sa.types.UserDefinedType):
    def get_col_spec(self, **kw):
        return "JSONB"


def upgrade():
    op.add_column("box", sa.Column("guid", GUID(), nullable=True))
    op.add_column("box", sa.Column("extra", JSONType()))


def downgrade():
    op.drop_column("box", "extra")
    op.drop_column("box", "guid")
