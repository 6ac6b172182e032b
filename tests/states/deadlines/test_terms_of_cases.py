"""Terms of cases: their starts, changes and ends, and the reminders that the clock sends once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from office import (
    EMPLOYER,
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
    snapshot,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session, col

from rules.core.roles import Role
from rules.deadlines.suspensions import attribution
from states.charts.application import Stage
from states.deadlines.term_query import intervals
from states.jobs.reminders import pass_due
from states.storage import ledger
from states.storage.database import transaction
from states.tables.application import Application, Takeover
from states.tables.deadlines import Reminder, Term, TermSuspension, Threshold
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox

ADOPTED = datetime(2026, 6, 1, 9, tzinfo=UTC)
"""A Monday; eight weeks later is Monday 27 July."""


def fill_term(engine: Engine) -> None:
    """An application whose two employers received the request on 1 June 2026."""
    reference = receive(engine, at=ADOPTED, employers=[ZILVERDAM, GOUDVEEN])
    walk(engine, reference, Stage.TAKEOVER, at=ADOPTED)
    for asked in rows(engine, Takeover):
        by = person(Role.EMPLOYER, asked.organisation)
        body = {"receivedOn": "2026-06-01"}
        do(engine, "takeover", asked.id, "confirm-receipt", by=by, at=ADOPTED + timedelta(hours=1), body=body)


@pytest.fixture
def running(prepared: Prepared) -> Engine:
    return prepared("running-term", fill_term)


def term(engine: Engine, organisation: str = ZILVERDAM) -> Term:
    found: Term = row(engine, Term, Term.kind == "takeover", Term.organisation == organisation)
    return found


def change(
    engine: Engine, event: str, body: dict[str, Any], *, on: date = date(2026, 6, 1), by: Any = EMPLOYER
) -> None:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    do(engine, "application", row(engine, Application).id, event, by=by, at=at, body=body)


def test_the_term_to_take_over_starts_with_the_receipt_by_that_employer(running: Engine) -> None:
    for found in rows(running, Term, Term.kind == "takeover"):
        assert (found.started_on, found.due_on, found.ended_on) == (date(2026, 6, 1), date(2026, 7, 27), None)
        assert found.article == "Awb 4:13"


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        ("2026-06-01", date(2026, 7, 27)),
        ("2026-06-02", date(2026, 7, 28)),
        ("2026-06-05", date(2026, 7, 31)),
        ("2026-06-06", date(2026, 8, 3)),  # raw end on Saturday 1 August
        ("2026-06-07", date(2026, 8, 3)),
        ("2026-06-08", date(2026, 8, 3)),
        ("2026-06-09", date(2026, 8, 4)),
    ],
)
def test_a_corrected_receipt_moves_the_end_and_is_recorded_in_the_ledger(
    running: Engine, received_on: str, due_on: date
) -> None:
    body = {"takeoverReceivedOn": received_on, "organisation": ZILVERDAM, "reasons": "The stamp says otherwise."}
    change(running, "correct-fact", body, on=date(2026, 6, 9), by=OFFICER)
    assert term(running).due_on == due_on
    assert term(running).started_on == date.fromisoformat(received_on)
    assert term(running, GOUDVEEN).due_on == date(2026, 7, 27)
    last = row(running, Threshold, Threshold.term == term(running).id, Threshold.name == "100%")
    assert last.due_at.date() == due_on
    entry = rows(running, LedgerEntry, LedgerEntry.event == "correct-fact")[-1]
    assert entry.facts["takeover_received_on"] == received_on
    asked = row(running, Takeover, Takeover.organisation == ZILVERDAM)
    if received_on != "2026-06-01":
        assert entry.changes[f"takeover:{asked.id}"]["received_on"] == received_on
    assert problems(running) == []


@pytest.mark.parametrize("received_on", ["2026-05-31", "2026-06-10"])
def test_a_receipt_is_not_corrected_to_before_the_adoption_or_after_today(running: Engine, received_on: str) -> None:
    before = snapshot(running)
    body = {"takeoverReceivedOn": received_on, "organisation": ZILVERDAM, "reasons": "R"}
    rules = refused(lambda: change(running, "correct-fact", body, on=date(2026, 6, 9), by=OFFICER))
    assert rules in (["step.not-before"], ["step.not-in-future"])
    assert snapshot(running) == before


@pytest.mark.parametrize(
    ("since", "until", "due_on"),
    [
        ("2026-06-10", "2026-06-09", date(2026, 7, 27)),  # it never started
        ("2026-06-10", "2026-06-10", date(2026, 7, 28)),
        ("2026-06-10", "2026-06-13", date(2026, 7, 31)),
        ("2026-06-10", "2026-06-14", date(2026, 8, 3)),  # raw end on Saturday
        ("2026-06-10", "2026-06-16", date(2026, 8, 3)),
        ("2026-06-10", "2026-06-17", date(2026, 8, 4)),
        ("2026-07-27", "2026-07-27", date(2026, 7, 28)),  # its last day
        ("2026-06-01", "2026-06-01", date(2026, 7, 27)),  # the day of receipt does not count anyhow
        ("2026-06-01", "2026-06-02", date(2026, 7, 28)),
    ],
)
def test_a_suspended_term_ends_as_many_days_later(running: Engine, since: str, until: str, due_on: date) -> None:
    change(
        running, "suspend-term", {"term": "takeover", "ground": "applicant-consents", "since": since, "reasons": "R"}
    )
    suspended = term(running)
    assert suspended.due_on is None
    assert all(item.due_at is None for item in rows(running, Threshold, Threshold.term == suspended.id))
    change(running, "resume-term", {"term": "takeover", "until": until}, on=date(2026, 6, 20))
    assert term(running).due_on == due_on
    assert term(running, GOUDVEEN).due_on == date(2026, 7, 27)
    reasons = " ".join(term(running).reasons)
    assert ("Not counted" in reasons) == (due_on != date(2026, 7, 27)), reasons


def test_overlapping_suspensions_count_once(running: Engine) -> None:
    for since, until in (("2026-06-10", "2026-06-14"), ("2026-06-12", "2026-06-16")):
        body = {"term": "takeover", "ground": "force-majeure", "since": since, "until": until, "reasons": "R"}
        change(running, "suspend-term", body)
    assert term(running).due_on == date(2026, 8, 3)
    assert len(rows(running, TermSuspension)) == 2


def test_a_term_is_suspended_once_at_a_time_and_resumed_only_then(running: Engine) -> None:
    body = {"term": "takeover", "ground": "applicant-consents", "since": "2026-06-10", "reasons": "R"}
    resume = {"term": "takeover", "until": "2026-06-11"}
    assert refused(lambda: change(running, "resume-term", resume)) == ["step.term-suspended"]
    change(running, "suspend-term", body)
    assert refused(lambda: change(running, "suspend-term", body)) == ["step.term-suspendable"]
    early = {"term": "takeover", "until": "2026-06-08"}
    assert refused(lambda: change(running, "resume-term", early)) == ["step.not-before"]
    change(running, "resume-term", resume)
    assert refused(lambda: change(running, "resume-term", resume)) == ["step.term-suspended"]


def test_a_suspension_planned_after_the_end_of_its_term_never_starts(running: Engine) -> None:
    body = {"term": "takeover", "ground": "applicant-consents", "since": "2026-06-20", "reasons": "R"}
    change(running, "suspend-term", body, by=EMPLOYER)
    reference, ended_at = row(running, Application).id, ADOPTED + timedelta(days=2)
    act(running, reference, "take-over", at=ended_at, which=lambda action: action.organisation == ZILVERDAM)
    ended = term(running)
    assert (ended.ended_on, row(running, TermSuspension).until) == (date(2026, 6, 3), date(2026, 6, 19))
    with Session(running) as session:
        assert attribution(ended.started_on, date(2026, 6, 3), "employer", intervals(session, ended)) == {"employer": 2}


def test_of_two_suspended_employers_each_resumes_its_own_term_and_is_notified_of_its_own_day(running: Engine) -> None:
    """The other's term is still suspended: it has no end to name."""
    for number, organisation in enumerate((ZILVERDAM, GOUDVEEN)):
        body = {"term": "takeover", "ground": "applicant-consents", "since": "2026-06-10", "reasons": "R"}
        change(running, "suspend-term", body, by=person(Role.EMPLOYER, organisation))
        assert len(rows(running, TermSuspension)) == number + 1
    for organisation, until, due_on in (
        (GOUDVEEN, "2026-06-10", date(2026, 7, 28)),
        (ZILVERDAM, "2026-06-11", date(2026, 7, 29)),
    ):
        resume = {"term": "takeover", "until": until}
        change(running, "resume-term", resume, on=date(2026, 6, 20), by=person(Role.EMPLOYER, organisation))
        assert term(running, organisation).due_on == due_on
    notified = sorted(letter.facts["due_on"] for letter in rows(running, Outbox, Outbox.letter == "term-resumed"))
    assert notified == ["2026-07-28", "2026-07-29"]


