"""Handoff work: one item for each step, completed by its event, also on an ended case; the case continues."""

from datetime import timedelta
from typing import Any

import pytest
from office import (
    ADVISER,
    AUTHORITY,
    COORDINATOR,
    GOUDVEEN,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    do,
    is_ended,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session
from stages import fill_every_stage

from rules.core.dates import office_time_text
from rules.core.roles import Actor, Role
from rules.queue.priority import start_by
from rules.threats.handoff import HandOffOutcome, HandOffStep
from rules.threats.urgency import Urgency
from states.charts.application import Stage
from states.commands.available_actions import actions
from states.queue.explanation import explain
from states.tables.application import Application, HandOff, ThreatSignal
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox
from states.tables.work import WorkItem

CALL, REPORT, SUPPORT, CONTACT, LOAN = HandOffStep
LATER = START + timedelta(hours=1)


def threaten(engine: Engine, reference: str, kind: str = "death-threat", *, at: Any = START, **more: Any) -> None:
    body = {"kind": kind, "source": "applicant", **more}
    do(engine, "application", reference, "record-threat", by=OFFICER, at=at, body=body)


def record(
    engine: Engine, reference: str, step: HandOffStep, *, by: Actor = OFFICER, at: Any = LATER, **more: Any
) -> None:
    do(engine, "application", reference, "record-hand-off", by=by, at=at, body={"step": step, **more})


def waiting(engine: Engine, reference: str) -> dict[str, WorkItem]:
    """The open steps of a case by name."""
    mine = (WorkItem.subject == reference, WorkItem.done_at == None)  # noqa: E711  # as SQL says it
    return {item.action: item for item in rows(engine, WorkItem, *mine) if item.action in set(HandOffStep)}


@pytest.mark.parametrize(
    ("signal", "steps"),
    [
        ({"kind": "acute-danger"}, [CALL, REPORT, SUPPORT, CONTACT, LOAN]),
        ({"kind": "acute-danger", "reportedToPolice": True}, [CALL, SUPPORT, CONTACT, LOAN]),
        ({"kind": "acute-danger", "source": "police"}, [CALL, SUPPORT, CONTACT, LOAN]),
        ({"kind": "acute-danger", "occurredOn": "2026-01-30"}, [REPORT, SUPPORT, CONTACT, LOAN]),  # 31 days: urgent
        ({"kind": "death-threat"}, [REPORT, SUPPORT, CONTACT, LOAN]),
        ({"kind": "intimidation"}, [REPORT, SUPPORT, CONTACT]),
        ({"kind": "intimidation", "reportedToPolice": True}, [SUPPORT, CONTACT]),
        ({"kind": "online-harassment", "occurredOn": "2026-01-30"}, [REPORT, SUPPORT]),
    ],
)
def test_a_signal_requires_its_steps(office: Engine, signal: dict[str, Any], steps: list[HandOffStep]) -> None:
    reference = receive(office)
    threaten(office, reference, **signal)
    assert set(waiting(office, reference)) == set(steps)


def test_a_signal_keeps_the_row_and_the_version_by_which_it_has_its_class(office: Engine) -> None:
    reference = receive(office)
    threaten(office, reference, source="third-party", reportedToPolice=True)
    signal = row(office, ThreatSignal)
    assert (signal.urgency, signal.table_row, str(signal.table_since)) == ("acute", "U3", "2026-01-01")
    entry = row(office, LedgerEntry, LedgerEntry.event == "record-threat")
    assert entry.changes[f"threat_signal:{signal.id}"]["table_row"] == "U3"
    asked = next(line for line in entry.receipt if line["rule"] == "urgency.class-by-table")
    assert (asked["facts"]["row"], asked["facts"]["reported"], asked["objects"]) == ("U3", True, False)
    assert set(asked["values"]) == {"urgency_table", "recent_signal_days"}
    assert problems(office) == []


@pytest.mark.parametrize("kind", ["acute-danger", "online-harassment"])
def test_a_threat_is_recorded_and_handed_over_in_every_stage_and_changes_no_stage(
    prepared: Prepared, kind: str
) -> None:
    engine = prepared("every-stage", fill_every_stage)
    cases = rows(engine, Application)
    assert {case.state for case in cases} == set(Stage)
    at = START + timedelta(days=30)
    for case in cases:
        do(
            engine,
            "application",
            case.id,
            "record-threat",
            by=Actor(case.applicant, Role.APPLICANT),
            at=at,
            body={"kind": kind, "source": "applicant"},
        )
        open_now = waiting(engine, case.id)
        assert len(open_now) == (5 if kind == "acute-danger" else 3)
        for item in open_now.values():
            assert item.role == "officer"
            assert item.lane == (1 if kind == "acute-danger" else 3)
            due = start_by(at, "intake", Urgency.ACUTE if kind == "acute-danger" else Urgency.ELEVATED)
            assert due - timedelta(milliseconds=1) < item.start_by < due
        in_order = sorted(open_now.values(), key=lambda item: item.start_by)
        assert [item.action for item in in_order] == [step for step in HandOffStep if step in open_now]
        record(engine, case.id, SUPPORT, at=at)
        assert SUPPORT not in waiting(engine, case.id)
        now = row(engine, Application, Application.id == case.id)
        assert (now.state, now.ended_on) == (case.state, case.ended_on)
    assert any(is_ended(case.state) for case in cases)
    assert len(rows(engine, Outbox, Outbox.letter == "threat-handoff")) == len(cases)
    assert len(rows(engine, HandOff)) == len(cases)
    assert problems(engine) == []


def test_two_threats_in_one_case_make_one_item_for_each_step_and_require_completed_steps_again(
    office: Engine,
) -> None:
    reference = receive(office)
    threaten(office, reference, "intimidation")
    threaten(office, reference, "stalking", at=LATER)
    assert set(waiting(office, reference)) == {REPORT, SUPPORT, CONTACT, LOAN}
    assert {item.lane for item in waiting(office, reference).values()} == {2}
    assert len(rows(office, ThreatSignal)) == 2
    record(office, reference, REPORT)
    threaten(office, reference, "stalking", at=LATER + timedelta(hours=1), reportedToPolice=True)
    assert REPORT not in waiting(office, reference)
    threaten(office, reference, "stalking", at=LATER + timedelta(hours=2))
    assert REPORT in waiting(office, reference)


def test_the_steps_keep_their_order_when_the_case_moves_to_another_lane(office: Engine) -> None:
    reference = receive(office)
    threaten(office, reference, "stalking")
    threaten(office, reference, "acute-danger", at=LATER)
    moved = sorted(waiting(office, reference).values(), key=lambda item: item.position)
    assert {item.lane for item in moved} == {1}
    assert len({item.position for item in moved}) == 5
    assert [item.action for item in moved if item.action != "call-112"] == [REPORT, SUPPORT, CONTACT, LOAN]


def test_the_start_of_a_step_is_explained_by_the_minute_of_its_signal(office: Engine) -> None:
    reference = receive(office)
    threaten(office, reference, "acute-danger", at=LATER)
    with Session(office) as session:
        recipients = explain(session, session.get_one(WorkItem, waiting(office, reference)["call-112"].id), at=LATER)
    words = {factor["factor"]: factor["what"] for factor in recipients["factors"]}
    assert words["startBy"] == f"Acute work starts at once: from {office_time_text(LATER)}."


@pytest.mark.parametrize("outcome", HandOffOutcome)
@pytest.mark.parametrize("by", [OFFICER, ADVISER, COORDINATOR])
def test_a_step_is_closed_with_any_outcome(office: Engine, outcome: HandOffOutcome, by: Actor) -> None:
    reference = receive(office)
    threaten(office, reference)
    record(office, reference, REPORT, by=by, outcome=outcome, externalReference="PL-2026-17", doneOn="2026-03-02")
    kept = row(office, HandOff)
    assert (kept.step, kept.outcome, kept.external_reference) == (REPORT, outcome, "PL-2026-17")
    assert set(waiting(office, reference)) == {SUPPORT, CONTACT, LOAN}
    assert problems(office) == []


@pytest.mark.parametrize(
    ("step", "more", "rule"),
    [
        (CALL, {}, "hand-off.call-has-time-only"),
        (CALL, {"time": "10:59", "externalReference": "P-1"}, "hand-off.call-has-time-only"),
        (CALL, {"time": "11:01"}, "hand-off.not-in-future"),  # it is 11:00 in the Netherlands
        (CALL, {"time": "23:00", "doneOn": "2026-02-28"}, "hand-off.not-before-signal"),
        (REPORT, {"doneOn": "2026-03-03"}, "hand-off.not-in-future"),
        (REPORT, {"doneOn": "2026-02-28"}, "hand-off.not-before-signal"),
        (REPORT, {"time": "10:00"}, "hand-off.call-has-time-only"),
        (CONTACT, {}, "hand-off.contact-with-consent"),
        (CONTACT, {"consent": False}, "hand-off.contact-with-consent"),
    ],
)
def test_an_impossible_step_is_refused(office: Engine, step: HandOffStep, more: dict[str, Any], rule: str) -> None:
    reference = receive(office)
    threaten(office, reference, "acute-danger", occurredOn="2026-03-01")
    assert refused(lambda: record(office, reference, step, **more)) == [rule]
    assert step in waiting(office, reference)


def test_of_a_call_to_112_only_the_time_is_kept(office: Engine) -> None:
    reference = receive(office)
    threaten(office, reference, "acute-danger")
    record(office, reference, CALL, time="11:00", at=LATER)
    kept = row(office, HandOff)
    assert (kept.time, kept.consent, kept.external_reference) == ("11:00", None, None)
    entry = row(office, LedgerEntry, LedgerEntry.event == "record-hand-off")
    assert (entry.facts["time"], entry.content) == ("11:00", {})


def test_a_step_that_no_signal_requires_is_not_recorded_nor_one_a_second_time(office: Engine) -> None:
    reference = receive(office)
    assert refused(lambda: record(office, reference, SUPPORT)) == ["hand-off.step-is-open"]
    threaten(office, reference)
    record(office, reference, SUPPORT)
    assert refused(lambda: record(office, reference, SUPPORT)) == ["hand-off.step-is-open"]
    assert refused(lambda: record(office, reference, REPORT, by=AUTHORITY)) == ["duty.role"]


@pytest.mark.parametrize(
    ("more", "recipients"),
    [
        ({"consent": True}, ["security-contact-goudveen-1", "security-contact-zilverdam-1"]),
        ({"consent": False, "outcome": "declined-by-official"}, []),
        ({"outcome": "not-needed"}, []),
    ],
)
def test_the_security_contacts_of_the_employers_are_notified_with_consent_only(
    office: Engine,
    more: dict[str, Any],
    recipients: list[str],
) -> None:
    reference = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    threaten(office, reference)
    record(office, reference, CONTACT, **more)
    letters = rows(office, Outbox, Outbox.letter == "security-contact-informed")
    assert sorted(letter.recipient for letter in letters) == recipients
    assert all(letter.facts == {} for letter in letters)


def test_the_proposed_steps_are_accepted_one_after_another(office: Engine) -> None:
    reference = receive(office)
    threaten(office, reference, "acute-danger")
    for step in HandOffStep:
        assert act(office, reference, "record-hand-off", at=LATER).row.id == reference
        assert step not in waiting(office, reference)
    with Session(office) as session:
        application = session.get_one(Application, reference)
        proposed = {action.event: action for action in actions(session, application, at=LATER)}
    assert not proposed["record-hand-off"].allowed
    assert proposed["start-intake"].allowed
    assert {kept.step for kept in rows(office, HandOff)} == set(HandOffStep)
    assert person(Role.OFFICER).person == proposed["start-intake"].person
