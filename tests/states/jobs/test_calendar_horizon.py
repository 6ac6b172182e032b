"""Calendar horizon: terms beyond it are provisional until the administrator extends the calendar."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from late_employer import noon
from office import OFFICER, do, receive, row, rows, walk
from sqlalchemy import Engine

from rules.business_calendar import closed_days as calendar
from rules.business_calendar.closed_days import closed_days, known_through
from rules.core import dated_values
from rules.core.dated_values import Version, versions
from states.jobs.calendar_horizon import settle_provisional_terms
from states.storage.database import transaction
from states.tables.deadlines import Term, Threshold
from states.tables.work import WorkItem

LATE = datetime(2028, 12, 1, 9, tzinfo=UTC)


def check_horizon(engine: Engine, day: date) -> int:
    with transaction(engine) as session:
        return settle_provisional_terms(session, at=noon(day))


def asked(engine: Engine) -> list[WorkItem]:
    return rows(engine, WorkItem, WorkItem.action == "extend-calendar")


def receive_late(engine: Engine) -> None:
    """An employer's term that runs from December 2028 into the next year."""
    reference = receive(engine, at=LATE, receivedOn="2028-12-01")
    do(engine, "application", reference, "start-intake", by=OFFICER, at=LATE)
    walk(engine, reference, before=lambda item: item.event == "take-over", at=LATE)


@pytest.fixture
def extended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A calendar with the next decree, which equates Friday 26 January 2029 with a holiday; the real one will not."""
    found = dict(versions())
    found["calendar_known_through"] = (
        Version("calendar_known_through", date(2029, 12, 31), date(2023, 1, 1), None, "the next decree", False),
    )
    new = Version("equated_days", [date(2029, 1, 26)], date(2029, 1, 1), date(2029, 12, 31), "the next decree", False)
    found["equated_days"] = (*found["equated_days"], new)
    for module in (dated_values, calendar):
        monkeypatch.setattr(module, "versions", lambda: found)
    closed_days.cache_clear()
    yield
    closed_days.cache_clear()


@pytest.mark.parametrize(("day", "count"), [(date(2027, 12, 30), 0), (date(2027, 12, 31), 1), (date(2028, 6, 1), 1)])
def test_the_administrator_is_warned_twelve_months_ahead_once(office: Engine, day: date, count: int) -> None:
    for _ in range(2):
        check_horizon(office, day)
    found = asked(office)
    assert len(found) == count
    assert all((item.role, item.subject) == ("administrator", "calendar-2028-12-31") for item in found)


def test_a_provisional_term_requests_more_calendar_too(office: Engine) -> None:
    receive_late(office)
    assert check_horizon(office, date(2027, 1, 4)) == 0
    (item,) = asked(office)
    with transaction(office) as session:
        session.get_one(WorkItem, item.id).done_at = noon(date(2027, 1, 5))
    check_horizon(office, date(2027, 1, 6))
    assert len(asked(office)) == 1, "once for each end of the calendar"


def test_when_the_calendar_grows_provisional_terms_settle_and_the_request_is_over(
    office: Engine, request: pytest.FixtureRequest
) -> None:
    receive_late(office)
    found = row(office, Term, Term.kind == "takeover")
    assert (found.provisional, found.due_on) == (True, date(2029, 1, 26))
    assert check_horizon(office, date(2028, 12, 4)) == 0
    request.getfixturevalue("extended")
    assert known_through() == date(2029, 12, 31)
    assert check_horizon(office, date(2028, 12, 5)) >= 1
    found = row(office, Term, Term.kind == "takeover")
    assert (found.provisional, found.due_on) == (False, date(2029, 1, 29))
    last = row(office, Threshold, Threshold.term == found.id, Threshold.name == "100%")
    assert last.due_at.date() == date(2029, 1, 29)
    assert [item.done_at is not None for item in asked(office) if item.subject == "calendar-2028-12-31"] == [True]
    assert check_horizon(office, date(2028, 12, 6)) == 0
