"""Life events: the effects of an end of office, a death, a move, a new threat and a reopening at every stage."""

from datetime import timedelta
from typing import Any

import pytest
from life_cases import MOVE, TODAY, every_stage, next_steps, one
from office import (
    ADMINISTRATOR,
    ADVISER,
    COORDINATOR,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    at_event,
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
from sqlmodel import Session
from stages import at_stage

from rules.core.dates import office_day
from rules.core.regulation import Domain
from rules.core.roles import Role
from states.charts.application import ENDS, Stage
from states.charts.measure import MeasureState
from states.commands.available_actions import actions
from states.events.application.life_event_effects import LIFE_EVENTS
from states.tables.application import Application, Measure, Takeover

EARLY = ("received", "intake", "interview-planned", "interview-held", "advice", "with-security-authority", "takeover")
LATE = ("provision", "settlement", "booking")
BODIES: dict[str, dict[str, Any]] = {
    "end-office": {"endedOn": TODAY.isoformat()},
    "record-death": {"diedOn": TODAY.isoformat()},
    "record-move": MOVE,
}
STAYS = {str(state): str(state) for state in Stage}
AFTER: dict[str, dict[str, str]] = {
    "end-office": {**STAYS, **dict.fromkeys((*EARLY, "refusal-intended"), "lapsed")},
    "record-death": {**STAYS, **dict.fromkeys((*EARLY, "refusal-intended"), "lapsed")},
    # Nothing was provided at the former home: the advice is about the new one.
    "record-move": {**STAYS, **dict.fromkeys(("with-security-authority", "takeover", *LATE), "advice")},
}


@pytest.mark.parametrize("life_event", AFTER)
@pytest.mark.parametrize("state", list(Stage), ids=str)
def test_every_life_event_at_every_stage_leaves_a_next_step_or_an_end(
    prepared: Prepared, life_event: str, state: Stage
) -> None:
    engine = every_stage(prepared)
    found = one(engine, state)
    do(engine, "application", found.id, life_event, by=OFFICER, body=BODIES[life_event])
    assert stage(engine, found.id) == AFTER[life_event][state]
    ended = stage(engine, found.id) in ENDS
    assert ended or next_steps(engine, found.id)
    assert problems(engine) == []


def test_the_table_of_life_events_decides_every_stage() -> None:
    assert set(LIFE_EVENTS.grid) == {(life_event, str(state)) for life_event in LIFE_EVENTS.names for state in Stage}


# A new threat after the adoption.


def test_a_new_threat_after_adoption_makes_a_new_version_and_adopted_measures_stay(prepared: Prepared) -> None:
    office, reference, at = at_stage(prepared, Stage.PROVISION)
    before = {item.id for item in rows(office, Measure, Measure.stream == reference)}
    body = {"domains": ["digital"], "reasons": "A new threat."}

    def revise() -> Any:
        return do(office, "application", reference, "revise-advice", by=ADVISER, at=at, body=body)

    assert refused(revise) == ["turn.revision-has-cause"]
    do(office, "application", reference, "record-threat", by=OFFICER, at=at, body=THREAT)
    revise()
    measure = next(item for item in rows(office, Measure, Measure.stream == reference) if item.domain is Domain.DIGITAL)
    by = person(Role.EMPLOYER, ZILVERDAM)
    do(office, "measure", measure.id, "order", by=by, at=at, body={"orderedOn": office_day(at).isoformat()})
    home = {"domain": "home", "needed": False, "finding": "Seen."}
    found = refused(lambda: do(office, "application", reference, "assess-domain", by=ADVISER, at=at, body=home))
    assert found == ["turn.domain-in-version"]
    walk(office, reference, Stage.CLOSED, at=at)
    after = rows(office, Measure, Measure.stream == reference)
    assert {item.state for item in after if item.id in before} == {MeasureState.SETTLED}
    assert {item.advice_version for item in after if item.id not in before} == {2}
    assert {item.advice_version for item in rows(office, Takeover, Takeover.stream == reference)} == {1, 2}
    assert problems(office) == []


def test_a_threat_in_the_first_hour_of_the_day_of_adoption_is_a_new_one(office: Engine) -> None:
    midnight = START.replace(hour=23)  # in the Netherlands, of 3 March
    reference = receive(office)
    walk(office, reference, Stage.TAKEOVER, at=START, before=at_event("adopt-advice"))
    act(office, reference, "adopt-advice", at=midnight + timedelta(minutes=10))
    act(office, reference, "record-threat", at=midnight + timedelta(minutes=30))
    act(office, reference, "revise-advice", at=midnight + timedelta(minutes=40))
    assert stage(office, reference) is Stage.ADVICE


THREAT = {"kind": "intimidation", "source": "applicant"}


def test_a_new_version_without_measures_leaves_the_case_at_the_stage_of_its_parts(prepared: Prepared) -> None:
    office, reference, at = at_stage(prepared, Stage.PROVISION)
    before = {item.id: item.state for item in rows(office, Measure)}
    do(office, "application", reference, "record-threat", by=OFFICER, at=at, body=THREAT)
    body = {"domains": ["digital", "home"], "reasons": "A new threat."}
    do(office, "application", reference, "revise-advice", by=ADVISER, at=at, body=body)
    for domain in ("digital", "home"):
        nothing = {"domain": domain, "needed": False, "finding": "Nothing more."}
        do(office, "application", reference, "assess-domain", by=ADVISER, at=at, body=nothing)
    walk(office, reference, Stage.PROVISION, at=at)
    assert stage(office, reference) is Stage.PROVISION
    assert {item.id: item.state for item in rows(office, Measure)} == before


def test_the_end_of_office_cuts_a_new_version_short(prepared: Prepared) -> None:
    office, reference, at = at_stage(prepared, Stage.PROVISION)
    do(office, "application", reference, "record-threat", by=OFFICER, at=at, body=THREAT)
    body = {"domains": ["digital"], "reasons": "A new threat."}
    do(office, "application", reference, "revise-advice", by=ADVISER, at=at, body=body)
    do(office, "application", reference, "end-office", by=OFFICER, at=at, body={"endedOn": TODAY.isoformat()})
    assert stage(office, reference) is Stage.PROVISION
    assert problems(office) == []


# Reopening.

REOPENS: dict[Stage, tuple[str, ...]] = {
    Stage.CLOSED: ("advice", "provision", "settlement", "booking"),
    Stage.WITHDRAWN: ("intake", "interview-held", "advice"),
    Stage.REFUSED: ("intake", "interview-held", "advice"),
    Stage.NOT_PROCESSED: ("intake",),
    Stage.FORWARDED: ("intake",),
    Stage.LAPSED: ("intake", "interview-held", "advice"),
    Stage.NO_MEASURES: ("advice",),
    Stage.JOINED: ("intake", "interview-held"),
}


@pytest.mark.parametrize("ended", ENDS, ids=str)
def test_an_ended_application_is_reopened_where_its_end_allows(prepared: Prepared, ended: Stage) -> None:
    engine = every_stage(prepared)
    found = one(engine, ended)
    held = found.interview_held_on is not None
    for wanted in ("intake", "interview-held", "advice", "provision", "settlement", "booking"):
        body = {"stage": wanted, "reasons": "It ended too soon."}
        if wanted in REOPENS[ended] and (held or wanted == "intake"):
            continue
        rules = refused(lambda b=body: do(engine, "application", found.id, "reopen", by=COORDINATOR, body=b))
        assert set(rules) <= {"turn.reopens-at", "turn.interviewed-before"}
    goes_on = next(wanted for wanted in REOPENS[ended] if held or wanted == "intake")
    body = {"stage": goes_on, "reasons": "It ended too soon."}
    do(engine, "application", found.id, "reopen", by=COORDINATOR, body=body)
    assert stage(engine, found.id) == goes_on
    assert row(engine, Application, Application.id == found.id).ended_on is None
    assert next_steps(engine, found.id)
    if found.office == "mayor":
        walk(engine, found.id, Stage.CLOSED)
    assert problems(engine) == []


def test_the_actions_of_an_ended_case_are_proposed_with_a_body_that_is_accepted(prepared: Prepared) -> None:
    engine = every_stage(prepared)
    for ended in ENDS:
        found = one(engine, ended)
        with Session(engine) as session:
            proposed = actions(session, session.get_one(Application, found.id), at=START)
        assert "reopen" in {action.event for action in proposed if action.allowed}, ended


def test_someone_who_died_no_longer_takes_part(office: Engine) -> None:
    reference = receive(office, applicant="burgemeester-1")
    do(office, "application", reference, "record-death", by=OFFICER, body={"diedOn": TODAY.isoformat()})
    found = refused(lambda: do(office, "person", "burgemeester-1", "depart", by=ADMINISTRATOR, body={}))
    assert found == ["chart.state"]
