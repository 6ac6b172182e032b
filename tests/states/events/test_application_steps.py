"""Application steps: interviews, returned domains, withdrawal, receipt by the employer and urgency."""

from datetime import date, timedelta
from typing import Any

import pytest
from office import (
    ADVISER,
    AUTHORITY,
    COORDINATOR,
    EMPLOYER,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    do,
    receive,
    refused,
    row,
    rows,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from stages import at_stage, fill_takeover

from rules.core.roles import ENGINE, Actor, Role
from states.charts.application import Stage
from states.errors import MalformedError
from states.tables.application import Application, DomainAdvice, Measure, Takeover


def test_an_interview_covers_each_domain_once_and_not_in_the_future(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, Stage.INTERVIEW_PLANNED)
    risk = {"risk": "low", "likelihood": 1, "impact": 1, "source": "interview"}
    four = [{"domain": name, **risk} for name in ("home", "work", "travel", "digital")]

    def hold(held_on: date, domains: list[dict[str, Any]]) -> list[str]:
        body = {"heldOn": held_on.isoformat(), "householdPresent": False, "domains": domains}
        return refused(lambda: do(office, "application", reference, "hold-interview", by=ADVISER, body=body))

    today = START.date()
    assert hold(today + timedelta(days=1), four) == ["step.not-in-future"]
    assert hold(today - timedelta(days=1), four) == ["step.held-not-before-planned-stage"]
    assert hold(today, four[:3]) == ["step.every-domain-discussed"]
    assert hold(today, [*four, four[0]]) == ["step.every-domain-discussed"]


def test_a_returned_domain_leaves_the_drafts_of_the_others(prepared: Prepared) -> None:
    engine, reference, _ = at_stage(prepared, Stage.WITH_SECURITY_AUTHORITY)
    measures = {item.id: item.state for item in rows(engine, Measure)}
    act(engine, reference, "return-advice", at=START + timedelta(hours=1))
    again = {"domain": "work", "needed": False, "finding": "F"}
    wanted = ["step.domain-open"]
    assert refused(lambda: do(engine, "application", reference, "assess-domain", by=ADVISER, body=again)) == wanted
    home = {"domain": "home", "needed": False, "finding": "F"}
    do(engine, "application", reference, "assess-domain", by=ADVISER, body=home, at=START + timedelta(hours=2))
    kept = [item for item in rows(engine, Measure) if item.domain != "home"]
    assert len(kept) == 3
    assert all(item.state == measures[item.id] == "proposed" for item in kept)
    assert row(engine, Measure, Measure.domain == "home").state == "dropped"


def test_an_ended_application_leaves_no_open_part(office: Engine) -> None:
    refusable = receive(office, inOfficeUntil="2026-03-05")
    walk(office, refusable, Stage.INTERVIEW_HELD)
    late = START + timedelta(days=10)
    act(office, refusable, "intend-refusal", at=late)
    act(office, refusable, "record-view", at=late)
    act(office, refusable, "refuse", at=late)
    assert {item.state for item in rows(office, DomainAdvice, DomainAdvice.stream == refusable)} == {"lapsed"}
    withdrawn = receive(office)
    walk(office, withdrawn, Stage.TAKEOVER)
    act(office, withdrawn, "withdraw", at=START)
    assert {item.state for item in rows(office, Takeover, Takeover.stream == withdrawn)} == {"lapsed"}
    assert {item.state for item in rows(office, Measure, Measure.stream == withdrawn)} == {"dropped"}


def test_an_application_is_withdrawn_until_the_first_employer_took_over(prepared: Prepared) -> None:
    engine = prepared("takeover", fill_takeover)
    reference = row(engine, Application).id
    act(engine, reference, "confirm-receipt", at=START)
    act(engine, reference, "take-over", at=START)
    applicant = Actor(row(engine, Application).applicant, Role.APPLICANT)
    wanted = ["step.withdrawal-before-takeover"]
    assert refused(lambda: do(engine, "application", reference, "withdraw", by=applicant)) == wanted


def test_the_employers_receipt_is_dated_between_adoption_and_today(prepared: Prepared) -> None:
    engine = prepared("takeover", fill_takeover)
    asked = row(engine, Takeover, Takeover.organisation == ZILVERDAM)

    def confirm(day: str) -> list[str]:
        return refused(
            lambda: do(engine, "takeover", asked.id, "confirm-receipt", by=EMPLOYER, body={"receivedOn": day})
        )

    assert confirm("2026-03-03") == ["step.not-in-future"]
    assert confirm("2026-03-01") == ["step.not-before"]
    do(engine, "takeover", asked.id, "confirm-receipt", by=EMPLOYER, body={"receivedOn": "2026-03-02"})


def test_only_the_coordinator_lowers_the_urgency(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "record-threat", at=START)
    lower = {"urgency": "routine", "reasons": "The police closed it."}
    for by in (OFFICER, ADVISER, AUTHORITY, ENGINE):
        assert refused(lambda b=by: do(office, "application", reference, "lower-urgency", by=b, body=lower)) == [
            "duty.role",
        ]
    with pytest.raises(MalformedError):
        do(office, "application", reference, "lower-urgency", by=COORDINATOR, body={"urgency": "routine"})
    higher = {"urgency": "acute", "reasons": "R"}
    assert refused(lambda: do(office, "application", reference, "lower-urgency", by=COORDINATOR, body=higher)) == [
        "urgency.only-a-person-lowers",
    ]
    do(office, "application", reference, "lower-urgency", by=COORDINATOR, body=lower)
    assert row(office, Application).urgency == "routine"
