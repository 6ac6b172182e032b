"""Pages of a list: nothing is cut in silence, for each page says where the next one begins."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Query
from sqlalchemy import tuple_
from sqlalchemy.orm import Mapped

Cursor = Annotated[str | None, Query(max_length=60)]
"""Where the last page ended, as its ``next`` says."""
Limit = Annotated[int, Query(ge=1, le=500)]


class Named(Protocol):
    """A row with an id."""

    id: str


R = TypeVar("R", bound=Named)


def cut(found: Sequence[R], limit: int) -> tuple[Sequence[R], str | None]:
    """A page of rows of which one more than fits was looked for, and the cursor of the next; None on the last."""
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None


def newest_first(query: Any, place: Sequence[Mapped[Any]], after: Sequence[Any] | None) -> Any:
    """A query in falling order of its place, and from behind a place where the last page ended there."""
    if after is not None:
        query = query.where(tuple_(*place) < tuple(after))
    return query.order_by(*(each.desc() for each in place))
