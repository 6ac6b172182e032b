"""Turns of life: what the end of office, a death, a move, a new threat and a reopening do at every stage."""

from datetime import timedelta
from typing import Any

import pytest
from office import (
    ADMINISTRATOR,
    ADVISER,
    COORDINATOR,
    GOUDVEEN,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    at_event,
    do,
    enrol,
    fill_every_stage,
    onward,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    stage,
    walk,
)
from shelf import Prepared
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rules.core.dates import office_day
from rules.core.regulation import Domain, LegalBasis
from rules.core.roles import Actor, Role
from rules.threats.handoff import HandOffStep
from states.charts.application import ENDS, Stage
from states.charts.measure import MeasureState
from states.charts.takeover import TakeoverState
from states.commands.available_actions import actions
from states.events.application.life_event_effects import LIFE_EVENTS
from states.jobs.ended_offices import request_end_of_office
from states.letters import outbox
from states.storage.database import transaction
from states.tables.application import Application, DomainAdvice, Measure, Takeover
from states.tables.deadlines import Term
from states.tables.letters import Outbox
from states.tables.loans import Objection
from states.tables.people import Person
from states.tables.work import WorkItem

TODAY = office_day(START)
MOVE = {"movedOn": TODAY.isoformat(), "homeAddress": "Nieuwelaan 2, 1234 AB Zilverdam"}
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
    # Nothing was provided at the home that is left: the advice looks at the new one.
    "record-move": {**STAYS, **dict.fromkeys(("with-security-authority", "takeover", *LATE), "advice")},
}


def every_stage(prepared: Prepared) -> Engine:
    return prepared("every-stage", fill_every_stage)


def one(engine: Engine, state: Stage) -> Application:
    found: Application = rows(engine, Application, Application.state == state)[0]
    return found


def next_steps(engine: Engine, reference: str) -> list[str]:
    """Who has work on a case, or what can be done on it."""
    items = rows(engine, WorkItem, WorkItem.application == reference, col(WorkItem.done_at).is_(None))
    return [f"{item.role}: {item.action}" for item in items]


@pytest.mark.parametrize("turn", AFTER)
@pytest.mark.parametrize("state", list(Stage), ids=str)
def test_every_turn_at_every_stage_leaves_a_next_step_or_an_end(prepared: Prepared, turn: str, state: Stage) -> None:
    engine = every_stage(prepared)
    found = one(engine, state)
    do(engine, "application", found.id, turn, by=OFFICER, body=BODIES[turn])
    assert stage(engine, found.id) == AFTER[turn][state]
    ended = stage(engine, found.id) in ENDS
    assert ended or next_steps(engine, found.id)
    assert problems(engine) == []


def test_the_table_of_turns_decides_every_stage() -> None:
    assert set(LIFE_EVENTS.grid) == {(turn, str(state)) for turn in LIFE_EVENTS.names for state in Stage}


# The end of office.


def provided_case(engine: Engine, **changes: Any) -> tuple[str, Any]:
    """A case in provision, with its home measure provided and another one ordered or taken over."""
    reference = receive(engine, **changes)
    at = walk(engine, reference, Stage.PROVISION)
    home = home_measure(engine, reference)
    act(engine, reference, "record-certificate", at=at)
    act(engine, reference, "order", at=at, which=lambda action: action.subject == home.id)
    act(engine, reference, "provide", at=at, which=lambda action: action.subject == home.id)
    return reference, at


def home_measure(engine: Engine, reference: str) -> Measure:
    found = rows(engine, Measure, Measure.stream == reference, Measure.legal_basis == LegalBasis.HOME_MEASURE)
    return next(item for item in found if item.state is not MeasureState.DROPPED)


def test_after_the_end_of_office_the_employer_decides_on_what_it_took_over(office: Engine) -> None:
    reference, at = provided_case(office)
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
def test_what_will_not_come_at_all_need_not_be_decided_on_after_the_end_of_office(office: Engine, event: str) -> None:
    reference, at = provided_case(office)
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


def test_lent_measures_come_back_and_recurring_ones_end_with_the_office(office: Engine) -> None:
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


