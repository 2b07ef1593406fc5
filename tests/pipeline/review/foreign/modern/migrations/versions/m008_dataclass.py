"""What to do as dataclasses, named tuples and enums."""

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "m008"
down_revision = "m007"


class State(StrEnum):
    NEW = auto()
    SENT = "sent"


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True, slots=True)
class Index:
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    options: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "_".join(("ix", self.table, *self.columns))


class Wish(NamedTuple):
    name: str
    type_: sa.types.TypeEngine


INDEXES = [Index("parcel", ("state", "width")), Index("label", ("code",), unique=True)]


def upgrade():
    for index in INDEXES:
        op.create_index(index.name, index.table, list(index.columns), unique=index.unique, **index.options)
    op.add_column("label", sa.Column("colour", sa.Enum(Colour, name="colour", create_type=False)))
    op.execute(f"UPDATE parcel SET state = '{State.SENT.value}' WHERE state = '{State.NEW}'")
    for wish in (Wish("a", sa.Text()), Wish("b", sa.Date())):
        op.add_column("label", sa.Column(wish.name, wish.type_))


def downgrade():
    for index in reversed(INDEXES):
        op.drop_index(index.name, table_name=index.table)
