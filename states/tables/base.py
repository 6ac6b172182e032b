"""Base of every table: ids, enums by value, versions, and which rows the ledger records."""

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import JSON, Integer, MetaData, Numeric, inspect
from sqlalchemy import Enum as SaEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

METADATA: MetaData = SQLModel.metadata

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
"""No vowels but a and e, no look-alikes: ids are read aloud over the telephone."""


def new_id(prefix: str, length: int = 12) -> str:
    """A random id such as ``measure-7k3m9q2xw4hd``; unguessable, and it says nothing."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(length))}"


def by_value(enum: type[StrEnum]) -> TypeEngine[Any]:
    """A column type that stores an enum's value as text."""
    return SaEnum(
        enum,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=False,
        length=32,
        validate_strings=True,
    )


def json_type() -> TypeEngine[Any]:
    """JSON kept as JSONB."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def money_type() -> TypeEngine[Any]:
    """Euros with two decimals, exact."""
    return Numeric(14, 2, asdecimal=True)


class Recorded(SQLModel):
    """A row that the ledger records: every change of it is in the ledger entry of its event."""

    unrecorded: ClassVar[frozenset[str]] = frozenset({"version"})


class Subject(Recorded):
    """A row that events change: it has a state of its chart, a stream in the ledger, and an optimistic version."""

    if TYPE_CHECKING:  # each table declares these with its own keys, indexes and states
        id: str
        stream: str
        state: StrEnum
    version: int = Field(default=None, nullable=False, sa_type=Integer)
    """Behind the ETag; see :func:`versioned`."""


T = TypeVar("T", bound=Subject)


def versioned(table: type[T]) -> type[T]:
    """Let SQLAlchemy count the versions of a table's rows and refuse stale writes."""
    mapper: Any = inspect(table)
    mapper.version_id_col = mapper.local_table.c.version
    mapper.version_id_generator = lambda number: (number or 0) + 1
    return table
