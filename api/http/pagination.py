"""Pagination: one shape for every paged list, with the cursor of its next page."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import tuple_

from api.http.errors import MalformedHeaderError
from rules.core.dates import utc_text
from states.engine.bodies import PlainLine

Cursor = Annotated[PlainLine | None, Query(max_length=60)]
"""The ``next`` of the previous page: the id of its last row."""
PositionCursor = Annotated[PlainLine | None, Query(max_length=120)]
"""The ``next`` of the previous page: the position of its last row in the order of the list."""
Limit = Annotated[int, Query(ge=1, le=500)]
T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Page of a list; each list has a subclass, which gives it a name in the OpenAPI document."""

    items: list[T]
    next: str | None = None
    """Value of ``cursor`` for the next page; None on the last page."""


class Identified(Protocol):
    """Row with an id."""

    id: str


def id_of(row: Identified) -> str:
    """Return the id of a row: its cursor where the id determines the order of the list."""
    return row.id


def next_link(operation: str, *path: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI link from a page to the next one.

    Args:
        operation: the operation id of the list.
        path: the parameters in its path.
    """
    parameters = {"cursor": "$response.body#/next"} | {name: f"$request.path.{name}" for name in path}
    words = "The next page; the last one has no next."
    return {200: {"links": {"next": {"operationId": operation, "parameters": parameters, "description": words}}}}


def split_page(found: Sequence[T], limit: int, cursor: Callable[[Any], str] = id_of) -> tuple[Sequence[T], str | None]:
    """Return the rows of a page and the cursor of the next page, None on the last.

    Args:
        found: the rows, queried with ``limit + 1``.
        limit: the size of a page.
        cursor: makes the cursor of the last row.
    """
    shown = found[:limit]
    return shown, cursor(shown[-1]) if len(found) > limit else None


def newest_first(query: Any, place: Sequence[Any], after: Sequence[Any] | None) -> Any:
    """Order a query by descending position, and start it after the position where the previous page ended."""
    if after is not None:
        query = query.where(tuple_(*place) < tuple(after))
    return query.order_by(*(each.desc() for each in place))


def position_text(*values: Any) -> str:
    """Return the position of a row as a cursor."""
    return "~".join(utc_text(value) if isinstance(value, datetime) else str(value) for value in values)


def position_in(cursor: str, *kinds: Callable[[str], Any]) -> tuple[Any, ...]:
    """Parse a cursor that a page returned.

    Raises:
        MalformedHeaderError: no page of this list returned it.
    """
    with suppress(ValueError):
        return tuple(kind(text) for kind, text in zip(kinds, cursor.split("~", len(kinds) - 1), strict=True))
    raise MalformedHeaderError("This list did not return that cursor; start without a cursor.")


def instant(text: str) -> datetime:
    """Parse the instant in a position.

    Raises:
        ValueError: it is not an instant of the years 1 to 9999, or has no time zone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def row_id(text: str) -> str:
    """Return the id in a position.

    Raises:
        ValueError: it is empty.
    """
    if not text:
        raise ValueError(text)
    return text
