"""Objections (Awb chapters 6 and 7): in time or late, heard or not, decided by another hand, and what follows."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from office import (
    AUTHORITY,
    COORDINATOR,
    GOUDVEEN,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    application_body,
    bare,
    do,
    enrol,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    stage,
    walk,
)
from sqlalchemy import Engine
from sqlmodel import Session

from notifications.letters import render
from rules.core.dated_values import value
from rules.core.roles import ENGINE, Actor, Role
from rules.procedure import objections
from states.charts.application import Stage
from states.charts.loan import LoanState
from states.charts.objection import ObjectionState
from states.commands.available_actions import actions
from states.jobs.reminders import pass_due
from states.letters.triggers import LETTERS
from states.storage.database import transaction, vault_of
from states.tables.application import Application
from states.tables.deadlines import Reminder, Term, TermSuspension
from states.tables.ledger import LedgerEntry, Stream
from states.tables.letters import Outbox
from states.tables.loans import Loan, Objection
from states.tables.work import WorkItem

DAY = timedelta(days=1)
EMPLOYER, SECOND = person(Role.EMPLOYER, ZILVERDAM), person(Role.EMPLOYER, ZILVERDAM, number=2)
LAST_DAY = date(2026, 4, 13)
"""Six weeks after Monday 2 March 2026, on which the decisions here are announced."""


def on_day(day: str) -> datetime:
    """Noon of a day."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def refuse(engine: Engine) -> str:
    """A councillor whom the security authority refused on 2 March 2026; the officer proposed it."""
    reference = receive(engine, office="municipal-councillor")
    for event in ("start-intake", "intend-refusal", "record-view", "refuse"):
        act(engine, reference, event, at=START)
    return reference


def decline(engine: Engine, **changes: Any) -> Loan:
    """A loan without an application that the employer declined on 2 March 2026."""
    body = {
        **{key: application_body()[key] for key in ("office", "name", "email", "certainSince")},
        "organisation": ZILVERDAM,
        "description": "Een noodknop",
        **changes,
    }
    loan: Loan = do(engine, "loan", None, "request", by=OFFICER, body=body).row
    do(engine, "loan", loan.id, "decline", by=EMPLOYER, body={"reasons": "Niet nodig"})
    return loan


def object_to(
    engine: Engine, reference: str, *, at: datetime = START, by: Actor = OFFICER, **changes: Any
) -> Objection:
    """An objection to the refusal of an application."""
    body = {"against": "refusal", "grounds": "Het ambt is verkeerd vastgelegd", **changes}
    do(engine, "application", reference, "file-objection", by=by, at=at, body=body)
    filed = rows(engine, LedgerEntry, LedgerEntry.stream == reference, LedgerEntry.event == "file")
    found: Objection = row(engine, Objection, Objection.id == filed[-1].subject)
    return found


def on(
    engine: Engine,
    objection: Objection,
    event: str,
    body: Mapping[str, Any] | None = None,
    *,
    by: Actor = COORDINATOR,
    at: datetime = START,
) -> Objection:
    """One event on an objection, by the coordinator unless said otherwise."""
    found: Objection = do(engine, "objection", objection.id, event, by=by, at=at, body=body).row
    return found


def heard(engine: Engine, reference: str) -> Objection:
    """An objection on which the official was heard."""
    return on(engine, object_to(engine, reference), "hear", {"heldOn": "2026-03-02"})


def letters(engine: Engine) -> dict[str, Mapping[str, Any]]:
    """The letters that were asked for, with their facts."""
    return {letter.letter: letter.facts for letter in rows(engine, Outbox)}


def work(engine: Engine, subject: str) -> list[tuple[str, str]]:
    """What waits to be done for a subject, and whose work it is."""
    found = rows(engine, WorkItem, WorkItem.subject == subject)
    return [(item.action, item.role) for item in found if item.done_at is None]


# To which decision.


def no_measures(engine: Engine) -> str:
    reference = receive(engine)
    walk(engine, reference, Stage.NO_MEASURES, choose=bare)
    return reference


def not_processed(engine: Engine) -> str:
    reference = receive(engine)
    act(engine, reference, "invite-completion", at=START)
    act(engine, reference, "not-process", at=START + 15 * DAY)
    return reference


def lapsed(engine: Engine) -> str:
    reference = receive(engine)
    do(engine, "application", reference, "lapse", by=ENGINE)
    return reference


ENDED = {"refusal": refuse, "no-measures": no_measures, "not-processed": not_processed, "lapsed": lapsed}


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


