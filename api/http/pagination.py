"""Pagination: one shape for every paged list, with the cursor of its next page."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import Query
from pydantic import AfterValidator, BaseModel
from sqlalchemy import tuple_

from api.http.errors import MalformedHeaderError
from rules.core.dates import utc_text
from states.engine.bodies import plain_line

THE_NEXT = "The next of the previous page; leave it out for the first page"
INSTANT_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
NUMBER_TEXT, ID_TEXT = "[0-9]{1,18}", "[A-Za-z0-9-]+"
CursorText = Annotated[str, AfterValidator(plain_line)]
Cursor = Annotated[str | None, Query(max_length=60, pattern=f"^{ID_TEXT}$", description=THE_NEXT)]
"""The ``next`` of the previous page: the id of its last row."""


def position_schema(*parts: str) -> dict[str, Any]:
    """Return the schema of a ``next`` that is a position in an order: :func:`position_in` refuses any other."""
    return {"pattern": f"^{'~'.join(parts)}$"}


def position_cursor(*parts: str, longest: int = 120) -> Any:
    """Return the query parameter for the ``next`` of the previous page: the position of its last row."""
    return Query(max_length=longest, description=THE_NEXT, json_schema_extra=position_schema(*parts))


EntryCursor = Annotated[CursorText | None, position_cursor(NUMBER_TEXT)]
"""The ``next`` of the previous page of a case's ledger: the number of its last entry."""
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
    about = "The next page; the last one has no next."
    return {200: {"links": {"next": {"operationId": operation, "parameters": parameters, "description": about}}}}


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
        ValueError: it is not an instant as :func:`rules.core.dates.utc_text` writes it.
    """
    if not re.fullmatch(INSTANT_TEXT, text):
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def row_id(text: str) -> str:
    """Return the id in a position.

    Raises:
        ValueError: no row has such an id.
    """
    if not re.fullmatch(ID_TEXT, text):
        raise ValueError(text)
    return text


def number(text: str) -> int:
    """Return the number in a position.

    Raises:
        ValueError: it is not a number in digits.
    """
    if not re.fullmatch(NUMBER_TEXT, text):
        raise ValueError(text)
    return int(text)
