"""Objections (Awb chapters 6 and 7): in time or late, heard or not, and decided by another person."""

from datetime import date

import pytest
from objection_cases import ENDED, LAST_DAY, SECOND, heard, letters, object_to, on, on_day, refuse, work
from office import (
    AUTHORITY,
    COORDINATOR,
    DAY,
    EMPLOYER,
    OFFICER,
    START,
    act,
    enrol,
    problems,
    receive,
    refused,
    row,
    rows,
)
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import Actor, Role
from rules.procedure import objections
from states.charts.objection import ObjectionState
from states.commands.available_actions import actions
from states.storage.content import content_of_subject
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.deadlines import Term
from states.tables.ledger import LedgerEntry
from states.tables.loans import Loan, Objection

# The decision.


@pytest.mark.parametrize("against", ENDED)
def test_one_can_object_to_every_decision_that_ends_an_application(office: Engine, against: str) -> None:
    reference = ENDED[against](office)
    found = object_to(office, reference, at=START + 20 * DAY, against=against)
    assert (found.state, str(found.against), found.late) == (ObjectionState.RECEIVED, against, False)
    entry = row(office, LedgerEntry, LedgerEntry.stream == reference, LedgerEntry.seq == found.decision_seq)
    assert entry.person == found.decision_by
    other = "lapsed" if against == "refusal" else "refusal"
    assert refused(lambda: object_to(office, reference, at=START + 20 * DAY, against=other)) == [
        "objection.against-a-decision",
    ]
    assert problems(office) == []


def test_without_a_decision_there_is_nothing_to_object_to(office: Engine) -> None:
    reference = receive(office)
    assert refused(lambda: object_to(office, reference)) == ["objection.against-a-decision"]
    with Session(office) as session:
        found = actions(session, session.get_one(Application, reference), at=START)
    assert [(action.allowed, action.example) for action in found if action.event == "file-objection"] == [(False, None)]


def test_an_unknown_decision_is_refused_with_the_known_ones() -> None:
    found = objections.against_decision(against=objections.Against.PENALTY, made=["refusal", "payment"])
    assert found is not None
    assert "refusal, payment" in found.message
    assert "refusal, payment" in found.message_nl


def test_one_objects_once_to_a_decision_and_again_after_withdrawing(office: Engine) -> None:
    reference = refuse(office)
    first = object_to(office, reference)
    assert refused(lambda: object_to(office, reference)) == ["objection.once"]
    on(office, first, "withdraw", by=OFFICER)
    assert object_to(office, reference).state is ObjectionState.RECEIVED


def test_the_objection_ends_the_term_to_object_and_starts_the_term_to_decide(office: Engine) -> None:
    reference = refuse(office)
    found = object_to(office, reference, at=START + DAY)
    ended, running = sorted(rows(office, Term, Term.kind != "view"), key=lambda term: term.kind)
    assert (ended.kind, ended.ended_by) == ("objection", "file")
    assert (running.kind, running.subject, running.owner) == ("objection-decision", found.id, "office")
    assert letters(office)["objection-received"] == {"due_on": "2026-05-26"}
    assert work(office, found.id) == [("hear", "coordinator")]


def test_grounds_are_stored_in_the_vault_alone(office: Engine) -> None:
    found = heard(office, refuse(office))
    with Session(office) as session:
        filed = content_of_subject(session, found.stream, found.id)[0]
    assert filed.content["grounds"] == "Het ambt is verkeerd vastgelegd"
    entries = rows(office, LedgerEntry)
    assert not any("verkeerd" in str((entry.facts, entry.receipt, entry.changes)) for entry in entries)


# In time or late.


@pytest.mark.parametrize(
    ("received", "posted", "late"),
    [
        ("2026-03-02", None, False),
        ("2026-04-12", None, False),
        ("2026-04-13", None, False),
        ("2026-04-14", None, True),
        ("2026-04-14", "2026-04-13", False),  # posted in time, and received within a week (Awb 6:9(2))
        ("2026-04-20", "2026-04-13", False),
        ("2026-04-21", "2026-04-13", True),
        ("2026-04-15", "2026-04-14", True),
    ],
)
def test_an_objection_is_in_time_until_the_last_day_of_six_weeks(
    office: Engine, received: str, posted: str | None, late: bool
) -> None:
    body = {"receivedOn": received, **({"postedOn": posted} if posted else {})}
    found = object_to(office, refuse(office), at=on_day("2026-04-30"), **body)
    assert (found.objection_until, found.late) == (LAST_DAY, late)


@pytest.mark.parametrize(
    ("committee", "received", "due_on"),
    [
        (False, "2026-03-02", "2026-05-26"),  # six weeks end on Whit Monday, so on Tuesday
        (False, "2026-04-13", "2026-05-26"),
        (False, "2026-04-14", "2026-05-26"),
        (False, "2026-04-15", "2026-05-27"),
        (True, "2026-04-13", "2026-07-06"),
        (True, "2026-03-02", "2026-07-06"),
    ],
)
def test_the_decision_is_due_weeks_after_the_term_to_object_and_not_before_a_late_objection_arrived(
    office: Engine, committee: bool, received: str, due_on: str
) -> None:
    object_to(office, refuse(office), at=on_day("2026-04-30"), receivedOn=received, committee=committee)
    assert row(office, Term, Term.kind == "objection-decision").due_on == date.fromisoformat(due_on)


