"""Eligibility in recorded events: offices, suspensions, corrections and decisions in the own case."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from batches import fill_checked, fill_sealed
from office import (
    BROEKZIJDE,
    DAY,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    at_event,
    do,
    furnish,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    snapshot,
    sparing,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.charts.application import Stage
from states.errors import MalformedError
from states.tables.application import Application, Takeover
from states.tables.ledger import LedgerEntry
from states.tables.payments import Payable, PaymentBatch

TODAY = START.date()
EMPLOYER_OF = {"kings-commissioner": LAAGLAND, "provincial-executive": LAAGLAND, "water-board-chair": BROEKZIJDE}
EMPLOYER_OF |= {"water-board-executive": BROEKZIJDE, "mayor": ZILVERDAM, "alderman": ZILVERDAM}


def noon(day: date) -> datetime:
    """An instant in the middle of an office day."""
    return datetime.combine(day, time(12), ZoneInfo("Europe/Amsterdam"))


def receive_from(engine: Engine, office: str, **changes: Any) -> str:
    """Receive an application from an office, with a matching employer, and return its reference."""
    return receive(engine, **{"office": office, "employers": [EMPLOYER_OF[office]], **changes})


def correct(engine: Engine, reference: str, *, at: datetime = START, **facts: Any) -> Any:
    """Correct some facts of an application."""
    body = {**facts, "reasons": "Checked."}
    return do(engine, "application", reference, "correct-fact", by=OFFICER, at=at, body=body)


def plan(engine: Engine, reference: str, on: date = TODAY) -> Callable[[], Any]:
    """Plan the interview on a day: the first step that requires a claim."""
    body = {"interviewOn": on.isoformat()}
    return lambda: do(engine, "application", reference, "plan-interview", by=OFFICER, at=noon(on), body=body)


def field_errors(call: Callable[[], Any]) -> dict[str, str]:
    """The fields that a body is refused for, with the words."""
    with pytest.raises(MalformedError) as caught:
        call()
    return dict(caught.value.problems)


# Suspended, acting, and out of office.


@pytest.mark.parametrize("office_held", EMPLOYER_OF)
def test_a_suspended_official_keeps_the_claim_where_the_law_knows_a_suspension(
    office: Engine, office_held: str
) -> None:
    facts = {"officeSuspendedSince": "2026-02-01"}
    if office_held not in {"mayor", "kings-commissioner", "water-board-chair"}:
        assert refused(lambda: receive_from(office, office_held, **facts)) == ["eligibility.suspended-keeps-claims"]
        reference = receive_from(office, office_held)
        assert refused(lambda: correct(office, reference, **facts)) == ["eligibility.suspended-keeps-claims"]
        return
    reference = receive_from(office, office_held, **facts)
    do(office, "application", reference, "start-intake", by=OFFICER)
    plan(office, reference)()
    entry = rows(office, LedgerEntry, LedgerEntry.stream == reference)[-1]
    line = next(line for line in entry.receipt if line["rule"] == "eligibility.suspended-keeps-claims")
    assert line["facts"]["suspended_since"] == "2026-02-01"
    assert line["objects"] is False
    correct(office, reference, officeSuspendedUntil="2026-02-20")
    found = row(office, Application, Application.id == reference)
    assert (found.office_suspended_since, found.office_suspended_until) == (date(2026, 2, 1), date(2026, 2, 20))
    assert problems(office) == []


def test_an_acting_chair_whose_appointment_was_interrupted_waits_again(office: Engine) -> None:
    reference = receive_from(office, "water-board-chair", actingSince="2026-01-20")
    do(office, "application", reference, "start-intake", by=OFFICER)
    correct(office, reference, actingSince="2026-02-10")  # the first appointment ended; this is the second
    assert refused(plan(office, reference, date(2026, 3, 12))) == ["eligibility.acting"]
    plan(office, reference, date(2026, 3, 13))()


@pytest.mark.parametrize(("last", "claim"), [(TODAY - DAY, False), (TODAY, True), (TODAY + DAY, True)])
def test_after_the_office_there_is_no_new_claim(office: Engine, last: date, claim: bool) -> None:
    reference = receive_from(office, "mayor")
    do(office, "application", reference, "start-intake", by=OFFICER)
    correct(office, reference, inOfficeUntil=last.isoformat())
    if claim:
        plan(office, reference)()
    else:
        assert refused(plan(office, reference)) == ["eligibility.in-office"]


@pytest.mark.parametrize(("granted", "rules"), [(TODAY, []), (TODAY + DAY, ["step.not-in-future"])])
def test_an_exemption_is_recorded_once_it_was_granted(office: Engine, granted: date, rules: list[str]) -> None:
    facts = {"inTerritory": False, "exemptionOn": granted.isoformat()}
    reference = receive_from(office, "mayor")
    if rules:
        assert refused(lambda: receive_from(office, "mayor", **facts)) == rules
        assert refused(lambda: correct(office, reference, **facts)) == rules
    else:
        receive_from(office, "mayor", **facts)
        correct(office, reference, **facts)
        assert row(office, Application, Application.id == reference).exemption_on == granted


# Contradictory dates, and corrections without effect.


@pytest.mark.parametrize(
    ("recorded", "given", "field", "days"),
    [
        ({}, {"inOfficeUntil": "2024-05-31"}, "inOfficeUntil", ("2024-05-31", "2024-06-01")),
        ({}, {"actingSince": "2024-05-31"}, "actingSince", ("2024-05-31", "2024-06-01")),
        ({}, {"officeSuspendedSince": "2024-05-31"}, "officeSuspendedSince", ("2024-05-31", "2024-06-01")),
        (
            {"officeSuspendedSince": "2026-02-01"},
            {"officeSuspendedUntil": "2026-01-31"},
            "officeSuspendedUntil",
            ("2026-01-31", "2026-02-01"),
        ),
        ({}, {"officeSuspendedUntil": "2026-01-31"}, "officeSuspendedUntil", ("2026-01-31",)),
        ({"inOfficeUntil": "2026-06-01"}, {"certainSince": "2026-06-02"}, "certainSince", ("2026-06-01", "2026-06-02")),
        ({"inOfficeUntil": "2026-06-01"}, {"actingSince": "2026-06-02"}, "actingSince", ("2026-06-01", "2026-06-02")),
        (
            {"inOfficeUntil": "2026-06-01"},
            {"officeSuspendedSince": "2026-06-02"},
            "officeSuspendedSince",
            ("2026-06-01", "2026-06-02"),
        ),
    ],
)
def test_dates_that_contradict_each_other_are_named_with_their_field_when_received_and_when_corrected(
    office: Engine, recorded: dict[str, str], given: dict[str, str], field: str, days: tuple[str, ...]
) -> None:
    received = field_errors(lambda: receive_from(office, "mayor", **recorded, **given))
    assert len(received) == 1
    assert field in " ".join([*received, *received.values()])
    reference = receive_from(office, "mayor", **recorded)
    before = snapshot(office)
    corrected = field_errors(lambda: correct(office, reference, **given))
    assert list(corrected) == [field]
    for day in days:
        assert day in corrected[field]
        assert day in " ".join(received.values())
    if recorded:
        assert "recorded already" in corrected[field] or "begin" in corrected[field]
    assert snapshot(office) == before


@pytest.mark.parametrize(
    ("given", "day_before"),
    [
        ({"inOfficeUntil": "2024-06-01"}, {"inOfficeUntil": "2024-05-31"}),
        ({"actingSince": "2024-06-01"}, {"actingSince": "2024-05-31"}),
        ({"certainSince": "2024-06-02", "inOfficeUntil": "2024-06-02"}, {"inOfficeUntil": "2024-06-01"}),
    ],
)
def test_dates_at_a_boundary_are_accepted(office: Engine, given: dict[str, str], day_before: dict[str, str]) -> None:
    reference = receive_from(office, "mayor")
    correct(office, reference, **given)
    assert list(field_errors(lambda: correct(office, reference, **day_before))) == list(day_before)


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({}, ["body"]),
        ({"organisation": ZILVERDAM}, ["takeoverReceivedOn"]),
        ({"organisation": LAAGLAND, "takeoverReceivedOn": "2026-03-02"}, ["organisation"]),
    ],
)
def test_a_correction_says_what_it_corrects(office: Engine, facts: dict[str, str], fields: list[str]) -> None:
    reference = receive_from(office, "mayor")
    words = field_errors(lambda: correct(office, reference, **facts))
    assert list(words) == fields
    assert "Checked" not in str(words)


def fill_requested(engine: Engine) -> None:
    """A case of two employers that were both asked to take over."""
    walk(engine, receive(engine, employers=[ZILVERDAM, GOUDVEEN]), Stage.TAKEOVER, choose=sparing)


def test_an_employers_receipt_is_corrected_while_its_own_term_runs(prepared: Prepared) -> None:
    engine = prepared("asked", fill_requested)
    reference, at = row(engine, Application).id, START + DAY
    day = {"takeoverReceivedOn": TODAY.isoformat()}
    wanted = ["step.receipt-correctable"]
    assert refused(lambda: correct(engine, reference, at=at, **day)) == wanted  # nobody confirmed yet
    act(engine, reference, "confirm-receipt", at=at)
    correct(engine, reference, at=at, **day)  # one term runs: it is clear whose
    act(engine, reference, "confirm-receipt", at=at)
    assert refused(lambda: correct(engine, reference, at=at, **day)) == wanted
    for employer in (ZILVERDAM, GOUDVEEN):
        correct(engine, reference, at=at, **day, organisation=employer)
    assert {item.received_on for item in rows(engine, Takeover)} == {TODAY}
    act(engine, reference, "take-over", at=at)
    done = row(engine, Takeover, Takeover.state == "taken-over").organisation
    assert refused(lambda: correct(engine, reference, at=at, **day, organisation=done)) == wanted


@pytest.mark.parametrize(("received", "rules"), [(TODAY, []), (TODAY + DAY, ["step.held-not-before-planned-stage"])])
def test_a_receipt_is_not_corrected_to_after_the_interview(office: Engine, received: date, rules: list[str]) -> None:
    reference = receive_from(office, "mayor")
    walk(office, reference, Stage.INTERVIEW_HELD)
    call = lambda: correct(office, reference, at=START + 2 * DAY, receivedOn=received.isoformat())  # noqa: E731
    if rules:
        assert refused(call) == rules
    else:
        call()


# Who decides.


@pytest.mark.parametrize(
    ("office_held", "decided_as", "rules"),
    [
        ("mayor", None, []),
        ("mayor", "deputy-mayor", []),
        ("mayor", "college-without-applicant", []),
        ("mayor", "mayor", ["conflict.who-decides"]),
        ("mayor", "water-board-chair", ["conflict.who-decides"]),
        ("alderman", "mayor", []),
        ("kings-commissioner", "kings-commissioner", ["conflict.who-decides"]),
        ("provincial-executive", "kings-commissioner", []),
        ("water-board-chair", "water-board-chair", ["conflict.who-decides"]),
        ("water-board-executive", "water-board-chair", []),
    ],
)
def test_the_employer_decides_on_the_case_of_its_own_official_through_another(
    office: Engine, office_held: str, decided_as: str | None, rules: list[str]
) -> None:
    reference = receive_from(office, office_held)
    walk(office, reference, before=at_event("take-over"), choose=sparing)
    asked = row(office, Takeover, Takeover.stream == reference)
    by = person(Role.EMPLOYER, EMPLOYER_OF[office_held])
    body = {"takenOverOn": TODAY.isoformat(), **({"decidedAs": decided_as} if decided_as else {})}

    def take_over() -> Any:
        return do(office, "takeover", asked.id, "take-over", by=by, at=START + DAY, body=body)

    if rules:
        assert refused(take_over) == rules
        return
    take_over()
    usual = {"mayor": "municipal-secretary"}
    assert row(office, Takeover, Takeover.id == asked.id).decided_as == (decided_as or usual[office_held])
    entry = rows(office, LedgerEntry, LedgerEntry.subject == asked.id, LedgerEntry.event == "take-over")[-1]
    (line,) = (line for line in entry.receipt if line["rule"] == "conflict.who-decides")
    assert line["facts"]["decided_as"] == (decided_as or usual[office_held])
    assert line["values"].keys() == {"own_case_decided_by"}


@pytest.mark.parametrize(
    ("one", "other", "rules"),
    [
        ("applicant", "officer", ["conflict.not-own-case"]),
        ("applicant", "approver", ["conflict.not-own-case"]),
        ("applicant", "releaser", ["payable.four-eyes-in-batch"]),
        ("officer", "approver", ["conflict.four-eyes"]),
        ("officer", "releaser", ["payable.four-eyes-in-batch"]),
        ("approver", "releaser", ["payable.four-eyes-in-batch"]),
        ("someone else", "officer", []),
        ("someone else", "approver", []),
        ("someone else", "releaser", []),
    ],
)
def test_applicant_officer_approver_and_releaser_are_four_people(
    prepared: Prepared, one: str, other: str, rules: list[str]
) -> None:
    if other == "officer":
        engine = prepared("office", furnish)
        receive(engine)
    elif other == "approver":
        engine = prepared("checked", fill_checked)
    else:
        engine = prepared("sealed", fill_sealed)
    application = row(engine, Application)
    approved = [item.approved_by for item in rows(engine, Payable)]
    people = {"applicant": application.applicant, "officer": application.officer, "someone else": "someone-else"}
    people |= {"approver": approved[0]} if approved else {}
    handle = people[one]
    assert handle
    by = Actor(handle, Role(other), ZILVERDAM if other != "officer" else None)
    chart, subject, event = {
        "officer": lambda: ("application", application.id, "start-intake"),
        "approver": lambda: ("payable", row(engine, Payable).id, "approve"),
        "releaser": lambda: ("payment-batch", row(engine, PaymentBatch).id, "release"),
    }[other]()

    def step() -> Any:
        return do(engine, chart, subject, event, by=by, at=START + DAY)

    if rules:
        assert set(refused(step)) == set(rules)
    else:
        step()
