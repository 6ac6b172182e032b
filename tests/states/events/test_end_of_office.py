"""End of office: its effects on applications, measures and terms, also after a death."""

from datetime import timedelta
from typing import Any

import pytest
from life_cases import MOVE, TODAY, next_steps, provided_case
from office import (
    ADVISER,
    GOUDVEEN,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    do,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    stage,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import select

from rules.core.dates import office_day
from rules.core.regulation import Domain
from rules.core.roles import Role
from states.charts.application import Stage
from states.charts.measure import MeasureState
from states.charts.takeover import TakeoverState
from states.jobs.ended_offices import request_end_of_office
from states.letters import outbox
from states.storage.database import transaction
from states.tables.application import Application, Measure, Takeover
from states.tables.letters import Outbox
from states.tables.people import Person


def test_after_the_end_of_office_the_employer_decides_on_what_it_took_over(prepared: Prepared) -> None:
    office, reference, at = provided_case(prepared)
    do(office, "application", reference, "end-office", by=OFFICER, at=at, body={"endedOn": TODAY.isoformat()})
    waiting = [item for item in next_steps(office, reference) if item.endswith("keep-after-office")]
    open_ones = rows(office, Measure, Measure.stream == reference, Measure.state == MeasureState.TAKEN_OVER)
    assert len(waiting) == len(open_ones) > 0
    assert not [item for item in next_steps(office, reference) if item.endswith(": order")]
    for number, measure in enumerate(open_ones):
        event = "let-go" if number else "keep-after-office"
        act(office, reference, event, at=at, which=lambda action, key=measure.id: action.subject == key)
    kept = row(office, Measure, Measure.id == open_ones[0].id)
    assert kept.kept_after_office
    late = at + timedelta(days=3)
    act(office, reference, "order", at=late, which=lambda action: action.subject == kept.id)
    act(office, reference, "provide", at=late, which=lambda action: action.subject == kept.id)
    assert stage(office, reference) is Stage.SETTLEMENT
    assert problems(office) == []


@pytest.mark.parametrize("event", ["decline", "mark-not-possible"])
def test_a_measure_that_lapses_needs_no_decision_after_the_end_of_office(prepared: Prepared, event: str) -> None:
    office, reference, at = provided_case(prepared)
    do(office, "application", reference, "end-office", by=OFFICER, at=at, body={"endedOn": TODAY.isoformat()})
    for measure in rows(office, Measure, Measure.stream == reference, Measure.state == MeasureState.TAKEN_OVER):
        act(office, reference, event, at=at, which=lambda action, key=measure.id: action.subject == key)
    assert not [item for item in next_steps(office, reference) if item.endswith("keep-after-office")]


@pytest.mark.parametrize(("days", "rules"), [(0, []), (1, ["measure.provided-in-office"])])
def test_a_measure_is_ordered_on_the_last_day_of_office_and_not_the_day_after(
    office: Engine, days: int, rules: list[str]
) -> None:
    reference = receive(office, inOfficeUntil=TODAY.isoformat())
    at = walk(office, reference, Stage.PROVISION) + timedelta(days=days)
    act(office, reference, "record-certificate", at=at)
    measure = next(item for item in rows(office, Measure, Measure.stream == reference) if item.domain is Domain.HOME)
    by = person(Role.EMPLOYER, ZILVERDAM)
    body = {"orderedOn": office_day(at).isoformat()}

    def order() -> Any:
        return do(office, "measure", measure.id, "order", by=by, at=at, body=body)

    assert (refused(order) if rules else order() and []) == rules


def test_lent_measures_are_returned_and_recurring_ones_end_with_the_office(office: Engine) -> None:
    reference = receive(office)
    lent = {
        "needed": True,
        "finding": "Seen.",
        "measures": [
            {"legalBasis": "ict", "form": "lent", "description": "Lent", "estimate": "100.00", "recurring": True},
        ],
    }
    at = walk(office, reference, Stage.ADVICE)
    for domain in Domain:
        body = {"domain": str(domain), "needed": False, "finding": "Seen."}
        body |= lent if domain is Domain.DIGITAL else {}
        do(office, "application", reference, "assess-domain", by=ADVISER, at=at, body=body)
    at = walk(office, reference, Stage.CLOSED, at=at)
    do(office, "application", reference, "end-office", by=OFFICER, at=at, body={"endedOn": TODAY.isoformat()})
    measure = next(item for item in rows(office, Measure, Measure.stream == reference))
    assert measure.ends_on == TODAY
    assert "employer: remove" in next_steps(office, reference)
    act(office, reference, "remove", at=at)
    assert "employer: remove" not in next_steps(office, reference)


def test_the_office_ends_in_every_application_of_the_official(office: Engine) -> None:
    first = receive(office, applicant="burgemeester-1")
    second = receive(office, applicant="burgemeester-1")
    other = receive(office, applicant="burgemeester-1", office="alderman")
    do(office, "application", first, "end-office", by=OFFICER, body={"endedOn": TODAY.isoformat()})
    assert [stage(office, key) for key in (first, second, other)] == [Stage.LAPSED, Stage.LAPSED, Stage.RECEIVED]
    assert problems(office) == []


def test_where_one_of_two_employers_has_taken_over_the_case_continues(office: Engine) -> None:
    reference = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    at = walk(office, reference, Stage.TAKEOVER)
    for event in ("confirm-receipt", "take-over"):
        act(office, reference, event, at=at, which=lambda action: action.organisation == ZILVERDAM)
    do(office, "application", reference, "end-office", by=OFFICER, at=at, body={"endedOn": TODAY.isoformat()})
    states = {item.organisation: item.state for item in rows(office, Takeover, Takeover.stream == reference)}
    assert states == {ZILVERDAM: TakeoverState.TAKEN_OVER, GOUDVEEN: TakeoverState.LAPSED}
    assert stage(office, reference) not in {Stage.LAPSED, Stage.TAKEOVER}


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ({"endedOn": (TODAY + timedelta(days=1)).isoformat()}, ["step.not-in-future"]),
        ({"endedOn": "2024-05-31"}, ["step.not-before"]),
        ({"endedOn": "2024-06-01"}, []),
    ],
)
def test_the_end_of_office_is_after_its_begin_and_not_in_the_future(
    office: Engine, body: dict[str, str], rules: list[str]
) -> None:
    reference = receive(office)

    def end() -> Any:
        return do(office, "application", reference, "end-office", by=OFFICER, body=body)

    assert (refused(end) if rules else end() and []) == rules