def test_the_decisions_that_there_are_are_named() -> None:
    found = objections.against_decision(against=objections.Against.PENALTY, made=["refusal", "payment"])
    assert found is not None
    assert "refusal, payment" in found.message
    assert "refusal, payment" in found.message_nl


def test_one_objects_once_to_a_decision_and_anew_after_withdrawing(office: Engine) -> None:
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


def test_grounds_stand_in_the_vault_alone(office: Engine) -> None:
    found = heard(office, refuse(office))
    with Session(office) as session:
        stream = session.get_one(Stream, found.stream)
        assert vault_of(session).content(session, stream, found.id)["grounds"] == "Het ambt is verkeerd vastgelegd"
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
        ("2026-04-14", "2026-04-13", False),  # posted in time, and there within a week (Awb 6:9(2))
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
def test_the_decision_is_due_weeks_after_the_term_to_object_and_not_before_a_late_one_came(
    office: Engine, committee: bool, received: str, due_on: str
) -> None:
    object_to(office, refuse(office), at=on_day("2026-04-30"), receivedOn=received, committee=committee)
    assert row(office, Term, Term.kind == "objection-decision").due_on == date.fromisoformat(due_on)


def test_who_objects_here_does_so_today_and_the_office_records_what_came_before(office: Engine) -> None:
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
def test_an_objection_comes_after_the_decision_and_not_after_today(
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
def test_whoever_hears_had_no_hand_in_the_decision(
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
def test_the_hearing_lies_between_the_receipt_and_today(office: Engine, held_on: str, expected: str | None) -> None:
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


@pytest.mark.parametrize(
    ("ground", "outcomes"),
    [
        ("manifestly-inadmissible", {"inadmissible"}),
        ("manifestly-unfounded", {"unfounded"}),
        ("declared", {"founded", "unfounded", "inadmissible"}),
        ("no-answer", {"founded", "unfounded", "inadmissible"}),
        ("met-in-full", {"founded"}),
    ],
)
def test_without_a_hearing_the_outcome_fits_the_ground(ground: str, outcomes: set[str]) -> None:
    waiver = objections.Waiver(ground)
    fits = {
        str(item) for item in objections.ObjectionOutcome if objections.waiver_fits(waiver=waiver, outcome=item) is None
    }
    assert fits == outcomes


def test_nobody_decides_before_hearing_but_that_an_objection_is_manifestly_inadmissible(office: Engine) -> None:
    found = object_to(office, refuse(office))
    for outcome in ("founded", "unfounded"):
        body = {"outcome": outcome, "reasons": "R", **({"reopenAt": "intake"} if outcome == "founded" else {})}
        assert refused(lambda b=body: on(office, found, "decide", b)) == ["objection.heard-first"]
    body = {"outcome": "inadmissible", "reasons": "R"}
    assert on(office, found, "decide", body).state is ObjectionState.INADMISSIBLE


def test_who_is_not_heard_for_a_ground_can_be_heard_after_all(office: Engine) -> None:
    found = object_to(office, refuse(office))
    on(office, found, "waive-hearing", {"ground": "manifestly-unfounded", "reasons": "R"})
    assert work(office, found.id) == [("decide", "coordinator")]
    body = {"outcome": "inadmissible", "reasons": "R"}
    assert refused(lambda: on(office, found, "decide", body)) == ["objection.waiver-fits-the-outcome"]
    again = on(office, found, "hear", {"heldOn": "2026-03-02"})
    assert (again.state, again.waiver) == (ObjectionState.HEARD, None)
    assert on(office, found, "decide", body).state is ObjectionState.INADMISSIBLE


# The time it takes.


@pytest.mark.parametrize(("day", "may"), [("2026-05-25", True), ("2026-05-26", True), ("2026-05-27", False)])
def test_the_decision_is_put_off_in_time_and_by_six_weeks(office: Engine, day: str, may: bool) -> None:
    found = object_to(office, refuse(office))

    def put_off() -> Objection:
        return on(office, found, "put-off", {"reasons": "R"}, at=on_day(day))

    if not may:
        assert refused(put_off) == ["objection.put-off-once"]
        return
    assert put_off().put_off_from == date(2026, 5, 26)
    terms = {term.kind: term for term in rows(office, Term)}
    assert terms["objection-decision"].ended_by == "put-off"
    assert terms["objection-put-off"].due_on == date(2026, 7, 7)
    assert letters(office)["objection-put-off"] == {"due_on": "2026-07-07"}
    assert refused(put_off) == ["objection.put-off-once"]


@pytest.mark.parametrize(
    ("ground", "attributed_to", "since", "until", "due_on"),
    [
        ("omission", "applicant", "2026-04-20", "2026-04-19", "2026-05-26"),
        ("omission", "applicant", "2026-04-20", "2026-04-20", "2026-05-26"),  # Whit Monday lay in between anyhow
        ("agreed", "applicant", "2026-04-20", "2026-04-22", "2026-05-28"),
        ("procedure", "office", "2026-04-14", "2026-04-20", "2026-06-01"),
        ("procedure", "office", "2026-04-13", "2026-04-13", "2026-05-26"),  # the term had not begun
    ],
)
def test_the_term_to_decide_stands_still_for_an_interval(
    office: Engine, ground: str, attributed_to: str, since: str, until: str, due_on: str
) -> None:
    found = object_to(office, refuse(office))
    body = {"ground": ground, "since": since, "reasons": "R"}
    on(office, found, "suspend", body, at=on_day("2026-04-20"))
    assert refused(lambda: on(office, found, "suspend", body)) == ["step.term-suspendable"]
    assert refused(lambda: on(office, found, "put-off", {"reasons": "R"})) == ["objection.put-off-once"]
    on(office, found, "resume", {"until": until}, at=on_day("2026-04-23"))
    term = row(office, Term, Term.kind == "objection-decision")
    assert term.due_on == date.fromisoformat(due_on)
    assert refused(lambda: on(office, found, "resume", {"until": until})) == ["step.term-suspended"]
    assert row(office, TermSuspension).attributed_to == attributed_to


def test_the_coordinator_is_warned_and_the_term_does_not_end_by_itself(office: Engine) -> None:
    object_to(office, refuse(office))
    with transaction(office) as session:
        pass_due(session, at=on_day("2026-05-27"), limit=10)
    term = row(office, Term, Term.kind == "objection-decision")
    assert term.ended_on is None
    assert {item.recipient for item in rows(office, Reminder, Reminder.term == term.id)} == {COORDINATOR.person}


# The decision.


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (COORDINATOR, []),
        (AUTHORITY, ["objection.decided-by-someone-else"]),
        (person(Role.SECURITY_AUTHORITY, number=2), []),
        (OFFICER, ["duty.role"]),
        (EMPLOYER, ["duty.own-organisation"]),
    ],
)
def test_whoever_took_the_decision_does_not_decide_on_the_objection(
    office: Engine, by: Actor, expected: list[str]
) -> None:
    found = heard(office, refuse(office))
    body = {"outcome": "unfounded", "reasons": "R"}
    if expected:
        assert refused(lambda: on(office, found, "decide", body, by=by)) == expected
        return
    decided = on(office, found, "decide", body, by=by)
    assert (decided.state, decided.decided_by) == (ObjectionState.UNFOUNDED, by.person)
    assert letters(office)["objection-decision"] == {"outcome": "unfounded", "appeal_until": "2026-04-13"}
    assert row(office, Term, Term.kind == "objection-decision").ended_by == "decide"
    assert work(office, found.id) == []


