"""Terms by event: which event starts and ends a term, from which day, and what follows when it passes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from late_employer import DUE, change, default, fill_received, noon, take_over, term, tick
from office import (
    DAY,
    GOUDVEEN,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    at_event,
    do,
    receive,
    refused,
    row,
    rows,
    sparing,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session
from stages import intend_to_refuse_one

from notifications.catalogue import catalogue
from rules.deadlines.attribution import Party
from states.charts.application import Stage
from states.deadlines.catalogue import TERMS
from states.deadlines.term_query import thresholds
from states.events.catalogue import EVENTS
from states.reporting.case_durations import days_of_case
from states.tables.application import Application
from states.tables.deadlines import Reminder, Term
from states.tables.letters import Outbox

TODAY = START.date()
"""Monday 2 March 2026."""


@pytest.fixture
def running(prepared: Prepared) -> Engine:
    return prepared("late-employer", fill_received)


def newest(engine: Engine, kind: str) -> Term:
    """The one term of a kind."""
    found: Term = row(engine, Term, Term.kind == kind)
    return found


def test_every_term_is_started_by_a_possible_event_and_has_words_for_its_letters() -> None:
    followed = {line.followed_by for line in TERMS.values()}
    for kind, line in TERMS.items():
        assert line.starts or kind in followed, kind
        assert (line.starts | line.ends | line.revives | line.follows_on) <= EVENTS.keys(), kind
        assert line.owner in set(Party), kind
        assert kind in catalogue().words["term"], kind
        assert not line.followed_by or line.followed_by in TERMS
        assert not line.followed_by or line.lapses, "what follows starts with the lapse"


# Not processing (Awb 4:5(4)).


def decide(engine: Engine, reference: str, on: date, **more: Any) -> Any:
    body = {"reasons": "Nothing came.", **more}
    return do(engine, "application", reference, "not-process", by=OFFICER, at=noon(on), body=body)


# Invited on 2 March with 14 days: the term to complete runs through 16 March, the weeks after it through 13 April.
@pytest.mark.parametrize(
    ("on", "finding"),
    [
        (date(2026, 3, 16), "step.completion-lapsed"),
        (date(2026, 3, 17), None),
        (date(2026, 4, 13), None),
        (date(2026, 4, 14), "completion.decided-in-time"),
    ],
)
@pytest.mark.parametrize("clock", [True, False], ids=["the clock came by", "the clock was away"])
def test_not_processing_is_decided_within_four_weeks_after_the_term_passed_unused(
    office: Engine, on: date, finding: str | None, clock: bool
) -> None:
    reference = receive(office)
    act(office, reference, "invite-completion", at=START)
    if clock:
        tick(office, on)
    if finding is None:
        decide(office, reference, on)
        assert newest(office, "completion").ended_by == "lapse"
        assert newest(office, "not-processed").ended_by == "not-process"
    else:
        assert refused(lambda: decide(office, reference, on)) == [finding]


def test_the_weeks_to_decide_start_with_the_lapse_and_remind_the_office(office: Engine) -> None:
    reference = receive(office)
    do(office, "application", reference, "start-intake", by=OFFICER)
    act(office, reference, "invite-completion", at=START)
    tick(office, date(2026, 3, 16))
    assert rows(office, Term, Term.kind == "not-processed") == []
    tick(office, date(2026, 3, 17))
    found = newest(office, "not-processed")
    assert (found.started_on, found.due_on, found.owner) == (date(2026, 3, 16), date(2026, 4, 13), "office")
    tick(office, date(2026, 4, 13))
    notified = {item.recipient for item in rows(office, Reminder, Reminder.term == found.id)}
    assert notified == {OFFICER.person}
    tick(office, date(2026, 4, 14))
    assert newest(office, "not-processed").ended_by == "lapse"


def test_an_insufficient_completion_can_be_left_unprocessed_within_four_weeks(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "invite-completion", at=START)
    act(office, reference, "complete", at=START + 3 * DAY)
    found = newest(office, "not-processed")
    assert (found.started_on, found.due_on) == (date(2026, 3, 5), date(2026, 4, 2))
    assert refused(lambda: decide(office, reference, date(2026, 4, 3))) == ["completion.decided-in-time"]
    decide(office, reference, date(2026, 4, 2))


def test_a_late_completion_is_still_accepted_and_starts_no_new_weeks(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "invite-completion", at=START)
    tick(office, date(2026, 3, 20))
    act(office, reference, "complete", at=noon(date(2026, 3, 21)))
    assert newest(office, "not-processed").due_on == date(2026, 4, 13)


# The security authority: a service level of the house, in working hours.


def test_the_security_authority_has_working_hours_by_urgency(office: Engine) -> None:
    reference = receive(office)
    start = walk(office, reference, Stage.WITH_SECURITY_AUTHORITY, choose=sparing)
    found = newest(office, "authority")
    assert (found.amount, found.unit, found.owner) == (80, "hours", "security-authority")
    # eighty hours are ten working days: from Monday 2 March to Monday 16 March, some minutes after ten
    assert found.due_on == date(2026, 3, 16)
    assert not found.suspendable
    act(office, reference, "return-advice", at=start + DAY)
    assert newest(office, "authority").ended_by == "return-advice"
    assert tick(office, date(2026, 4, 1)) == 0


@pytest.mark.parametrize(
    ("submitted", "due_at"),
    [
        (datetime(2026, 3, 27, 15, 0, tzinfo=UTC), datetime(2026, 4, 14, 14, 0, tzinfo=UTC)),  # the short night, Easter
        (datetime(2026, 10, 23, 14, 0, tzinfo=UTC), datetime(2026, 11, 6, 15, 0, tzinfo=UTC)),  # the long night
    ],
)
def test_a_service_level_follows_local_time_across_a_clock_change(
    office: Engine, submitted: datetime, due_at: datetime
) -> None:
    reference = receive(office, at=submitted - timedelta(hours=2))
    begun = walk(office, reference, before=at_event("submit-advice"), choose=sparing, at=submitted - timedelta(hours=1))
    assert begun < submitted
    act(office, reference, "submit-advice", at=submitted)
    with Session(office) as session:
        last = next(item for item in thresholds(session, newest(office, "authority")) if item.name == "100%")
    assert last.due_at == due_at


# Objection: from the day of announcement.


@pytest.mark.parametrize(
    ("announced_on", "due_on"),
    [(None, date(2026, 4, 16)), (TODAY + 2 * DAY, date(2026, 4, 15)), (TODAY, date(2026, 4, 13))],
)
def test_the_term_to_object_runs_from_the_announcement_of_the_refusal(
    office: Engine, announced_on: date | None, due_on: date
) -> None:
    reference = intend_to_refuse_one(office)
    act(office, reference, "record-view", at=START)
    said = {"announcedOn": announced_on.isoformat()} if announced_on else {}
    act(office, reference, "refuse", at=START + 3 * DAY, changes=said)  # never before its intention
    assert newest(office, "objection").due_on == due_on
    assert row(office, Outbox, Outbox.letter == "refusal").facts["objection_until"] == due_on.isoformat()


def test_a_decision_is_not_announced_after_today(office: Engine) -> None:
    reference = intend_to_refuse_one(office)
    act(office, reference, "record-view", at=START)
    later = {"announcedOn": (TODAY + DAY).isoformat()}
    assert refused(lambda: act(office, reference, "refuse", at=START, changes=later)) == ["step.not-in-future"]


def test_the_term_to_object_lapses_after_its_last_day_and_not_on_it(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "invite-completion", at=START)
    decide(office, reference, date(2026, 3, 17))
    found = newest(office, "objection")
    assert found.due_on == date(2026, 4, 28)
    tick(office, date(2026, 4, 28))
    assert newest(office, "objection").ended_on is None
    tick(office, date(2026, 4, 29))
    assert (newest(office, "objection").ended_on, newest(office, "objection").ended_by) == (found.due_on, "lapse")


def test_an_adopted_advice_with_measures_starts_no_term_to_object(office: Engine) -> None:
    walk(office, receive(office), Stage.TAKEOVER, choose=sparing)
    assert rows(office, Term, Term.kind == "objection") == []


# Suspensions.


def suspend(engine: Engine, ground: str, since: str, until: str | None = None, by: Any = OFFICER, **more: Any) -> None:
    body = {"term": "takeover", "ground": ground, "since": since, "reasons": "R", "organisation": ZILVERDAM, **more}
    if until is not None:
        body["until"] = until
    change(engine, "suspend-term", body, on=date(2026, 6, 10), by=by, chart="application")


@pytest.mark.parametrize(
    ("ground", "article", "party"),
    [
        ("awaiting-completion", "Awb 4:15(1)(a)", "applicant"),
        ("awaiting-foreign-information", "Awb 4:15(1)(b)", "employer"),
        ("applicant-consents", "Awb 4:15(2)(a)", "applicant"),
        ("attributable-to-applicant", "Awb 4:15(2)(b)", "applicant"),
        ("force-majeure", "Awb 4:15(2)(c)", "employer"),
    ],
)
def test_each_ground_has_its_article_and_its_party(running: Engine, ground: str, article: str, party: str) -> None:
    suspend(running, ground, "2026-06-10", "2026-06-12")
    found = term(running, "takeover")
    assert found is not None
    assert found.due_on == DUE + 3 * DAY
    assert any(article in reason for reason in found.reasons)
    with Session(running) as session:
        days = days_of_case(session, session.get_one(Application, found.application), date(2026, 6, 20))
    # the other employer's term was not suspended, so the days stay the employers'
    assert days["applicant"] == 0
    suspend_other = {"organisation": GOUDVEEN}
    suspend(running, ground, "2026-06-10", "2026-06-12", **suspend_other)
    with Session(running) as session:
        days = days_of_case(session, session.get_one(Application, found.application), date(2026, 6, 20))
    assert days["applicant"] == (3 if party == "applicant" else 0)
    assert sum(days.values()) == 20


def test_a_suspension_for_a_completion_has_the_end_of_the_given_term_and_ends_automatically(running: Engine) -> None:
    assert refused(lambda: suspend(running, "awaiting-completion", "2026-06-10")) == ["suspension.given-term"]
    suspend(running, "awaiting-completion", "2026-06-10", "2026-06-23")
    found = term(running, "takeover")
    assert found is not None
    assert found.due_on == DUE + 14 * DAY


@pytest.mark.parametrize(
    ("body", "due_on"),
    [
        ({"completedOn": "2026-06-10"}, DUE),  # completed on the first day: no day was suspended
        ({"completedOn": "2026-06-11"}, DUE + DAY),
        ({"completedOn": "2026-06-16"}, date(2026, 8, 3)),  # six days: raw end on Sunday 2 August
        ({"until": "2026-06-15"}, date(2026, 8, 3)),
        ({"until": "2026-06-16"}, date(2026, 8, 3)),
        ({"completedOn": "2026-06-18"}, date(2026, 8, 4)),
    ],
)
def test_the_day_of_completion_counts_again(running: Engine, body: dict[str, str], due_on: date) -> None:
    suspend(running, "awaiting-completion", "2026-06-10", "2026-06-23")
    resumed = {"term": "takeover", "organisation": ZILVERDAM, **body}
    change(running, "resume-term", resumed, on=date(2026, 6, 30), by=OFFICER, chart="application")
    found = term(running, "takeover")
    assert found is not None
    assert found.due_on == due_on
    (letter,) = rows(running, Outbox, Outbox.letter == "term-resumed")
    assert letter.facts["due_on"] == due_on.isoformat()


def test_the_owner_of_a_suspended_term_and_the_applicant_are_notified(running: Engine) -> None:
    suspend(running, "applicant-consents", "2026-06-10")
    notified = rows(running, Outbox, Outbox.letter == "term-suspended")
    applicant = row(running, Application).applicant
    assert {letter.recipient for letter in notified} == {applicant, "employer-zilverdam-1"}
    assert {letter.facts["since"] for letter in notified} == {"2026-06-10"}


def test_the_decision_on_the_penalty_can_be_suspended_too(running: Engine) -> None:
    default(running, DUE + DAY)
    take_over(running, date(2026, 8, 20))
    suspend(running, "force-majeure", "2026-08-21", "2026-08-22", term="penalty-decision")
    found = term(running, "penalty-decision")
    assert found is not None
    assert found.due_on == date(2026, 9, 4)  # two weeks from 19 August, and two days


# Attribution of days.


@pytest.mark.parametrize("until", [Stage.RECEIVED, Stage.ADVICE, Stage.TAKEOVER, Stage.CLOSED])
def test_the_days_of_a_case_add_up_at_every_stage(office: Engine, until: Stage) -> None:
    reference = receive(office, receivedOn="2026-02-10")
    walk(office, reference, until, choose=sparing)
    with Session(office) as session:
        case = session.get_one(Application, reference)
        found = days_of_case(session, case, date(2026, 5, 1))
        end = case.ended_on or date(2026, 5, 1)
    assert sum(found.values()) == (end - date(2026, 2, 10)).days + 1


def test_the_days_to_complete_belong_to_the_applicant_until_the_completion(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "invite-completion", at=START)
    act(office, reference, "complete", at=START + 5 * DAY)
    with Session(office) as session:
        found = days_of_case(session, session.get_one(Application, reference), TODAY + 9 * DAY)
    assert found == {"office": 6, "applicant": 4, "employer": 0, "security-authority": 0}
