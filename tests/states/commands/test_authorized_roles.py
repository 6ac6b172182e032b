"""Authorization: which role may record which event, and nobody in their own application."""

from typing import Any

import pytest
from office import (
    ADVISER,
    GOUDVEEN,
    LAAGLAND,
    START,
    ZILVERDAM,
    at_event,
    do,
    enrol,
    person,
    receive,
    refused,
    row,
    snapshot,
    sparing,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from stages import fill_takeover

from rules.core.roles import ENGINE, Actor, Role
from states.charts.application import Stage
from states.errors import RefusedError
from states.events.catalogue import EVENTS
from states.storage.database import transaction
from states.tables.application import Application, Measure, Takeover, ThreatSignal


@pytest.mark.parametrize(
    ("by", "rule"),
    [
        (ADVISER, "duty.role"),
        (person(Role.APPROVER, ZILVERDAM), "duty.role"),
        (Actor("auditor-1", Role.AUDITOR), "duty.role"),
        (Actor("applicant-x", Role.APPLICANT), "duty.role"),
        (ENGINE, "duty.role"),
        (person(Role.EMPLOYER, LAAGLAND), "duty.own-organisation"),
        (Actor("employer-x", Role.EMPLOYER), "duty.own-organisation"),
        (person(Role.EMPLOYER, GOUDVEEN), "duty.own-organisation"),
    ],
)
def test_only_the_employer_itself_takes_over(prepared: Prepared, by: Actor, rule: str) -> None:
    engine = prepared("takeover", fill_takeover)
    asked = row(engine, Takeover, Takeover.organisation == ZILVERDAM)
    body = {"receivedOn": "2026-03-02"}
    with pytest.raises(RefusedError) as caught:
        do(engine, "takeover", asked.id, "confirm-receipt", by=by, body=body)
    assert [finding.rule for finding in caught.value.findings] == [rule]
    assert caught.value.duty


def test_a_role_without_the_duty_is_refused_before_anything_else_is_checked(office: Engine) -> None:
    reference = receive(office)
    for (chart, name), event in EVENTS.items():
        if chart == "application" and not event.creates and event.body.__name__ == "Body":
            auditor = Actor("auditor-1", Role.AUDITOR)
            assert refused(lambda n=name, a=auditor: do(office, "application", reference, n, by=a)) == ["duty.role"]


def test_an_applicant_acts_on_the_own_application_only(office: Engine) -> None:
    mine, other = receive(office), receive(office)
    me = Actor(row(office, Application, Application.id == mine).applicant, Role.APPLICANT)
    assert refused(lambda: do(office, "application", other, "withdraw", by=me)) == ["duty.own-application"]
    do(office, "application", mine, "withdraw", by=me)
    assert row(office, Application, Application.id == mine).state == "withdrawn"


def fill_own_cases(engine: Engine) -> None:
    """Applications of people who also work here, in the stages in which their duty is needed."""
    with transaction(engine) as session:
        enrol(session, Actor("eigen-belang", Role.OFFICER), at=START)
    for goal in (Stage.RECEIVED, Stage.INTAKE, Stage.INTERVIEW_PLANNED, Stage.INTERVIEW_HELD, Stage.ADVICE):
        walk(engine, receive(engine, applicant="eigen-belang"), goal, choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), Stage.WITH_SECURITY_AUTHORITY, choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), Stage.PROVISION, choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), before=at_event("check"), choose=sparing)
    walk(engine, receive(engine, applicant="eigen-belang"), Stage.BOOKING, choose=sparing)


@pytest.mark.parametrize(
    ("stage", "role", "event", "body"),
    [
        ("received", Role.OFFICER, "start-intake", {}),
        ("received", Role.OFFICER, "start-intake", {"officer": "officer-2"}),
        ("received", Role.OFFICER, "forward", {"forwardedTo": "other"}),
        ("intake", Role.OFFICER, "plan-interview", {"interviewOn": "2026-03-02"}),
        ("intake", Role.ADVISER, "plan-interview", {"interviewOn": "2026-03-02"}),
        ("intake", Role.OFFICER, "record-certificate", {"kind": "hardship", "validFrom": "2026-03-02", "reasons": "R"}),
        ("intake", Role.OFFICER, "correct-fact", {"inTerritory": True, "reasons": "R"}),
        ("interview-planned", Role.ADVISER, "hold-interview", None),
        ("interview-held", Role.ADVISER, "begin-advice", {}),
        ("advice", Role.ADVISER, "assess-domain", {"domain": "home", "needed": False, "finding": "F"}),
        ("advice", Role.ADVISER, "submit-advice", {}),
        ("with-security-authority", Role.SECURITY_AUTHORITY, "return-advice", {"domain": "home", "reasons": "R"}),
        (
            "with-security-authority",
            Role.SECURITY_AUTHORITY,
            "adopt-advice",
            {"adoptedOn": "2026-03-02", "threatAnalysis": "T", "homeAssessment": "H"},
        ),
        ("booking", Role.OFFICER, "close", {}),
    ],
)
def test_nobody_handles_the_own_application(
    prepared: Prepared, stage: str, role: Role, event: str, body: dict[str, Any] | None
) -> None:
    engine = prepared("own-cases", fill_own_cases)
    found = row(engine, Application, Application.state == stage)
    if body is None:
        risk = {"risk": "low", "likelihood": 1, "impact": 1, "source": "interview"}
        body = {
            "heldOn": "2026-03-02",
            "adviser": "adviser-1",
            "householdPresent": True,
            "domains": [{"domain": name, **risk} for name in ("home", "work", "travel", "digital")],
        }
    me = Actor("eigen-belang", role)
    before = snapshot(engine)
    rules = refused(lambda: do(engine, "application", found.id, event, by=me, body=body))
    assert set(rules) == {"conflict.not-own-case"}
    assert snapshot(engine) == before


@pytest.mark.parametrize(("event", "role"), [("order", Role.EMPLOYER), ("decline", Role.OFFICER)])
def test_nobody_orders_or_declines_for_the_employer_in_the_own_case(prepared: Prepared, event: str, role: Role) -> None:
    engine = prepared("own-cases", fill_own_cases)
    application = row(engine, Application, Application.state == "provision")
    measure = row(engine, Measure, Measure.stream == application.id, Measure.state == "taken-over")
    me = Actor("eigen-belang", role, ZILVERDAM if role is Role.EMPLOYER else None)
    body = {"orderedOn": "2026-03-02"} if event == "order" else {"reasons": "R"}
    assert refused(lambda: do(engine, "measure", measure.id, event, by=me, body=body)) == ["conflict.not-own-case"]
    do(engine, "measure", measure.id, "decline", by=Actor("eigen-belang", Role.APPLICANT), body={"reasons": "R"})


def test_anyone_may_signal_a_threat_in_the_own_case_and_withdraw_it(prepared: Prepared) -> None:
    engine = prepared("own-cases", fill_own_cases)
    found = row(engine, Application, Application.state == "received")
    threat = {"kind": "stalking", "source": "applicant"}
    do(engine, "application", found.id, "record-threat", by=Actor("eigen-belang", Role.OFFICER), body=threat)
    do(engine, "application", found.id, "withdraw", by=Actor("eigen-belang", Role.APPLICANT))
    assert row(engine, Application, Application.id == found.id).state == "withdrawn"
    assert row(engine, ThreatSignal, ThreatSignal.stream == found.id).kind == "stalking"