REOPENS = {
    "refusal": ("intake", "interview-held"),
    "not-processed": ("intake",),
    "lapsed": ("intake",),
    "no-measures": ("advice",),
    "second-home-declined": ("advice",),
}


@pytest.mark.parametrize("against", ENDED)
def test_a_founded_objection_lets_the_application_go_on_at_a_stage_that_fits(office: Engine, against: str) -> None:
    at = START + 20 * DAY
    reference = ENDED[against](office)
    found = object_to(office, reference, at=at, against=against)
    on(office, found, "hear", {"heldOn": at.date().isoformat()}, at=at)
    body = {"outcome": "founded", "reasons": "R"}
    wrong = "booking"
    for named in ({}, {"reopenAt": wrong}):
        assert refused(lambda n=named: on(office, found, "decide", {**body, **n}, at=at)) == ["objection.reopens-at"]
    decided = on(office, found, "decide", {**body, "reopenAt": REOPENS[against][0]}, at=at)
    assert decided.reopened_at == REOPENS[against][0]
    assert stage(office, reference) == REOPENS[against][0]
    entry = row(office, LedgerEntry, LedgerEntry.event == "reopen")
    assert entry.facts["objection"] == found.id


def test_every_decision_has_someone_to_decide_on_objections_and_a_stage_or_none() -> None:
    on_that_day = START.date()
    names = {str(item) for item in objections.Against}
    assert set(value("objection_decided_by", on_that_day)) == names
    stages = value("objection_reopens_at", on_that_day)
    assert {key: tuple(found) for key, found in stages.items() if found} == REOPENS
    assert set(stages) == names


