"""Bridging loans: loans of an application until its advice is adopted."""

import pytest
from loan_cases import bridge, on
from office import (
    COORDINATOR,
    DAY,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    do,
    problems,
    receive,
    refused,
    row,
    rows,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session
from stages import fill_every_stage

from states.charts.application import Stage
from states.charts.loan import LoanState
from states.commands.available_actions import actions
from states.tables.application import Application, Measure
from states.tables.loans import Loan
from states.tables.work import WorkItem


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


def test_an_urgent_loan_keeps_its_lane_when_the_urgency_of_the_case_is_lowered(office: Engine) -> None:
    reference = receive(office)
    loan = bridge(office, reference, urgent=True)
    act(office, reference, "record-threat", at=START, changes={"kind": "acute-danger"})
    body = {"urgency": "routine", "reasons": "Het gevaar is geweken"}
    do(office, "application", reference, "lower-urgency", by=COORDINATOR, body=body)
    assert row(office, WorkItem, WorkItem.subject == loan.id).lane == 2  # urgent


def test_the_actions_of_a_case_complete_its_loan(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "request-loan", at=START, among_all=True)
    for event in ("grant", "lend", "take-back"):
        act(office, reference, event, at=START, which=lambda action: action.chart == "loan", among_all=True)
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
    """The end of office changes the loans of its application; a loan of another case and a declined one stay."""
    reference, other = receive(office), receive(office)
    lent_here, asked, declined = (bridge(office, reference).id for _ in range(3))
    elsewhere = bridge(office, other).id
    on(office, lent_here, "grant")
    on(office, lent_here, "lend", {"lentOn": "2026-03-02"})
    on(office, declined, "decline", {"reasons": "R"})
    do(office, "application", reference, "end-office", by=OFFICER, body={"endedOn": "2026-03-02"})
    states = {found.id: found.state for found in rows(office, Loan)}
    assert states == {lent_here: "due-back", asked: "lapsed", declined: "declined", elsewhere: "requested"}
