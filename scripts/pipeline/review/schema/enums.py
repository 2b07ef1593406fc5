"""The enum types that calls need, and which of them Alembic makes by itself: those of a create_table, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOMAIN, ENUM

from pipeline.review.reading.rendering import DIALECT
from pipeline.review.reading.script import Call
from pipeline.review.reading.unknown import is_unread
from pipeline.review.schema.changes import Kind, Thing
from pipeline.review.schema.names import dotted


@dataclass(frozen=True)
class Use:
    """A column of `call` has the type. `makes_it` when Alembic sends CREATE TYPE before it."""

    call: Call
    column: str
    type: Any

    @property
    def thing(self) -> Thing:
        return Thing(Kind.TYPE, dotted([self.type.schema or "", self.type.name]))

    @property
    def makes_it(self) -> bool:
        return self.call.name == "create_table" and self.type.create_type


def uses(call: Call) -> Iterator[Use]:
    """Yield the enum types in the columns of one call."""
    if call.name == "create_table":
        given = call.arguments.get("columns")
        columns = [one for one in given if isinstance(one, sa.Column)] if isinstance(given, list | tuple) else []
    elif call.name == "add_column" and isinstance(call.arguments.get("column"), sa.Column):
        columns = [call.arguments["column"]]
    elif call.name == "alter_column":
        columns = [sa.Column(str(call.arguments.get("column_name")), _type(call.arguments.get("type_")))]
    else:
        return
    for column in columns:
        found = native(column.type)
        if found is not None:
            yield Use(call, column.name, found)


def native(type_: Any) -> ENUM | DOMAIN | None:
    """Return the type as PostgreSQL has it, when it has one of its own: an enum by name, alone or in an array."""
    if isinstance(type_, sa.ARRAY):
        type_ = type_.item_type
    if not isinstance(type_, sa.types.TypeEngine) or isinstance(type_, sa.types.UserDefinedType):
        return None
    implementation = type_.dialect_impl(DIALECT)
    if isinstance(implementation, ENUM | DOMAIN) and implementation.name and not is_unread(implementation.name):
        return implementation
    return None


def _type(value: Any) -> Any:
    value = value() if isinstance(value, type) else value
    return value if isinstance(value, sa.types.TypeEngine) else sa.types.NullType()


def create_code(sa_name: str, op: str, type_: Any) -> str:
    """Return the line that makes the type, with its labels."""
    labels = ", ".join(repr(str(one)).replace("'", '"') for one in getattr(type_, "enums", ()))
    schema = f', schema="{type_.schema}"' if type_.schema else ""
    return f'{sa_name}.Enum({labels}, name="{type_.name}"{schema}).create({op}.get_bind())'


def drop_code(sa_name: str, op: str, thing: Thing) -> str:
    schema, _, name = thing.name.rpartition(".")
    extra = f', schema="{schema}"' if schema else ""
    return f'{sa_name}.Enum(name="{name}"{extra}).drop({op}.get_bind())'
