"""Moves: the effects of a move of home on the advice, the certificate and the measures."""

from datetime import datetime, timedelta

from life_cases import MOVE, TODAY, home_measure, provided_case
from office import (
    OFFICER,
    ZILVERDAM,
    act,
    at_event,
    do,
    enrol,
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
from prepared_databases import Prepared
from sqlalchemy import Engine
from stages import at_stage

from rules.core.dates import office_day
from rules.core.regulation import Domain, LegalBasis
from rules.core.roles import Role
from states.charts.application import Stage
from states.charts.measure import MeasureState
from states.storage.database import transaction
from states.tables.application import Application, DomainAdvice, Measure, Takeover
from states.tables.deadlines import Term
from states.tables.letters import Outbox
from states.tables.loans import Objection


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


def test_a_move_while_the_advice_is_written_opens_the_home_again_and_keeps_the_rest(prepared: Prepared) -> None:
    office, reference, at = at_stage(prepared, Stage.WITH_SECURITY_AUTHORITY)
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


def test_a_move_after_adoption_makes_a_new_version_for_the_home_alone(prepared: Prepared) -> None:
    office, reference, at = at_stage(prepared, Stage.PROVISION)
    do(office, "application", reference, "record-move", by=OFFICER, at=at, body=MOVE)
    found = row(office, Application, Application.id == reference)
    assert (found.state, found.advice_version, found.dwelling) == (Stage.ADVICE, 2, 2)
    second = rows(office, DomainAdvice, DomainAdvice.stream == reference, DomainAdvice.advice_version == 2)
    assert [item.domain for item in second] == [Domain.HOME]
    assert home_states(office, reference) == {"superseded"}
    walk(office, reference, Stage.CLOSED, at=at)
    assert home_states(office, reference) == {"superseded", "settled"}
    assert problems(office) == []


def second_home(prepared: Prepared) -> tuple[Engine, str, str, datetime]:
    """A case whose home measure was provided before a move, and the application that follows from it."""
    engine, reference, at = provided_case(prepared)
    do(engine, "application", reference, "record-move", by=OFFICER, at=at, body=MOVE)
    follower = row(engine, Application, Application.follows == reference)
    return engine, reference, follower.id, at


def test_a_move_after_provision_begins_a_linked_application_under_paragraph_six(prepared: Prepared) -> None:
    office, reference, follower, at = second_home(prepared)
    assert stage(office, reference) is Stage.PROVISION
    found = row(office, Application, Application.id == follower)
    first = row(office, Application, Application.id == reference)
    assert found.discretionary
    assert (found.applicant, found.office, found.resembles) == (first.applicant, first.office, None)
    walk(office, follower, Stage.CLOSED, at=at)
    assert problems(office) == []


def test_only_a_second_home_can_be_declined(prepared: Prepared) -> None:
    office, _, follower, at = second_home(prepared)
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


def test_a_manually_linked_application_follows_the_officials_own(office: Engine) -> None:
    first = receive(office, applicant="burgemeester-1")
    assert receive(office, applicant="burgemeester-1", follows=first)
    for changes in ({"applicant": "wethouder-1"}, {"applicant": "burgemeester-1", "office": "alderman"}):
        assert refused(lambda c=changes: receive(office, follows=first, **c)) == ["turn.follows-own"]
