"""Interviews: who can hold one on which day, and what planning one leaves to the applicant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from office import (
    ADMINISTRATOR,
    ADVISER,
    COORDINATOR,
    DAY,
    OFFICER,
    START,
    act,
    do,
    enrol,
    receive,
    refused,
    row,
    rows,
    stage,
)
from prepared_databases import Prepared
from queue_work import arrange
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import Actor, Role
from states.charts.application import Stage
from states.commands.fire import fire
from states.deadlines import term_query
from states.storage.database import transaction
from states.tables.application import Application, DomainAdvice
from states.tables.deadlines import Term
from states.tables.work import WorkItem

TUESDAY, SATURDAY = date(2026, 3, 3), date(2026, 3, 7)
HORIZON, MOST = timedelta(days=56), 2
SECOND = Actor("adviser-2", Role.ADVISER)


def in_intake(engine: Engine, **changes: Any) -> str:
    reference = receive(engine, **changes)
    do(engine, "application", reference, "start-intake", by=OFFICER)
    return reference


def plan(engine: Engine, reference: str, on: date, *, adviser: str | None = ADVISER.person, **more: str) -> None:
    body = {"interviewOn": on.isoformat(), **({"adviser": adviser} if adviser else {}), **more}
    do(engine, "application", reference, "plan-interview", by=OFFICER, body=body)


def planning(engine: Engine, reference: str, on: date, **more: Any) -> Callable[[], None]:
    return lambda: plan(engine, reference, on, **more)


@pytest.mark.parametrize("adviser", ["nobody-9", OFFICER.person], ids=["nobody", "an officer"])
def test_an_interview_is_planned_with_an_adviser_of_the_office(office: Engine, adviser: str) -> None:
    reference = in_intake(office)
    assert refused(planning(office, reference, TUESDAY, adviser=adviser)) == ["work.in-pool"]


def test_an_adviser_who_departed_holds_no_interview(office: Engine) -> None:
    reference = in_intake(office)
    do(office, "person", ADVISER.person, "depart", by=ADMINISTRATOR)
    assert refused(planning(office, reference, TUESDAY)) == ["work.in-pool"]


def test_an_adviser_is_not_planned_for_a_day_of_absence(office: Engine) -> None:
    reference = in_intake(office)
    days = {"since": "2026-03-03", "until": "2026-03-04"}
    do(office, "person", ADVISER.person, "record-absence", by=ADVISER, body=days)
    assert refused(planning(office, reference, TUESDAY)) == ["step.adviser-there"]
    assert refused(planning(office, reference, TUESDAY, reasonsForDay="R")) == ["step.adviser-there"]
    plan(office, reference, date(2026, 3, 5))
    moved = planning(office, reference, date(2026, 3, 4), adviser=None)
    assert refused(moved) == ["step.adviser-there"]  # the adviser of before, who is not named again


def test_an_adviser_is_planned_for_a_day_off_only_with_reasons(office: Engine) -> None:
    reference = in_intake(office)
    arrange(office, ADVISER, hours=[{"weekday": "monday", "since": "09:00", "until": "17:00"}])
    assert refused(planning(office, reference, TUESDAY)) == ["step.adviser-there"]
    plan(office, reference, TUESDAY, reasonsForDay="The adviser changes days.")


def test_an_adviser_has_no_more_interviews_on_a_day_than_the_value_of_that_day(office: Engine) -> None:
    cases = [in_intake(office, name=f"N. {number}") for number in range(MOST + 1)]
    for reference in cases[:-1]:
        plan(office, reference, TUESDAY)
    assert refused(planning(office, cases[-1], TUESDAY)) == ["step.adviser-free"]
    plan(office, cases[0], TUESDAY)  # an interview that is planned again does not stand in its own way
    plan(office, cases[-1], date(2026, 3, 4))
    with transaction(office) as session:
        enrol(session, SECOND)
    plan(office, cases[-1], TUESDAY, adviser=SECOND.person)


@pytest.mark.parametrize(
    ("on", "more", "finding"),
    [
        (SATURDAY, {}, ["step.interview-on-open-day"]),
        (date(2026, 4, 6), {}, ["step.interview-on-open-day"]),  # Easter Monday
        (SATURDAY, {"reasonsForDay": "The official is abroad on working days."}, []),
        (START.date() + HORIZON, {"reasonsForDay": "R"}, []),  # King's Day
        (START.date() + HORIZON + DAY, {"reasonsForDay": "R"}, ["step.interview-within-horizon"]),
        (date(2126, 3, 2), {"reasonsForDay": "R"}, ["step.interview-within-horizon"]),
    ],
)
def test_an_interview_is_on_a_working_day_within_the_horizon(
    office: Engine, on: date, more: dict[str, str], finding: list[str]
) -> None:
    reference = in_intake(office)
    if finding:
        assert refused(planning(office, reference, on, **more)) == finding
    else:
        plan(office, reference, on, **more)
        assert row(office, Application).interview_on == on


def test_the_proposed_interview_is_on_a_working_day_with_an_adviser_who_is_there(office: Engine) -> None:
    reference = in_intake(office)
    plan(office, reference, TUESDAY)
    with transaction(office) as session:
        enrol(session, SECOND)
    days = {"since": "2026-03-09", "until": "2026-03-20"}
    do(office, "person", ADVISER.person, "record-absence", by=COORDINATOR, body=days)
    act(office, reference, "plan-interview", at=START + 5 * DAY)
    planned = row(office, Application)
    assert (planned.interview_on, planned.adviser) == (date(2026, 3, 9), SECOND.person)


@pytest.mark.parametrize("officer", ["nobody-9", ADVISER.person], ids=["nobody", "an adviser"])
def test_an_intake_is_given_to_an_officer_of_the_office(office: Engine, officer: str) -> None:
    reference = receive(office)
    start = {"officer": officer}
    taken = refused(lambda: do(office, "application", reference, "start-intake", by=OFFICER, body=start))
    assert taken == ["work.in-pool"]


def test_an_interview_is_recorded_in_the_name_of_an_adviser_of_the_office(prepared: Prepared) -> None:
    engine = prepared("interview-planned", lambda found: plan(found, in_intake(found), TUESDAY))
    reference = row(engine, Application).id
    held = {"adviser": OFFICER.person}
    assert refused(lambda: act(engine, reference, "hold-interview", at=START + DAY, changes=held)) == ["work.in-pool"]


# What is missing may still be sent (Awb 4:5).


def invited(engine: Engine) -> str:
    reference = in_intake(engine)
    act(engine, reference, "invite-completion", at=START)
    return reference


ADDED = {"added": "The decision of appointment."}


def complete(engine: Engine, reference: str) -> None:
    by = Actor(row(engine, Application, Application.id == reference).applicant, Role.APPLICANT)
    do(engine, "application", reference, "complete", by=by, at=START + 3 * DAY, body=ADDED)


def completion(engine: Engine, reference: str) -> Term:
    with Session(engine, expire_on_commit=False) as session:
        term = term_query.latest(session, reference, "completion")
    assert term is not None
    return term


@pytest.mark.parametrize(
    "steps",
    [
        ["plan-interview"],
        ["plan-interview", "hold-interview"],
        ["plan-interview", "hold-interview", "begin-advice"],
    ],
    ids=lambda steps: steps[-1],
)
def test_the_applicant_may_complete_the_application_within_the_term_whatever_the_office_does(
    office: Engine, steps: list[str]
) -> None:
    reference = invited(office)
    for step in steps:
        act(office, reference, step, at=START)
    assert completion(office, reference).ended_on is None
    complete(office, reference)
    found = completion(office, reference)
    assert (found.ended_by, found.due_on) == ("complete", date(2026, 3, 16))
    assert stage(office, reference) is not Stage.NOT_PROCESSED


def test_an_intended_refusal_leaves_the_applicant_the_days_to_complete(office: Engine) -> None:
    reference = receive(office, office="municipal-councillor")
    act(office, reference, "invite-completion", at=START)
    act(office, reference, "intend-refusal", at=START)
    assert completion(office, reference).ended_on is None
    complete(office, reference)
    assert completion(office, reference).ended_by == "complete"


def test_an_application_that_was_not_completed_can_be_left_unprocessed_after_the_interview_was_planned(
    office: Engine,
) -> None:
    reference = invited(office)
    act(office, reference, "plan-interview", at=START)
    body = {"reasons": "Nothing came."}

    def decide(after: timedelta) -> None:
        do(office, "application", reference, "not-process", by=OFFICER, at=START + after, body=body)

    assert refused(lambda: decide(14 * DAY)) == ["step.completion-lapsed"]
    decide(15 * DAY)
    assert stage(office, reference) is Stage.NOT_PROCESSED


def test_an_application_that_is_left_unprocessed_during_the_advice_leaves_no_open_part(office: Engine) -> None:
    reference = invited(office)
    for step in ("plan-interview", "hold-interview", "begin-advice"):
        act(office, reference, step, at=START)
    act(office, reference, "not-process", at=START + 15 * DAY)
    assert {part.state for part in domains(office)} == {"lapsed"}
    assert open_work(office) == []


def domains(engine: Engine) -> list[DomainAdvice]:
    return rows(engine, DomainAdvice)


def open_work(engine: Engine) -> list[WorkItem]:
    return [item for item in rows(engine, WorkItem) if item.done_at is None]


def test_two_plans_at_once_do_not_take_the_last_place_of_an_adviser_twice(office: Engine) -> None:
    cases = [in_intake(office, name=f"N. {number}") for number in range(MOST + 1)]
    for reference in cases[:-2]:
        plan(office, reference, TUESDAY)
    body = {"interviewOn": TUESDAY.isoformat(), "adviser": ADVISER.person}
    with ThreadPoolExecutor(1) as other, transaction(office) as session:
        fire(session, "application", cases[-2], "plan-interview", by=OFFICER, at=START, body=body)
        session.flush()
        later = other.submit(planning(office, cases[-1], TUESDAY))
        with pytest.raises(TimeoutError):  # it waits for the one that is not committed yet
            later.result(timeout=0.5)
    assert refused(later.result) == ["step.adviser-free"]