@pytest.mark.parametrize("outcome", ["unfounded", "inadmissible"])
def test_nothing_goes_on_when_the_objection_does_not_hold(office: Engine, outcome: str) -> None:
    reference = refuse(office)
    found = heard(office, reference)
    body = {"outcome": outcome, "reasons": "R"}
    assert refused(lambda: on(office, found, "decide", {**body, "reopenAt": "intake"})) == ["objection.reopens-at"]
    on(office, found, "decide", body)
    assert stage(office, reference) is Stage.REFUSED
    assert problems(office) == []


def test_the_official_withdraws_the_objection(office: Engine) -> None:
    reference = refuse(office)
    found = object_to(office, reference)
    applicant = Actor(row(office, Application).applicant, Role.APPLICANT)
    assert on(office, found, "withdraw", by=applicant).state is ObjectionState.WITHDRAWN
    assert "objection-withdrawn" in letters(office)
    assert work(office, found.id) == []
    body = {"filedOn": "2026-03-02", "courtCase": "SGR-26/1"}
    assert refused(lambda: on(office, found, "record-appeal", body)) == ["chart.state"]


# Appeal.


def test_an_appeal_and_its_judgment_are_recorded_as_facts_each_once(office: Engine) -> None:
    found = heard(office, refuse(office))
    on(office, found, "decide", {"outcome": "unfounded", "reasons": "R"})
    at = START + 10 * DAY
    judgment = {"judgedOn": "2026-03-12", "outcome": "founded"}
    expected = ["objection.judgment-after-appeal"]
    assert refused(lambda: on(office, found, "record-judgment", judgment, at=at)) == expected
    for filed_on, rule in (("2026-03-01", "step.not-before"), ("2026-03-13", "step.not-in-future")):
        body = {"filedOn": filed_on, "courtCase": "SGR-26/1"}
        assert refused(lambda b=body: on(office, found, "record-appeal", b, at=at)) == [rule]
    appeal = {"filedOn": "2026-03-10", "courtCase": "SGR-26/1"}
    on(office, found, "record-appeal", appeal, by=OFFICER, at=at)
    assert refused(lambda: on(office, found, "record-appeal", appeal, at=at)) == expected
    early = {"judgedOn": "2026-03-09", "outcome": "founded"}
    assert refused(lambda: on(office, found, "record-judgment", early, at=at)) == ["step.not-before"]
    judged = on(office, found, "record-judgment", judgment, at=at)
    assert (judged.court_case, judged.judgment, judged.state) == ("SGR-26/1", "founded", ObjectionState.UNFOUNDED)
    assert refused(lambda: on(office, found, "record-judgment", judgment, at=at)) == expected
    assert problems(office) == []


# To declining a loan.


def object_to_loan(engine: Engine, loan: Loan, **how: Any) -> Objection:
    """An objection to declining a loan."""
    do(engine, "loan", loan.id, "file-objection", **{"by": OFFICER, **how}, body={"grounds": "Het advies duurt lang"})
    found: Objection = row(engine, Objection, Objection.loan == loan.id)
    return found


def test_a_founded_objection_puts_a_declined_loan_back_to_its_employer(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    loan = decline(office)
    found = object_to_loan(office, loan)
    assert (found.organisation, found.application, found.stream) == (ZILVERDAM, None, loan.id)
    assert work(office, found.id) == [("hear", "employer")]
    expected = ["objection.heard-by-someone-else"]
    assert refused(lambda: on(office, found, "hear", {"heldOn": "2026-03-02"}, by=EMPLOYER)) == expected
    on(office, found, "hear", {"heldOn": "2026-03-02"}, by=SECOND)
    body = {"outcome": "founded", "reasons": "R"}
    assert refused(lambda: on(office, found, "decide", body, by=EMPLOYER)) == ["objection.decided-by-someone-else"]
    on(office, found, "decide", body, by=SECOND)
    back = row(office, Loan)
    assert (back.state, back.decided_on, back.decided_by) == (LoanState.REQUESTED, None, None)
    assert work(office, loan.id) == [("grant", "employer")]
    assert problems(office) == []


def test_after_a_second_declining_one_can_object_anew(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    loan = decline(office)
    first = object_to_loan(office, loan)
    on(office, first, "hear", {"heldOn": "2026-03-02"}, by=SECOND)
    on(office, first, "decide", {"outcome": "founded", "reasons": "R"}, by=SECOND)
    do(office, "loan", loan.id, "decline", by=SECOND, body={"reasons": "Nog steeds niet"})
    do(office, "loan", loan.id, "file-objection", by=OFFICER, body={})
    assert len(rows(office, Objection, Objection.loan == loan.id)) == len(("first", "second"))


@pytest.mark.parametrize("event", ["hear", "waive-hearing", "put-off", "decide"])
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (COORDINATOR, "objection.handled-by"),
        (person(Role.EMPLOYER, GOUDVEEN), "duty.own-organisation"),
    ],
)
def test_an_objection_to_an_employers_decision_is_that_employers_work(
    office: Engine, event: str, by: Actor, expected: str
) -> None:
    found = object_to_loan(office, decline(office))
    body = {
        "hear": {"heldOn": "2026-03-02"},
        "waive-hearing": {"ground": "declared", "reasons": "R"},
        "put-off": {"reasons": "R"},
        "decide": {"outcome": "inadmissible", "reasons": "R"},
    }[event]
    assert refused(lambda: on(office, found, event, body, by=by)) == [expected]


