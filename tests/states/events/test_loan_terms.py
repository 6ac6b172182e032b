"""Terms of loans: the days of a loan, its refusal, and its end with the office."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from loan_cases import ask, bridge, lent, letters, on, work
from office import BROEKZIJDE, DAY, EMPLOYER, START, person, problems, receive, refused, row, rows
from sqlalchemy import Engine

from rules.core.roles import ENGINE, Role
from states.charts.loan import LoanState
from states.errors import MalformedError
from states.jobs.reminders import pass_due
from states.storage.database import transaction
from states.tables.deadlines import Term, Threshold
from states.tables.letters import Outbox
from states.tables.loans import Loan


@pytest.mark.parametrize(
    ("changes", "day", "expected"),
    [
        ({}, 0, []),
        ({"certainSince": "2026-03-02"}, 0, []),
        ({"certainSince": "2026-03-03"}, 0, ["loan.for-the-duration-of-office"]),
        ({"certainSince": "2026-03-03"}, 1, []),
        ({"inOfficeUntil": "2026-03-02"}, 0, []),
        ({"inOfficeUntil": "2026-03-02"}, 1, ["loan.for-the-duration-of-office"]),
        ({"office": "municipal-councillor"}, 0, ["loan.office-in-scope"]),
        (
            {"office": "water-board-chair", "organisation": BROEKZIJDE, "actingSince": "2026-01-31"},
            0,
            ["eligibility.acting"],  # thirty days on 2 March
        ),
        ({"office": "water-board-chair", "organisation": BROEKZIJDE, "actingSince": "2026-01-31"}, 1, []),
    ],
)
def test_a_loan_is_granted_for_the_duration_of_an_office_in_scope(
    office: Engine, changes: dict[str, Any], day: int, expected: list[str]
) -> None:
    loan = ask(office, **changes)
    by = person(Role.EMPLOYER, loan.organisation)

    def grant() -> Loan:
        return on(office, loan, "grant", by=by, at=START + day * DAY)

    if expected:
        assert refused(grant) == expected
        assert on(office, loan, "decline", {"reasons": "Geen ambt"}, by=by, at=START + day * DAY).state == "declined"
    else:
        assert grant().state is LoanState.GRANTED


@pytest.mark.parametrize(("lent_on", "may"), [("2026-03-05", True), ("2026-03-06", False)])
def test_nothing_is_lent_after_the_end_of_office(office: Engine, lent_on: str, may: bool) -> None:
    loan = ask(office, inOfficeUntil="2026-03-05")
    assert on(office, loan, "grant").due_back_on == date(2026, 3, 5)

    def lend() -> Loan:
        return on(office, loan, "lend", {"lentOn": lent_on}, at=START + timedelta(days=6))

    if may:
        assert lend().lent_on == date(2026, 3, 5)
    else:
        assert refused(lend) == ["loan.for-the-duration-of-office"]


@pytest.mark.parametrize(
    ("due_back_on", "may"),
    [("2026-03-01", False), ("2026-03-02", True), ("2026-06-30", True), ("2026-07-01", False)],
)
def test_a_loan_is_returned_by_the_end_of_office(office: Engine, due_back_on: str, may: bool) -> None:
    loan = ask(office, inOfficeUntil="2026-06-30")
    body = {"dueBackOn": due_back_on}
    if may:
        assert on(office, loan, "grant", body).due_back_on == date.fromisoformat(due_back_on)
    else:
        assert refused(lambda: on(office, loan, "grant", body)) == ["loan.back-by-the-end-of-office"]


DATES = [
    ("grant", "grantedOn", {}),
    ("decline", "announcedOn", {"reasons": "R"}),
    ("lend", "lentOn", {}),
    ("take-back", "returnedOn", {}),
    ("lose", "lostOn", {"reasons": "R"}),
]


@pytest.mark.parametrize(("event", "field", "more"), DATES, ids=[event for event, *_ in DATES])
def test_a_day_is_between_the_earlier_steps_and_today(
    office: Engine, event: str, field: str, more: dict[str, Any]
) -> None:
    loan = ask(office)
    if event not in {"grant", "decline"}:
        on(office, loan, "grant")
    if event in {"take-back", "lose"}:
        on(office, loan, "lend", {"lentOn": "2026-03-02"})
    at = START + DAY
    for day, expected in (("2026-03-01", "step.not-before"), ("2026-03-04", "step.not-in-future")):
        assert refused(lambda d=day: on(office, loan, event, {field: d, **more}, at=at)) == [expected]
    on(office, loan, event, {field: "2026-03-03", **more}, at=at)


def test_declining_takes_reasons_and_gives_six_weeks_to_object(office: Engine) -> None:
    loan = ask(office)
    with pytest.raises(MalformedError):
        on(office, loan, "decline", {})
    on(office, loan, "decline", {"reasons": "Niets op voorraad", "announcedOn": "2026-03-04"}, at=START + 2 * DAY)
    term = row(office, Term)
    assert (term.kind, term.started_on, term.due_on) == ("objection", date(2026, 3, 4), date(2026, 4, 15))
    letter = row(office, Outbox, Outbox.letter == "loan-declined")
    assert letter.facts == {"article": "3.9", "objection_until": "2026-04-15"}
    assert letter.recipient == loan.person
    assert work(office, loan.id) == []


def test_the_official_is_reminded_of_the_term_to_object_to_a_loan_without_an_application(office: Engine) -> None:
    loan = ask(office)
    on(office, loan, "decline", {"reasons": "Niets op voorraad"})
    with transaction(office) as session:
        assert pass_due(session, at=datetime(2026, 3, 24, 9, tzinfo=UTC), limit=10) == 1
    assert row(office, Outbox, Outbox.letter == "reminder").recipient == loan.person
    with transaction(office) as session:
        pass_due(session, at=datetime(2026, 4, 14, 9, tzinfo=UTC), limit=10)
    assert row(office, Term).ended_by == "lapse"
    assert all(item.passed_at for item in rows(office, Threshold))
    assert problems(office) == []


def test_a_loan_that_was_not_handed_over_lapses_with_the_office(office: Engine) -> None:
    asked, granted = ask(office), ask(office)
    on(office, granted, "grant")
    for loan in (asked, granted):
        ended = on(office, loan, "end-with-office", {"endedOn": "2026-03-02"})
        assert (ended.state, ended.due_back_on) == (LoanState.LAPSED, None)
        assert work(office, loan.id) == []
        assert "loan-return" not in dict(letters(office, loan.id))


def test_after_a_death_nobody_writes_to_the_official(office: Engine) -> None:
    loan = lent(office)
    on(office, loan, "end-with-office", {"endedOn": "2026-03-02", "estate": True}, by=ENGINE)
    posted = letters(office, loan.id)
    assert ("loan-estate", EMPLOYER.person) in posted
    assert "loan-return" not in dict(posted)
    assert work(office, loan.id) == ["take-back"]


def test_a_death_after_the_end_of_office_addresses_the_estate(office: Engine) -> None:
    loan = lent(office)
    for minutes, estate in enumerate((False, True)):
        at = START + timedelta(minutes=minutes)
        on(office, loan, "end-with-office", {"endedOn": "2026-03-02", "estate": estate}, at=at)
        posted = dict(letters(office, loan.id))
        assert "loan-return" in posted
        assert ("loan-estate" in posted) == estate
    assert work(office, loan.id) == ["take-back"]


def test_the_end_of_office_is_recorded_by_people_only_where_there_is_no_application(office: Engine) -> None:
    loan = bridge(office, receive(office))
    body = {"endedOn": "2026-03-02"}
    assert refused(lambda: on(office, loan, "end-with-office", body)) == ["loan.office-ends-with-the-application"]
    assert on(office, loan, "end-with-office", body, by=ENGINE).state is LoanState.LAPSED