def test_the_end_of_office_is_recorded_once(office: Engine) -> None:
    reference = receive(office)
    body = {"endedOn": TODAY.isoformat()}
    do(office, "application", reference, "end-office", by=OFFICER, body=body)
    again = refused(lambda: do(office, "application", reference, "end-office", by=OFFICER, body=body))
    assert again == ["turn.office-ends-once"]


@pytest.mark.parametrize(("days", "asked"), [(0, 0), (1, 1)])
def test_the_day_after_a_known_end_of_office_an_officer_is_asked_to_record_it(
    office: Engine, days: int, asked: int
) -> None:
    reference = receive(office, inOfficeUntil=TODAY.isoformat())
    at = START + timedelta(days=days)
    for expected in (asked, 0):
        with transaction(office) as session:
            assert request_end_of_office(session, at=at, limit=10) == expected
    assert ("officer: end-office" in next_steps(office, reference)) == bool(asked)
    if asked:
        act(office, reference, "end-office", at=at, changes={"endedOn": TODAY.isoformat()})
        assert "officer: end-office" not in next_steps(office, reference)


def test_an_extended_office_requests_nothing(office: Engine) -> None:
    reference = receive(office, inOfficeUntil=TODAY.isoformat())
    at = START + timedelta(days=1)
    with transaction(office) as session:
        request_end_of_office(session, at=at, limit=10)
    longer = {"inOfficeUntil": (TODAY + timedelta(days=400)).isoformat(), "reasons": "Appointed again."}
    do(office, "application", reference, "correct-fact", by=OFFICER, at=at, body=longer)
    assert "officer: end-office" not in next_steps(office, reference)


def test_no_letter_goes_to_someone_who_died(prepared: Prepared) -> None:
    office, reference, at = provided_case(prepared)
    applicant = row(office, Application, Application.id == reference).applicant
    with transaction(office) as session:
        waiting = session.exec(select(Outbox).where(Outbox.recipient == applicant, Outbox.state == "pending")).all()
        assert waiting
    do(office, "application", reference, "record-death", by=OFFICER, at=at, body={"diedOn": TODAY.isoformat()})
    act(office, reference, "let-go", at=at)
    with transaction(office) as session:
        letters = session.exec(select(Outbox).where(Outbox.recipient == applicant)).all()
        assert {letter.state for letter in letters} <= {"sent", "held-back"}
        assert not [letter for letter in outbox.lease(session, at=at, limit=100) if letter.recipient == applicant]
    posted = rows(office, Outbox, Outbox.letter == "death-recorded")
    assert {letter.recipient for letter in posted} == {person(Role.EMPLOYER, ZILVERDAM).person}
    assert "officer: settle-with-estate" in next_steps(office, reference)
    assert row(office, Person, Person.id == applicant).deceased_on == TODAY
    assert problems(office) == []


def test_a_death_is_recorded_in_every_application_and_once(office: Engine) -> None:
    first, second = receive(office, applicant="burgemeester-1"), receive(office, applicant="burgemeester-1")
    do(office, "application", first, "record-death", by=OFFICER, body={"diedOn": TODAY.isoformat()})
    assert row(office, Application, Application.id == second).deceased_on == TODAY
    for event, body in (("record-death", {"diedOn": TODAY.isoformat()}), ("record-move", MOVE)):
        found = refused(lambda e=event, b=body: do(office, "application", second, e, by=OFFICER, body=b))
        assert found == ["turn.dies-once"]
