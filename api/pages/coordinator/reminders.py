"""Reminders: what was sent about terms, and what will be sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages.coordinator.timing import TimerRow, timer_rows
from api.pages.templates import show
from api.pages.visit import VisitDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class RemindersPage:
    """Reminders: those that come, those that only were, and how many should have run already."""

    coming: Sequence[TimerRow]
    earlier: Sequence[TimerRow]
    unused: int
    overdue: int


@router.get("/herinneringen")
def reminders(visit: VisitDep) -> Response:
    """Show the reminders that fired and that will fire."""
    rows = timer_rows(visit).terms
    page = RemindersPage(
        coming=[row for row in rows if row.next],
        earlier=[row for row in rows if not row.next and row.times],
        unused=sum(not row.next and not row.times for row in rows),
        overdue=sum(row.overdue for row in rows),
    )
    return show(visit, "coordinator/reminders.html", page, title="Herinneringen")