def test_where_one_of_two_employers_has_taken_over_the_case_goes_on(office: Engine) -> None:
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
def test_the_end_of_office_lies_after_its_begin_and_not_in_the_future(
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


def test_an_office_that_goes_on_after_all_asks_nothing(office: Engine) -> None:
    reference = receive(office, inOfficeUntil=TODAY.isoformat())
    at = START + timedelta(days=1)
    with transaction(office) as session:
        request_end_of_office(session, at=at, limit=10)
    longer = {"inOfficeUntil": (TODAY + timedelta(days=400)).isoformat(), "reasons": "Appointed again."}
    do(office, "application", reference, "correct-fact", by=OFFICER, at=at, body=longer)
    assert "officer: end-office" not in next_steps(office, reference)


# Death.


def test_no_letter_goes_to_someone_who_died(office: Engine) -> None:
    reference, at = provided_case(office)
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
    told = rows(office, Outbox, Outbox.letter == "death-recorded")
    assert {letter.recipient for letter in told} == {person(Role.EMPLOYER, ZILVERDAM).person}
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


# A move.


def test_a_certificate_of_the_old_home_does_not_count_for_the_new_one(office: Engine) -> None:
    reference = receive(office)
    certificate = {"kind": "valid", "validFrom": "2025-01-01"}
    do(office, "application", reference, "record-certificate", by=OFFICER, body=certificate)
    do(office, "application", reference, "record-move", by=OFFICER, body=MOVE)
    at = walk(office, reference, Stage.PROVISION, choose=onward, before=at_event("record-certificate"))
    measure = home_measure(office, reference)
    by = person(Role.EMPLOYER, ZILVERDAM)
    body = {"orderedOn": office_day(at).isoformat()}
    found = refused(lambda: do(office, "measure", measure.id, "order", by=by, at=at, body=body))
    assert found == ["gate.certificate"]


def test_a_move_while_the_advice_is_written_opens_the_home_again_and_keeps_the_rest(office: Engine) -> None:
    reference = receive(office)
    at = walk(office, reference, Stage.WITH_SECURITY_AUTHORITY)
    do(office, "application", reference, "record-move", by=OFFICER, at=at, body=MOVE)
    advice = {item.domain: item.state for item in rows(office, DomainAdvice, DomainAdvice.stream == reference)}
    assert set(advice.values()) == {"returned"}
    assert home_states(office, reference) == {"dropped"}
    kept = rows(office, Measure, Measure.stream == reference, Measure.state == MeasureState.PROPOSED)
    assert {item.domain for item in kept} == {Domain.WORK, Domain.TRAVEL, Domain.DIGITAL}
    walk(office, reference, Stage.CLOSED, at=at)


def home_states(engine: Engine, reference: str) -> set[str]:
    found = rows(engine, Measure, Measure.stream == reference, Measure.legal_basis == LegalBasis.HOME_MEASURE)
    return {str(item.state) for item in found}


def test_a_move_after_adoption_makes_a_new_version_for_the_home_alone(office: Engine) -> None:
    reference = receive(office)
    at = walk(office, reference, Stage.PROVISION)
    do(office, "application", reference, "record-move", by=OFFICER, at=at, body=MOVE)
    found = row(office, Application, Application.id == reference)
    assert (found.state, found.advice_version, found.dwelling) == (Stage.ADVICE, 2, 2)
    second = rows(office, DomainAdvice, DomainAdvice.stream == reference, DomainAdvice.advice_version == 2)
    assert [item.domain for item in second] == [Domain.HOME]
    assert home_states(office, reference) == {"superseded"}
    walk(office, reference, Stage.CLOSED, at=at)
    assert home_states(office, reference) == {"superseded", "settled"}
    assert problems(office) == []


def second_home(engine: Engine) -> tuple[str, str, Any]:
    """A case whose home measure was provided before a move, and the application that follows from it."""
    reference, at = provided_case(engine)
    do(engine, "application", reference, "record-move", by=OFFICER, at=at, body=MOVE)
    follower = row(engine, Application, Application.follows == reference)
    return reference, follower.id, at


def test_a_move_after_provision_begins_a_linked_application_under_paragraph_six(office: Engine) -> None:
    reference, follower, at = second_home(office)
    assert stage(office, reference) is Stage.PROVISION
    found = row(office, Application, Application.id == follower)
    first = row(office, Application, Application.id == reference)
    assert found.discretionary
    assert (found.applicant, found.office, found.resembles) == (first.applicant, first.office, None)
    walk(office, follower, Stage.CLOSED, at=at)
    assert problems(office) == []


def test_only_a_second_home_can_be_declined(office: Engine) -> None:
    _, follower, at = second_home(office)
    at = walk(office, follower, Stage.TAKEOVER, at=at)
    act(office, follower, "confirm-receipt", at=at)
    early = {"announcedOn": (office_day(at) - timedelta(days=1)).isoformat()}
    assert refused(lambda: act(office, follower, "decline-second-home", at=at, changes=early)) == ["step.not-before"]
    act(office, follower, "decline-second-home", at=at)
    assert stage(office, follower) is Stage.REFUSED
    assert "second-home-declined" in {item.letter for item in rows(office, Outbox, Outbox.application == follower)}

    act(office, follower, "file-objection", at=at, changes={"against": "second-home-declined"})
    objection = row(office, Objection, Objection.stream == follower).id
    assert row(office, Term, Term.kind == "objection").ended_by == "file"
    colleague = person(Role.EMPLOYER, ZILVERDAM, number=2)
    with transaction(office) as session:
        enrol(session, colleague, at=at)
    founded = {"outcome": "founded", "reopenAt": "advice", "reasons": "There is nothing to move."}
    do(office, "objection", objection, "hear", by=colleague, at=at, body={"heldOn": TODAY.isoformat()})
    do(office, "objection", objection, "decide", by=colleague, at=at, body=founded)
    assert stage(office, follower) is Stage.ADVICE

    first = receive(office)
    at = walk(office, first, Stage.TAKEOVER, at=at)
    act(office, first, "confirm-receipt", at=at)
    takeover = row(office, Takeover, Takeover.stream == first)
    by = person(Role.EMPLOYER, ZILVERDAM)
    body = {"reasons": "We would rather not."}
    found = refused(lambda: do(office, "takeover", takeover.id, "decline-second-home", by=by, at=at, body=body))
    assert found == ["turn.second-home-discretionary"]
    assert problems(office) == []


def test_a_linked_application_by_hand_follows_the_officials_own(office: Engine) -> None:
    first = receive(office, applicant="burgemeester-1")
    assert receive(office, applicant="burgemeester-1", follows=first)
    for changes in ({"applicant": "wethouder-1"}, {"applicant": "burgemeester-1", "office": "alderman"}):
        assert refused(lambda c=changes: receive(office, follows=first, **c)) == ["turn.follows-own"]


# A new threat after the adoption.


def test_a_new_threat_after_adoption_makes_a_new_version_and_adopted_measures_stay(office: Engine) -> None:
    reference = receive(office)
    at = walk(office, reference, Stage.PROVISION)
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


def test_a_new_version_without_measures_leaves_the_case_where_its_parts_are(office: Engine) -> None:
    reference = receive(office)
    at = walk(office, reference, Stage.PROVISION)
    do(office, "application", reference, "record-threat", by=OFFICER, at=at, body=THREAT)
    body = {"domains": ["digital", "home"], "reasons": "A new threat."}
    do(office, "application", reference, "revise-advice", by=ADVISER, at=at, body=body)
    for domain in ("digital", "home"):
        nothing = {"domain": domain, "needed": False, "finding": "Nothing more."}
        do(office, "application", reference, "assess-domain", by=ADVISER, at=at, body=nothing)
    walk(office, reference, Stage.PROVISION, at=at)


def test_the_end_of_office_cuts_a_new_version_short(office: Engine) -> None:
    reference = receive(office)
    at = walk(office, reference, Stage.PROVISION)
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
def test_an_ended_application_goes_on_where_its_end_allows(prepared: Prepared, ended: Stage) -> None:
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


# One and the same.


def test_an_application_that_resembles_another_one_is_looked_at(office: Engine) -> None:
    first, second = receive(office, name="D. Dubbel"), receive(office, name="d. dubbel")
    assert row(office, Application, Application.id == second).resembles == first
    assert row(office, Application, Application.id == first).resembles is None
    act(office, second, "start-intake", at=START)
    assert "officer: keep-apart" in next_steps(office, second)
    act(office, second, "keep-apart", at=START)
    assert "officer: keep-apart" not in next_steps(office, second)
    assert row(office, Application, Application.id == second).resembles is None


def test_a_joined_application_hands_its_urgency_over(office: Engine) -> None:
    first, second = receive(office, name="D. Dubbel"), receive(office, name="D. Dubbel")
    do(office, "application", second, "record-threat", by=OFFICER, body={"kind": "stalking", "source": "police"})
    act(office, second, "join", at=START)
    joined, other = (row(office, Application, Application.id == key) for key in (second, first))
    assert (joined.state, joined.joined_to, other.urgency) == (Stage.JOINED, first, "urgent")
    handed_over = {f"officer: {step}" for step in HandOffStep}
    assert set(next_steps(office, second)) <= handed_over
    assert problems(office) == []


def test_only_applications_for_the_same_claim_are_joined(office: Engine) -> None:
    mine, alderman = receive(office), receive(office, office="alderman")
    elsewhere, gone = receive(office, employers=[GOUDVEEN]), receive(office)
    act(office, gone, "withdraw", at=START)
    for other in (mine, alderman, elsewhere, gone):
        body = {"other": other, "reasons": "The same."}
        found = refused(lambda b=body: do(office, "application", mine, "join", by=OFFICER, body=b))
        assert found == ["turn.joins-same-claim"]


@pytest.mark.parametrize(("new_facts", "ground"), [(None, True), ("The office is another one now.", False)])
def test_a_repeated_application_without_new_facts_may_be_refused(
    office: Engine, new_facts: str | None, ground: bool
) -> None:
    first = receive(office, office="municipal-councillor", applicant="raadslid-1")
    act(office, first, "intend-refusal", at=START)
    act(office, first, "record-view", at=START)
    act(office, first, "refuse", at=START)
    second = receive(office, office="municipal-councillor", applicant="raadslid-1", newFacts=new_facts)
    assert row(office, Application, Application.id == second).repeats == first
    body = {"ground": "eligibility.repeated-has-new-facts", "reasons": "Nothing new."}

    def intend() -> Any:
        return do(office, "application", second, "intend-refusal", by=OFFICER, body=body)

    assert (intend() and [] if ground else refused(intend)) == ([] if ground else ["step.refusal-has-ground"])


# Who speaks for the applicant.


def test_a_representative_gets_the_letters_and_acts_for_the_applicant(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "record-representative", at=START)
    speaker = row(office, Application, Application.id == reference).representative
    walk(office, reference, Stage.INTERVIEW_PLANNED)
    invited = {item.recipient for item in rows(office, Outbox, Outbox.letter == "interview-invitation")}
    applicant = row(office, Application, Application.id == reference).applicant
    assert invited == {applicant, speaker}
    by = Actor(speaker, Role.APPLICANT)
    do(office, "application", reference, "withdraw", by=by, body={"reasons": "On behalf of the applicant."})
    assert stage(office, reference) is Stage.WITHDRAWN


def test_a_representation_that_ended_lets_nobody_act(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "record-representative", at=START)
    speaker = Actor(row(office, Application, Application.id == reference).representative, Role.APPLICANT)
    do(office, "application", reference, "end-representation", by=OFFICER, body={})
    found = refused(lambda: do(office, "application", reference, "withdraw", by=speaker, body={}))
    assert found == ["duty.own-application"]
    again = refused(lambda: do(office, "application", reference, "end-representation", by=OFFICER, body={}))
    assert again == ["turn.represented"]


def test_whoever_handles_the_case_does_not_represent_the_applicant(office: Engine) -> None:
    reference = receive(office)
    applicant = row(office, Application, Application.id == reference).applicant
    body = {
        "name": "R. Voorspraak",
        "email": "r@advocaten.example",
        "authorisation": "M-1",
        "since": TODAY.isoformat(),
    }
    for handle in (applicant, OFFICER.person, person(Role.FINANCE, ZILVERDAM).person):
        told = {**body, "representative": handle}
        found = refused(
            lambda b=told: do(office, "application", reference, "record-representative", by=OFFICER, body=b)
        )
        assert found == ["turn.no-party-represents"]


def test_what_can_be_done_on_an_ended_case_is_proposed_with_a_body_that_is_accepted(prepared: Prepared) -> None:
    engine = every_stage(prepared)
    for ended in ENDS:
        found = one(engine, ended)
        with Session(engine) as session:
            proposed = actions(session, session.get_one(Application, found.id), at=START)
        assert "reopen" in {action.event for action in proposed if action.allowed}, ended


def test_someone_who_died_takes_part_no_more(office: Engine) -> None:
    reference = receive(office, applicant="burgemeester-1")
    do(office, "application", reference, "record-death", by=OFFICER, body={"diedOn": TODAY.isoformat()})
    found = refused(lambda: do(office, "person", "burgemeester-1", "depart", by=ADMINISTRATOR, body={}))
    assert found == ["chart.state"]