def test_the_employer_is_warned_of_its_own_term(office: Engine) -> None:
    object_to_loan(office, decline(office))
    term = row(office, Term, Term.kind == "objection-decision")
    assert (term.owner, term.organisation) == ("employer", ZILVERDAM)
    with transaction(office) as session:
        pass_due(session, at=on_day("2026-05-27"), limit=10)
    told = {item.threshold: item.recipient for item in rows(office, Reminder, Reminder.term == term.id)}
    assert told == {"100%": EMPLOYER.person, "secretary": "secretary-zilverdam-1"}


def test_a_loan_that_was_not_declined_is_not_objected_to(office: Engine) -> None:
    loan = decline(office)
    object_to_loan(office, loan)
    assert refused(lambda: object_to_loan(office, loan)) == ["objection.once"]
    granted = decline(office, name="B. Ander")
    do(office, "loan", granted.id, "file-objection", by=EMPLOYER, body={})
    body = {key: application_body()[key] for key in ("office", "name", "email", "certainSince")}
    asked = do(
        office, "loan", None, "request", by=OFFICER, body={**body, "organisation": ZILVERDAM, "description": "D"}
    ).row
    assert refused(lambda: object_to_loan(office, asked)) == ["chart.state"]


def test_the_actions_of_a_case_carry_its_objection_to_the_end(office: Engine) -> None:
    reference = refuse(office)
    for event in ("file-objection", "plan-hearing", "hear", "decide", "record-appeal", "record-judgment"):
        act(office, reference, event, at=START)
    assert row(office, Objection).judgment == "unfounded"
    assert problems(office) == []


def test_the_actions_of_a_case_propose_the_employers_people_for_the_employers_decision(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    reference = receive(office)
    act(office, reference, "request-loan", at=START)
    act(office, reference, "decline", at=START, which=lambda action: action.chart == "loan")
    act(office, reference, "file-objection", at=START, which=lambda action: action.chart == "loan")
    for event in ("hear", "decide"):
        act(office, reference, event, at=START)
    decided = row(office, Objection)
    assert decided.decided_by != row(office, Loan).decided_by
    assert decided.application == reference


def test_every_letter_of_a_loan_and_of_an_objection_can_be_written(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
    loan, reference = decline(office), refuse(office)
    found = object_to_loan(office, loan)
    on(office, found, "plan-hearing", {"hearingOn": "2026-03-09"}, by=SECOND)
    on(office, found, "put-off", {"reasons": "R"}, by=SECOND)
    on(office, found, "hear", {"heldOn": "2026-03-02"}, by=SECOND)
    on(office, found, "decide", {"outcome": "founded", "reasons": "R"}, by=SECOND)
    on(office, object_to(office, reference), "withdraw", by=OFFICER)
    for estate, key in ((False, loan.id), (True, decline(office, name="B. Ander").id)):
        if estate:
            again = object_to_loan(office, row(office, Loan, Loan.id == key))
            on(office, again, "waive-hearing", {"ground": "met-in-full", "reasons": "R"}, by=SECOND)
            on(office, again, "decide", {"outcome": "founded", "reasons": "R"}, by=SECOND)
        do(office, "loan", key, "grant", by=EMPLOYER)
        do(office, "loan", key, "lend", by=EMPLOYER, body={"lentOn": "2026-03-02"})
        do(office, "loan", key, "end-with-office", by=EMPLOYER, body={"endedOn": "2026-03-02", "estate": estate})
    always = {"link": "http://localhost/", "sent_on": "2026-03-02"}
    written = set()
    for letter in rows(office, Outbox):
        for language in ("nl", "en"):
            assert render(letter.letter, {**letter.facts, **always, "reference": letter.application}, language).body
        written.add(letter.letter)
    asked = {line.letter for (chart, _), lines in LETTERS.items() for line in lines if chart in {"loan", "objection"}}
    assert asked <= written
    assert problems(office) == []
