"""Objections to a declined loan: the employer that declined it decides."""

import pytest
from objection_cases import SECOND, decline, object_to, object_to_loan, on, on_day, refuse, work
from office import (
    COORDINATOR,
    EMPLOYER,
    GOUDVEEN,
    OFFICER,
    ZILVERDAM,
    application_body,
    do,
    enrol,
    person,
    problems,
    refused,
    row,
    rows,
)
from sqlalchemy import Engine

from notifications.letters import render
from rules.core.roles import Actor, Role
from states.charts.loan import LoanState
from states.jobs.reminders import pass_due
from states.letters.triggers import LETTERS
from states.storage.database import transaction
from states.tables.deadlines import Reminder, Term
from states.tables.letters import Outbox
from states.tables.loans import Loan, Objection


def test_a_founded_objection_puts_a_declined_loan_back_to_its_employer(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    loan = decline(office)
    found = object_to_loan(office, loan)
    assert (found.organisation, found.application, found.stream) == (ZILVERDAM, None, loan.id)
    assert work(office, found.id) == [("hear", "employer")]
    expected = ["objection.heard-by-someone-else"]
    assert refused(lambda: on(office, found, "hear", {"heldOn": "2026-03-02"}, by=EMPLOYER)) == expected
    on(office, found, "hear", {"heldOn": "2026-03-02"}, by=SECOND)
    body = {"outcome": "founded", "reasons": "R"}
    assert refused(lambda: on(office, found, "decide", body, by=EMPLOYER)) == ["objection.decided-by-someone-else"]
    on(office, found, "decide", body, by=SECOND)
    back = row(office, Loan)
    assert (back.state, back.decided_on, back.decided_by) == (LoanState.REQUESTED, None, None)
    assert work(office, loan.id) == [("grant", "employer")]
    assert problems(office) == []


def test_after_a_second_declining_one_can_object_again(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    loan = decline(office)
    first = object_to_loan(office, loan)
    on(office, first, "hear", {"heldOn": "2026-03-02"}, by=SECOND)
    on(office, first, "decide", {"outcome": "founded", "reasons": "R"}, by=SECOND)
    do(office, "loan", loan.id, "decline", by=SECOND, body={"reasons": "Nog steeds niet"})
    do(office, "loan", loan.id, "file-objection", by=OFFICER, body={})
    assert len(rows(office, Objection, Objection.loan == loan.id)) == len(("first", "second"))


@pytest.mark.parametrize("event", ["hear", "waive-hearing", "put-off", "decide"])
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (COORDINATOR, "objection.handled-by"),
        (person(Role.EMPLOYER, GOUDVEEN), "duty.own-organisation"),
    ],
)
def test_an_objection_to_an_employers_decision_is_that_employers_work(
    office: Engine, event: str, by: Actor, expected: str
) -> None:
    found = object_to_loan(office, decline(office))
    body = {
        "hear": {"heldOn": "2026-03-02"},
        "waive-hearing": {"ground": "declared", "reasons": "R"},
        "put-off": {"reasons": "R"},
        "decide": {"outcome": "inadmissible", "reasons": "R"},
    }[event]
    assert refused(lambda: on(office, found, event, body, by=by)) == [expected]


def test_the_employer_is_warned_of_its_own_term(office: Engine) -> None:
    object_to_loan(office, decline(office))
    term = row(office, Term, Term.kind == "objection-decision")
    assert (term.owner, term.organisation) == ("employer", ZILVERDAM)
    with transaction(office) as session:
        pass_due(session, at=on_day("2026-05-27"), limit=10)
    notified = {item.threshold: item.recipient for item in rows(office, Reminder, Reminder.term == term.id)}
    assert notified == {"100%": EMPLOYER.person, "secretary": "secretary-zilverdam-1"}


def test_a_loan_that_was_not_declined_is_not_objected_to(office: Engine) -> None:
    loan = decline(office)
    object_to_loan(office, loan)
    assert refused(lambda: object_to_loan(office, loan)) == ["objection.once"]
    granted = decline(office, name="B. Ander")
    do(office, "loan", granted.id, "file-objection", by=EMPLOYER, body={})
    body = {key: application_body()[key] for key in ("office", "name", "email", "certainSince")}
    asked = do(
        office, "loan", None, "request", by=OFFICER, body={**body, "organisation": ZILVERDAM, "description": "D"}
    ).row
    assert refused(lambda: object_to_loan(office, asked)) == ["chart.state"]


def test_every_letter_of_a_loan_and_of_an_objection_can_be_written(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    loan, reference = decline(office), refuse(office)
    found = object_to_loan(office, loan)
    on(office, found, "plan-hearing", {"hearingOn": "2026-03-09"}, by=SECOND)
    on(office, found, "put-off", {"reasons": "R"}, by=SECOND)
    on(office, found, "hear", {"heldOn": "2026-03-02"}, by=SECOND)
    on(office, found, "decide", {"outcome": "founded", "reasons": "R"}, by=SECOND)
    on(office, object_to(office, reference), "withdraw", by=OFFICER)
    for estate, key in ((False, loan.id), (True, decline(office, name="B. Ander").id)):
        if estate:
            again = object_to_loan(office, row(office, Loan, Loan.id == key))
            on(office, again, "waive-hearing", {"ground": "met-in-full", "reasons": "R"}, by=SECOND)
            on(office, again, "decide", {"outcome": "founded", "reasons": "R"}, by=SECOND)
        do(office, "loan", key, "grant", by=EMPLOYER)
        do(office, "loan", key, "lend", by=EMPLOYER, body={"lentOn": "2026-03-02"})
        do(office, "loan", key, "end-with-office", by=EMPLOYER, body={"endedOn": "2026-03-02", "estate": estate})
    always = {"link": "http://localhost/", "sent_on": "2026-03-02"}
    written = set()
    for letter in rows(office, Outbox):
        for language in ("nl", "en"):
            assert render(letter.letter, {**letter.facts, **always, "reference": letter.application}, language).body
        written.add(letter.letter)
    asked = {line.letter for (chart, _), lines in LETTERS.items() for line in lines if chart in {"loan", "objection"}}
    assert asked <= written
    assert problems(office) == []
