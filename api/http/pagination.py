"""Pagination: every list of more than one page has one shape, and says where the next page begins."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import tuple_

from api.http.errors import MalformedHeaderError
from rules.core.dates import utc_text

Cursor = Annotated[str | None, Query(max_length=60)]
"""Where the last page ended, as its ``next`` says: the id of its last row."""
PositionCursor = Annotated[str | None, Query(max_length=120)]
"""Where the last page ended, as its ``next`` says: the position of its last row in the order of the list."""
Limit = Annotated[int, Query(ge=1, le=500)]
T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """A page of a list; each list has a subclass of it, which gives it a name in the OpenAPI document."""

    items: list[T]
    next: str | None = None
    """What ``cursor`` takes for the next page; None on the last one."""


class Identified(Protocol):
    """A row with an id."""

    id: str


R = TypeVar("R", bound=Identified)


def id_of(row: Identified) -> str:
    """The id of a row, which is its cursor where the order of a list follows from it."""
    return row.id


def split_page(found: Sequence[R], limit: int, cursor: Callable[[R], str] = id_of) -> tuple[Sequence[R], str | None]:
    """The rows of a page and the cursor of the next, None on the last.

    Args:
        found: the rows, of which one more was looked for than fits.
        limit: how many fit.
        cursor: how the last row of a page is named.
    """
    shown = found[:limit]
    return shown, cursor(shown[-1]) if len(found) > limit else None


def newest_first(query: Any, place: Sequence[Any], after: Sequence[Any] | None) -> Any:
    """A query in falling order of its place, and from behind a place where the last page ended there."""
    if after is not None:
        query = query.where(tuple_(*place) < tuple(after))
    return query.order_by(*(each.desc() for each in place))


def position_text(*values: Any) -> str:
    """The position of a row as a cursor."""
    return "~".join(utc_text(value) if isinstance(value, datetime) else str(value) for value in values)


def position_in(cursor: str, *kinds: Callable[[str], Any]) -> tuple[Any, ...]:
    """Read a position as a page gave it out.

    Raises:
        MalformedHeaderError: no page gave it out.
    """
    with suppress(ValueError):
        return tuple(kind(text) for kind, text in zip(kinds, cursor.split("~", len(kinds) - 1), strict=True))
    raise MalformedHeaderError("The cursor is not one that this list gave out; begin without it.")


def instant(text: str) -> datetime:
    """An instant of a position.

    Raises:
        ValueError: it is none, or has no time zone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def row_id(text: str) -> str:
    """The id of a position.

    Raises:
        ValueError: it is empty.
    """
    if not text:
        raise ValueError(text)
    return text