def test_inviting_again_starts_a_new_term_in_place_of_the_first(office: Engine) -> None:
    reference = receive(office)
    for days, at in ((14, START), (28, START + timedelta(days=1))):
        body = {"missing": "The decision of appointment.", "days": days}
        do(office, "application", reference, "invite-completion", by=OFFICER, at=at, body=body)
    first, second = sorted(rows(office, Term), key=lambda found: found.started_on)
    assert (first.ended_on, first.due_on) == (date(2026, 3, 3), date(2026, 3, 16))
    assert (second.ended_on, second.due_on) == (None, date(2026, 3, 31))
    notified = [letter.facts["due_on"] for letter in rows(office, Outbox, Outbox.letter == "invitation-to-complete")]
    assert sorted(notified) == ["2026-03-16", "2026-03-31"]
    with transaction(office) as session:
        pass_due(session, at=START + timedelta(days=15), limit=100)
    assert {item.term for item in rows(office, Reminder)} <= {second.id}


def test_a_second_invitation_on_the_same_day_names_its_own_end(office: Engine) -> None:
    reference = receive(office)
    for days in (14, 28, 21):
        body = {"missing": "M", "days": days}
        do(office, "application", reference, "invite-completion", by=OFFICER, body=body)
    notified = {letter.facts["due_on"] for letter in rows(office, Outbox, Outbox.letter == "invitation-to-complete")}
    assert notified == {"2026-03-16", "2026-03-30", "2026-03-23"}


