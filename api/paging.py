"""Pages of a list: nothing is cut in silence, for each page says where the next one begins."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

from fastapi import Query

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
