"""Loans (REG x.9(7)): with an application and without one, from the request until it is back."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from office import (
    ADVISER,
    BROEKZIJDE,
    COORDINATOR,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    do,
    enrol,
    fill_every_stage,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    walk,
)
from shelf import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import ENGINE, Actor, Role
from states.charts.application import Stage
from states.charts.loan import LoanState
from states.commands.available_actions import actions
from states.engine import parties
from states.errors import MalformedError
from states.jobs.reminders import pass_due
from states.queue.claiming import claim
from states.storage.database import transaction, vault_of
from states.storage.replay import as_of
from states.tables.application import Application, Measure
from states.tables.deadlines import Term, Threshold
from states.tables.ledger import LedgerEntry, Stream, StreamKind
from states.tables.letters import Outbox
from states.tables.loans import Loan
from states.tables.people import Duty
from states.tables.work import WorkItem

EMPLOYER = person(Role.EMPLOYER, ZILVERDAM)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def new_loan(**changes: Any) -> dict[str, Any]:
    """A mayor of Zilverdam who needs something now; a value of None leaves the field out."""
    body = {
        "organisation": ZILVERDAM,
        "office": "mayor",
        "name": "A. Voorbeeld",
        "email": "a.voorbeeld@zilverdam.example",
        "certainSince": "2024-06-01",
        "description": "Een draagbare noodknop",
        "need": "Het advies laat nog op zich wachten",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def ask(engine: Engine, *, by: Actor = OFFICER, at: datetime = START, **changes: Any) -> Loan:
    """A loan without an application."""
    found: Loan = do(engine, "loan", None, "request", by=by, at=at, body=new_loan(**changes)).row
    return found


def on(engine: Engine, loan: Loan | str, event: str, body: Mapping[str, Any] | None = None, **how: Any) -> Loan:
    """One event on a loan, by the employer unless said otherwise."""
    key = loan if isinstance(loan, str) else loan.id
    found: Loan = do(engine, "loan", key, event, **{"by": EMPLOYER, **how}, body=body).row
    return found


def lent(engine: Engine, **changes: Any) -> Loan:
    """A loan that was granted and handed over."""
    loan = ask(engine, **changes)
    on(engine, loan, "grant")
    return on(engine, loan, "lend", {"lentOn": "2026-03-02"})


def work(engine: Engine, subject: str) -> list[str]:
    """What waits to be done for a subject."""
    return [item.action for item in rows(engine, WorkItem, WorkItem.subject == subject) if item.done_at is None]


def letters(engine: Engine, case: str) -> list[tuple[str, str]]:
    """The letters of a case, with their recipients."""
    found = rows(engine, Outbox, Outbox.application == case)
    return [(letter.letter, letter.recipient) for letter in sorted(found, key=lambda letter: letter.created_at)]


# Without an application.


def test_a_loan_without_an_application_goes_from_the_request_to_the_return(office: Engine) -> None:
    loan = ask(office)
    assert (loan.state, loan.application, loan.stream) == (LoanState.REQUESTED, None, loan.id)
    assert work(office, loan.id) == ["grant"]
    on(office, loan, "grant", {"decision": "B-2026-17"}, at=START + DAY)
    assert work(office, loan.id) == ["lend"]
    on(office, loan, "lend", {"lentOn": "2026-03-03"}, at=START + DAY)
    assert work(office, loan.id) == []
    ended = on(office, loan, "end-with-office", {"endedOn": "2026-06-30"}, at=START + timedelta(days=120))
    assert (ended.state, ended.due_back_on) == (LoanState.DUE_BACK, date(2026, 6, 30))
    assert work(office, loan.id) == ["take-back"]
    back = on(office, loan, "take-back", {"returnedOn": "2026-07-01"}, at=START + timedelta(days=121))
    assert (back.state, back.returned_on) == (LoanState.RETURNED, date(2026, 7, 1))
    assert work(office, loan.id) == []
    assert letters(office, loan.id) == [
        ("loan-requested", EMPLOYER.person),
        ("loan-granted", loan.person),
        ("loan-return", loan.person),
    ]
    assert problems(office) == []


def test_it_has_a_chain_and_a_vault_of_its_own_and_is_rebuilt_from_them(office: Engine) -> None:
    loan = lent(office)
    stream = row(office, Stream, Stream.id == loan.id)
    assert stream.kind is StreamKind.LOAN
    with Session(office) as session:
        content = vault_of(session).content(session, stream, loan.id)
        assert content["description"] == "Een draagbare noodknop"
        assert as_of(session, loan.id, START)[f"loan:{loan.id}"]["lent_on"] == "2026-03-02"
        assert parties.official_of(session, loan.id) == loan.person
    entries = rows(office, LedgerEntry, LedgerEntry.stream == loan.id)
    assert [entry.event for entry in entries] == ["request", "grant", "lend"]
    assert not any("noodknop" in str((entry.facts, entry.receipt, entry.changes)) for entry in entries)


def test_no_advice_no_residence_and_no_certificate_are_asked(office: Engine) -> None:
    loan = lent(office)
    asked = {
        line["rule"] for entry in rows(office, LedgerEntry, LedgerEntry.stream == loan.id) for line in entry.receipt
    }
    assert not {rule for rule in asked if rule.startswith("gate.")}
    assert "eligibility.residence" not in asked
    assert {"loan.office-in-scope", "loan.for-the-duration-of-office"} <= asked


@pytest.mark.parametrize(
    ("by", "person_named", "expected"),
    [
        (EMPLOYER, None, []),
        (OFFICER, None, []),
        (person(Role.EMPLOYER, GOUDVEEN), None, ["duty.own-organisation"]),
        (person(Role.FINANCE, ZILVERDAM), None, ["duty.role"]),
        (ADVISER, None, ["duty.role"]),
        (OFFICER, OFFICER.person, ["conflict.not-own-case"]),
        (EMPLOYER, EMPLOYER.person, ["conflict.not-own-case"]),
    ],
)
def test_who_may_ask_for_whom(office: Engine, by: Actor, person_named: str | None, expected: list[str]) -> None:
    if expected:
        assert refused(lambda: ask(office, by=by, person=person_named)) == expected
    else:
        assert ask(office, by=by, person=person_named).state is LoanState.REQUESTED


def test_an_official_asks_for_the_own_loan_only(office: Engine) -> None:
    applicant = Actor("wethouder-1", Role.APPLICANT)
    with Session(office) as session:
        enrol(session, applicant)
        session.commit()
    assert ask(office, by=applicant).person == "wethouder-1"
    assert refused(lambda: ask(office, by=applicant, person=OFFICER.person)) == ["duty.own-application"]


def test_someone_who_is_known_here_in_another_duty_can_follow_the_own_loan(office: Engine) -> None:
    loan = ask(office, person=ADVISER.person)
    assert loan.person == ADVISER.person
    assert rows(office, Duty, Duty.person == ADVISER.person, Duty.role == Role.APPLICANT)
    assert problems(office) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation": "gemeente-nergens"}, "organisation"),
        ({"inOfficeUntil": "2024-05-31"}, "inOfficeUntil"),
    ],
)
def test_what_cannot_be_is_named(office: Engine, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedError) as caught:
        ask(office, **changes)
    assert [name for name, _ in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("held", "employer", "fits"),
    [
        ("mayor", ZILVERDAM, True),
        ("alderman", GOUDVEEN, True),
        ("provincial-executive", LAAGLAND, True),
        ("water-board-chair", BROEKZIJDE, True),
        ("mayor", LAAGLAND, False),
        ("water-board-chair", ZILVERDAM, False),
    ],
)
def test_the_employer_is_of_the_kind_that_executes_for_the_office(
    office: Engine, held: str, employer: str, fits: bool
) -> None:
    if fits:
        assert ask(office, office=held, organisation=employer).organisation == employer
    else:
        assert refused(lambda: ask(office, office=held, organisation=employer)) == ["eligibility.employer-fits"]


# What the employer decides on.


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
def test_nothing_is_handed_over_after_the_office(office: Engine, lent_on: str, may: bool) -> None:
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
def test_it_comes_back_by_the_end_of_office(office: Engine, due_back_on: str, may: bool) -> None:
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
def test_a_day_lies_between_what_came_before_and_today(
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


@pytest.mark.parametrize("event", ["grant", "decline"])
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (OFFICER, ["duty.role"]),
        (COORDINATOR, ["duty.role"]),
        (person(Role.EMPLOYER, GOUDVEEN), ["duty.own-organisation"]),
        (person(Role.SECURITY_CONTACT, ZILVERDAM), ["duty.role"]),
    ],
)
def test_only_the_employer_decides(office: Engine, event: str, by: Actor, expected: list[str]) -> None:
    loan = ask(office)
    assert refused(lambda: on(office, loan, event, {"reasons": "R"} if event == "decline" else {}, by=by)) == expected


def test_the_official_does_not_decide_on_the_own_loan_whatever_other_duty_is_held(office: Engine) -> None:
    loan = ask(office, person=EMPLOYER.person, by=OFFICER)
    for event, body in (("grant", {}), ("decline", {"reasons": "R"})):
        assert refused(lambda e=event, b=body: on(office, loan, e, b)) == ["conflict.not-own-case"]
    with Session(office) as session:
        assert claim(session, by=EMPLOYER, at=START) is None


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


# How it ends.


def test_what_was_not_lent_yet_lapses_with_the_office(office: Engine) -> None:
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
    told = letters(office, loan.id)
    assert ("loan-estate", EMPLOYER.person) in told
    assert "loan-return" not in dict(told)
    assert work(office, loan.id) == ["take-back"]


def test_a_death_after_the_end_of_office_turns_to_the_estate(office: Engine) -> None:
    loan = lent(office)
    for minutes, estate in enumerate((False, True)):
        at = START + timedelta(minutes=minutes)
        on(office, loan, "end-with-office", {"endedOn": "2026-03-02", "estate": estate}, at=at)
        told = dict(letters(office, loan.id))
        assert "loan-return" in told
        assert ("loan-estate" in told) == estate
    assert work(office, loan.id) == ["take-back"]


def test_the_end_of_office_is_recorded_by_people_only_where_there_is_no_application(office: Engine) -> None:
    loan = bridge(office, receive(office))
    body = {"endedOn": "2026-03-02"}
    assert refused(lambda: on(office, loan, "end-with-office", body)) == ["loan.office-ends-with-the-application"]
    assert on(office, loan, "end-with-office", body, by=ENGINE).state is LoanState.LAPSED


def test_what_is_lost_does_not_come_back(office: Engine) -> None:
    loan = lent(office)
    lost = on(office, loan, "lose", {"lostOn": "2026-03-02", "reasons": "Gestolen"}, by=OFFICER)
    assert lost.state is LoanState.LOST
    assert refused(lambda: on(office, loan, "take-back", {"returnedOn": "2026-03-02"})) == ["chart.state"]


def test_the_official_withdraws_the_wish_until_it_is_handed_over(office: Engine) -> None:
    asked, handed = ask(office), lent(office)
    assert on(office, asked, "withdraw", by=Actor(asked.person, Role.APPLICANT)).state is LoanState.WITHDRAWN
    for by, expected in ((OFFICER, ["chart.state"]), (Actor(asked.person, Role.APPLICANT), ["duty.own-application"])):
        assert refused(lambda b=by: on(office, handed, "withdraw", by=b)) == expected


# Beside an application.


def bridge(engine: Engine, reference: str, *, by: Actor = OFFICER, **changes: Any) -> Loan:
    """A loan asked for on an application."""
    body = {"description": "Een draagbare noodknop", **changes}
    do(engine, "application", reference, "request-loan", by=by, body=body)
    asked = sorted(rows(engine, LedgerEntry, LedgerEntry.event == "open"), key=lambda entry: entry.seq)
    mine = [entry.subject for entry in asked if entry.stream == reference and entry.chart == "loan"]
    found: Loan = row(engine, Loan, Loan.id == mine[-1])
    return found


def test_a_loan_bridges_the_time_until_the_advice_without_waiting_for_anything(office: Engine) -> None:
    reference = receive(office)
    loan = bridge(office, reference)
    assert (loan.stream, loan.organisation, loan.state) == (reference, ZILVERDAM, LoanState.REQUESTED)
    on(office, loan, "grant")
    on(office, loan, "lend", {"lentOn": "2026-03-02"})
    walk(office, reference, Stage.CLOSED)
    assert row(office, Loan).state is LoanState.LENT
    back = on(office, loan, "take-back", {"returnedOn": "2026-03-02"})
    assert back.state is LoanState.RETURNED
    assert problems(office) == []


def test_a_loan_can_be_asked_for_in_every_stage_for_it_needs_no_application(prepared: Prepared) -> None:
    engine = prepared("every-stage", fill_every_stage)
    for application in rows(engine, Application):
        loan = bridge(engine, application.id)
        assert loan.person == application.applicant, application.state
    assert {found.state for found in rows(engine, Loan)} == {LoanState.REQUESTED}
    assert {found.application for found in rows(engine, Loan)} == {found.id for found in rows(engine, Application)}
    assert problems(engine) == []


def test_facts_that_are_corrected_on_the_application_count_for_its_loan(office: Engine) -> None:
    reference = receive(office, at=START - DAY)
    loan = bridge(office, reference)
    body = {"inOfficeUntil": "2026-03-01", "reasons": "Ontslag"}
    do(office, "application", reference, "correct-fact", by=OFFICER, body=body)
    assert refused(lambda: on(office, loan, "grant")) == ["loan.for-the-duration-of-office"]


def test_only_an_employer_of_the_case_is_asked(office: Engine) -> None:
    reference = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    assert bridge(office, reference, organisation=GOUDVEEN).organisation == GOUDVEEN
    assert refused(lambda: bridge(office, reference, organisation=LAAGLAND)) == ["loan.by-an-employer-of-the-case"]


@pytest.mark.parametrize(
    ("kind", "urgent", "lane"),
    [(None, False, 4), (None, True, 2), ("acute-danger", False, 1), ("acute-danger", True, 1)],
)
def test_the_lane_follows_the_case_or_an_urgent_wish_whichever_is_sooner(
    office: Engine, kind: str | None, urgent: bool, lane: int
) -> None:
    reference = receive(office)
    loan = bridge(office, reference, urgent=urgent)
    if kind:
        act(office, reference, "record-threat", at=START, changes={"kind": kind})
    assert row(office, WorkItem, WorkItem.subject == loan.id).lane == lane


def test_an_urgent_loan_keeps_its_lane_when_the_case_is_calmed(office: Engine) -> None:
    reference = receive(office)
    loan = bridge(office, reference, urgent=True)
    act(office, reference, "record-threat", at=START, changes={"kind": "acute-danger"})
    body = {"urgency": "routine", "reasons": "Het gevaar is geweken"}
    do(office, "application", reference, "lower-urgency", by=COORDINATOR, body=body)
    assert row(office, WorkItem, WorkItem.subject == loan.id).lane == 2  # urgent


def test_the_actions_of_a_case_carry_its_loan_through(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "request-loan", at=START)
    for event in ("grant", "lend", "take-back"):
        act(office, reference, event, at=START, which=lambda action: action.chart == "loan")
    assert row(office, Loan).state is LoanState.RETURNED
    with Session(office) as session:
        found = actions(session, session.get_one(Application, reference), at=START)
    assert not [action for action in found if action.chart == "loan"]


def test_a_measure_that_an_adopted_advice_lends_stays_a_measure(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, Stage.CLOSED)
    assert rows(office, Loan) == []
    assert len(rows(office, Measure)) > 0


def test_the_loans_of_an_application_end_with_its_office_and_no_others(office: Engine) -> None:
    """As the end of office on the application lets them; a loan of another case and one that was declined stay."""
    reference, other = receive(office), receive(office)
    lent_here, asked, declined = (bridge(office, reference).id for _ in range(3))
    elsewhere = bridge(office, other).id
    on(office, lent_here, "grant")
    on(office, lent_here, "lend", {"lentOn": "2026-03-02"})
    on(office, declined, "decline", {"reasons": "R"})
    do(office, "application", reference, "end-office", by=OFFICER, body={"endedOn": "2026-03-02"})
    states = {found.id: found.state for found in rows(office, Loan)}
    assert states == {lent_here: "due-back", asked: "lapsed", declined: "declined", elsewhere: "requested"}