def test_planning_the_interview_leaves_the_term_to_complete_which_lapses_on_its_last_day(office: Engine) -> None:
    reference = receive(office)
    do(office, "application", reference, "start-intake", by=OFFICER)
    act(office, reference, "invite-completion", at=START)
    act(office, reference, "plan-interview", at=START)
    assert row(office, Term, Term.kind == "completion").ended_by is None
    with transaction(office) as session:
        assert pass_due(session, at=START + timedelta(days=30), limit=100) > 0
    ended = row(office, Term, Term.kind == "completion")
    assert (ended.ended_by, ended.ended_on) == ("lapse", date(2026, 3, 16))


@pytest.mark.parametrize(("days", "may"), [(13, False), (14, False), (15, True)])
def test_not_processing_waits_until_the_day_after_the_term_to_complete(office: Engine, days: int, may: bool) -> None:
    reference = receive(office)
    act(office, reference, "invite-completion", at=START)
    body = {"reasons": "Nothing came."}

    def decide() -> None:
        at = START + timedelta(days=days)
        do(office, "application", reference, "not-process", by=OFFICER, at=at, body=body)

    if may:
        decide()
    else:
        assert refused(decide) == ["step.completion-lapsed"]


# The clock.

AFTER = datetime(2026, 8, 1, 9, tzinfo=UTC)


def tick(engine: Engine, at: datetime) -> int:
    with transaction(engine) as session:
        return pass_due(session, at=at, limit=1000)


def reminders(engine: Engine) -> list[Reminder]:
    """Whom the clock reminded, without those notified that a term had passed."""
    return rows(engine, Reminder, col(Reminder.threshold).endswith("%", autoescape=True))


def escalations(engine: Engine) -> list[Threshold]:
    found = rows(
        engine, Threshold, Threshold.term == term(engine).id, col(Threshold.name).endswith("%", autoescape=True)
    )
    return sorted(found, key=lambda item: (item.due_at, item.name == "100%"))


def test_a_threshold_passes_on_its_morning_and_not_before(running: Engine) -> None:
    first = escalations(running)[0]
    assert tick(running, first.due_at - timedelta(seconds=1)) == 0
    assert rows(running, Reminder) == []
    assert tick(running, first.due_at) == 2  # one term for each employer
    assert tick(running, first.due_at + timedelta(hours=1)) == 0
    assert {item.recipient for item in reminders(running)} == {"employer-zilverdam-1", "employer-goudveen-1"}


