"""Loans (REG x.9(7)): with an application and without one, from the request to the return."""

from datetime import date, timedelta
from typing import Any

import pytest
from loan_cases import ask, lent, letters, on, work
from office import (
    ADVISER,
    BROEKZIJDE,
    COORDINATOR,
    DAY,
    EMPLOYER,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    enrol,
    person,
    problems,
    refused,
    row,
    rows,
)
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import Actor, Role
from states.charts.loan import LoanState
from states.engine import parties
from states.errors import MalformedError
from states.queue.claiming import claim
from states.storage.content import content_of_subject
from states.storage.replay import as_of
from states.tables.ledger import LedgerEntry, Stream, StreamKind
from states.tables.people import Duty

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


def test_a_loan_has_its_own_chain_and_vault_and_is_rebuilt_from_them(office: Engine) -> None:
    loan = lent(office)
    stream = row(office, Stream, Stream.id == loan.id)
    assert stream.kind is StreamKind.LOAN
    with Session(office) as session:
        asked = content_of_subject(session, stream.id, loan.id)[0]
        assert asked.content["description"] == "Een draagbare noodknop"
        assert as_of(session, loan.id, START)[f"loan:{loan.id}"]["lent_on"] == "2026-03-02"
        assert parties.official_of(session, loan.id) == loan.person
    entries = rows(office, LedgerEntry, LedgerEntry.stream == loan.id)
    assert [entry.event for entry in entries] == ["request", "grant", "lend"]
    assert not any("noodknop" in str((entry.facts, entry.receipt, entry.changes)) for entry in entries)


def test_no_advice_no_residence_and_no_certificate_are_required(office: Engine) -> None:
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


def test_someone_registered_with_another_duty_can_follow_the_own_loan(office: Engine) -> None:
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
def test_an_invalid_loan_request_names_its_fields(office: Engine, changes: dict[str, Any], field: str) -> None:
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


# Decisions of the employer.


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
def test_only_the_employer_decides_on_a_loan(office: Engine, event: str, by: Actor, expected: list[str]) -> None:
    loan = ask(office)
    assert refused(lambda: on(office, loan, event, {"reasons": "R"} if event == "decline" else {}, by=by)) == expected


def test_the_official_does_not_decide_on_the_own_loan_whatever_other_duty_is_held(office: Engine) -> None:
    loan = ask(office, person=EMPLOYER.person, by=OFFICER)
    for event, body in (("grant", {}), ("decline", {"reasons": "R"})):
        assert refused(lambda e=event, b=body: on(office, loan, e, b)) == ["conflict.not-own-case"]
    with Session(office) as session:
        assert claim(session, by=EMPLOYER, at=START) is None


# How it ends.


def test_a_lost_loan_is_not_returned(office: Engine) -> None:
    loan = lent(office)
    lost = on(office, loan, "lose", {"lostOn": "2026-03-02", "reasons": "Gestolen"}, by=OFFICER)
    assert lost.state is LoanState.LOST
    assert refused(lambda: on(office, loan, "take-back", {"returnedOn": "2026-03-02"})) == ["chart.state"]


def test_the_official_can_withdraw_a_loan_until_it_is_handed_over(office: Engine) -> None:
    asked, handed = ask(office), lent(office)
    assert on(office, asked, "withdraw", by=Actor(asked.person, Role.APPLICANT)).state is LoanState.WITHDRAWN
    for by, expected in ((OFFICER, ["chart.state"]), (Actor(asked.person, Role.APPLICANT), ["duty.own-application"])):
        assert refused(lambda b=by: on(office, handed, "withdraw", by=b)) == expected
