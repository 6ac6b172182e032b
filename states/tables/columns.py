"""Columns of the tables, typed: the SQLAlchemy table behind a table class."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from states.tables.base import METADATA


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a table class."""
    return METADATA.tables[str(model.__tablename__)]
