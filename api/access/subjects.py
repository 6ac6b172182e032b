"""Subjects: which subject of an event a caller may know; for all others the answer is that it does not exist."""

from typing import Any

from api.access.cases import concerns
from api.access.people import knows_person
from api.http.dependencies import RequestContext
from states.tables.people import Person


def knows(context: RequestContext, row: Any) -> bool:
    """Return whether the caller may know of a subject: it concerns the caller, or is a person whom the caller knows."""
    return knows_person(context, row.id) if isinstance(row, Person) else concerns(context, row)