def test_every_threshold_in_turn_reminds_each_recipient_once(running: Engine) -> None:
    steps = escalations(running)
    for step in steps:
        tick(running, step.due_at)
        tick(running, step.due_at)
    found = reminders(running)
    assert len(found) == len({(item.term, item.threshold, item.recipient) for item in found}) == 2 * len(steps)
    assert len(rows(running, Outbox, Outbox.letter == "reminder")) == len(found)


def test_a_clock_that_was_away_reminds_once_of_the_last_threshold_and_says_it_is_late(running: Engine) -> None:
    tick(running, AFTER)
    assert [item.threshold for item in reminders(running)] == ["100%", "100%"]
    assert all(item.passed_at == AFTER and item.late for item in escalations(running))
    tick(running, AFTER + timedelta(days=30))
    assert len(reminders(running)) == 2


def test_two_clocks_at_once_pass_every_threshold_once(running: Engine) -> None:
    for _ in range(3):
        walk(running, receive(running, at=ADOPTED), before=lambda item: item.event == "take-over", at=ADOPTED)
    total = len(rows(running, Threshold, col(Threshold.due_at) <= AFTER))
    start = Barrier(4)

    def clock(_: int) -> int:
        start.wait()
        return sum(tick(running, AFTER) for _ in range(6))

    with ThreadPoolExecutor(4) as pool:
        passed = sum(pool.map(clock, range(4)))
    assert passed == total > 10
    waiting = rows(running, Term, col(Term.ended_on).is_(None))
    assert len(reminders(running)) == len(waiting) == len(rows(running, Outbox, Outbox.letter == "reminder"))
    notified = rows(running, Reminder)
    assert len(rows(running, LedgerEntry, LedgerEntry.event == "pass-threshold")) == len(notified) == 2 * len(waiting)
    assert problems(running) == []


def test_an_ended_term_reminds_nobody(running: Engine) -> None:
    asked = row(running, Takeover, Takeover.organisation == ZILVERDAM)
    act(running, asked.stream, "take-over", at=ADOPTED + timedelta(days=2), which=lambda a: a.subject == asked.id)
    assert term(running).ended_by == "take-over"
    tick(running, AFTER)
    assert {item.recipient for item in reminders(running)} == {"employer-goudveen-1"}


def test_a_withdrawn_application_reminds_nobody(running: Engine) -> None:
    act(running, row(running, Application).id, "withdraw", at=ADOPTED + timedelta(days=2))
    assert all(item.ended_on for item in rows(running, Term))
    assert tick(running, AFTER) == 0
    assert rows(running, Reminder) == []


def test_a_suspended_term_reminds_nobody_until_it_resumes(running: Engine) -> None:
    body = {"term": "takeover", "ground": "applicant-consents", "since": "2026-06-02", "reasons": "R"}
    change(running, "suspend-term", body)
    tick(running, AFTER)
    assert {item.recipient for item in reminders(running)} == {"employer-goudveen-1"}
    change(running, "resume-term", {"term": "takeover", "until": "2026-07-31"}, on=date(2026, 8, 2))
    tick(running, datetime(2026, 12, 1, tzinfo=UTC))
    assert {item.recipient for item in reminders(running)} == {"employer-goudveen-1", "employer-zilverdam-1"}


def test_the_clock_skips_a_locked_case_until_its_next_tick(running: Engine) -> None:
    with transaction(running) as busy:
        ledger.lock(busy, [row(running, Application).id])
        assert tick(running, AFTER) == 0
    assert tick(running, AFTER) > 0


def test_a_term_past_the_known_calendar_is_provisional_and_refuses_nobody(office: Engine) -> None:
    late = datetime(2028, 12, 1, 9, tzinfo=UTC)
    reference = receive(office, at=late, receivedOn="2028-12-01")
    do(office, "application", reference, "start-intake", by=OFFICER, at=late)
    walk(office, reference, before=lambda item: item.event == "take-over", at=late)
    found = row(office, Term, Term.kind == "takeover")
    assert found.provisional
    assert found.due_on >= date(2029, 1, 26)