def test_an_official_objects_today_and_the_office_records_earlier_objections(office: Engine) -> None:
    reference = refuse(office)
    applicant = Actor(row(office, Application).applicant, Role.APPLICANT)
    at = START + 2 * DAY
    expected = ["objection.receipt-recorded-by-the-receiver"]
    assert refused(lambda: object_to(office, reference, by=applicant, at=at, receivedOn="2026-03-03")) == expected
    assert refused(lambda: object_to(office, reference, by=applicant, at=at, postedOn="2026-03-03")) == expected
    assert object_to(office, reference, by=applicant, at=at).received_on == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-03-01", ["step.not-before"]),
        ("2026-03-02", []),
        ("2026-03-05", []),
        ("2026-03-06", ["step.not-in-future"]),
    ],
)
def test_an_objection_is_dated_after_the_decision_and_not_after_today(
    office: Engine, received: str, expected: list[str]
) -> None:
    reference = refuse(office)

    def file() -> Objection:
        return object_to(office, reference, at=on_day("2026-03-05"), receivedOn=received)

    if expected:
        assert refused(file) == expected
    else:
        assert file().received_on == date.fromisoformat(received)


@pytest.mark.parametrize(
    ("late", "excusable", "outcome", "may"),
    [
        (False, None, "unfounded", True),
        (False, None, "inadmissible", True),
        (False, True, "unfounded", False),
        (True, None, "unfounded", False),
        (True, False, "unfounded", False),
        (True, True, "unfounded", True),
        (True, None, "inadmissible", True),
        (True, False, "inadmissible", True),
    ],
)
def test_a_late_objection_is_inadmissible_unless_it_is_excused(
    office: Engine, late: bool, excusable: bool | None, outcome: str, may: bool
) -> None:
    at = on_day("2026-04-14" if late else "2026-04-13")
    found = object_to(office, refuse(office), at=at)
    on(office, found, "hear", {"heldOn": at.date().isoformat()}, at=at)
    body = {"outcome": outcome, "reasons": "R", **({} if excusable is None else {"excusable": excusable})}
    if may:
        assert on(office, found, "decide", body, at=at).state == outcome
    else:
        assert refused(lambda: on(office, found, "decide", body, at=at)) == ["objection.late-is-inadmissible"]


# Hearing.


@pytest.mark.parametrize(
    ("by", "heard_by", "expected"),
    [
        (COORDINATOR, None, []),
        (COORDINATOR, "buitenstaander-1", []),
        (COORDINATOR, OFFICER.person, ["objection.heard-by-someone-else"]),  # proposed it
        (COORDINATOR, AUTHORITY.person, ["objection.heard-by-someone-else"]),  # decided
        (OFFICER, None, ["duty.role"]),
        (EMPLOYER, None, ["duty.own-organisation"]),
    ],
)
def test_the_hearing_is_held_by_someone_not_involved_in_the_decision(
    office: Engine, by: Actor, heard_by: str | None, expected: list[str]
) -> None:
    found = object_to(office, refuse(office))
    body = {"heldOn": "2026-03-02", **({"heardBy": heard_by} if heard_by else {})}
    if expected:
        assert refused(lambda: on(office, found, "hear", body, by=by)) == expected
    else:
        assert on(office, found, "hear", body, by=by).heard_on == date(2026, 3, 2)
        assert work(office, found.id) == [("decide", "coordinator")]


@pytest.mark.parametrize(
    ("held_on", "expected"),
    [("2026-03-02", "step.not-before"), ("2026-03-03", None), ("2026-03-05", "step.not-in-future")],
)
def test_the_hearing_is_between_the_receipt_and_today(office: Engine, held_on: str, expected: str | None) -> None:
    found = object_to(office, refuse(office), at=START + DAY)

    def hear() -> Objection:
        return on(office, found, "hear", {"heldOn": held_on}, at=START + 2 * DAY)

    if expected:
        assert refused(hear) == [expected]
    else:
        assert hear().state is ObjectionState.HEARD


@pytest.mark.parametrize(("hearing_on", "may"), [("2026-03-01", False), ("2026-03-02", True)])
def test_the_official_is_invited_to_a_hearing_that_is_still_to_come(office: Engine, hearing_on: str, may: bool) -> None:
    found = object_to(office, refuse(office))
    if may:
        on(office, found, "plan-hearing", {"hearingOn": hearing_on})
        assert letters(office)["hearing-invitation"] == {"hearing_on": hearing_on}
    else:
        assert refused(lambda: on(office, found, "plan-hearing", {"hearingOn": hearing_on})) == ["step.not-before"]


def test_the_actions_of_a_case_complete_its_objection(office: Engine) -> None:
    reference = refuse(office)
    for event in ("file-objection", "plan-hearing", "hear", "decide", "record-appeal", "record-judgment"):
        act(office, reference, event, at=START, among_all=True)
    assert row(office, Objection).judgment == "unfounded"
    assert problems(office) == []


def test_the_actions_of_a_case_propose_the_employers_people_for_the_employers_decision(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    reference = receive(office)
    act(office, reference, "request-loan", at=START, among_all=True)
    for event in ("decline", "file-objection"):
        act(office, reference, event, at=START, which=lambda action: action.chart == "loan", among_all=True)
    for event in ("hear", "decide"):
        act(office, reference, event, at=START, among_all=True)
    decided = row(office, Objection)
    assert decided.decided_by != row(office, Loan).decided_by
    assert decided.application == reference
