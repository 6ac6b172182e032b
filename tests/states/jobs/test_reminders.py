"""Reminders of terms with their own schedules: after the end, in escalation, and when one term fails."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from late_employer import noon, tick
from office import COORDINATOR, DAY, act, at_event, enrol, problems, receive, rows, walk
from prepared_databases import Prepared
from sqlalchemy import Engine

from flows import jobs
from rules.core.roles import Actor, Role
from states.deadlines.catalogue import TERMS
from states.deadlines.due_dates import recompute
from states.deadlines.validation import DeadTimerError, all_defects, check_terms
from states.jobs.reminders import LATE
from states.storage.database import transaction
from states.tables.deadlines import Reminder, Term, Threshold
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox
from states.tables.work import WorkItem

BEGAN = datetime(2027, 1, 4, 9, tzinfo=UTC)
"""A Monday under the schedules of December 2026; eighty hours of office time end two weeks later."""
ENDS = date(2027, 1, 18)
HEAD = Actor("head-1", Role.HEAD)


def fill_with_authority(engine: Engine) -> None:
    """Two routine cases that wait for the security authority since 4 January 2027."""
    with transaction(engine) as session:
        enrol(session, HEAD, at=BEGAN)
    for _ in range(2):
        walk(engine, receive(engine, at=BEGAN), at=BEGAN, before=at_event("adopt-advice"))


@pytest.fixture
def running(prepared: Prepared) -> Engine:
    return prepared("with-authority", fill_with_authority)


def terms(engine: Engine) -> list[Term]:
    return sorted(rows(engine, Term, Term.kind == "authority"), key=lambda term: term.application)


def reminders_of(engine: Engine, term: Term) -> dict[str, str]:
    return {item.threshold: item.recipient for item in rows(engine, Reminder, Reminder.term == term.id)}


def test_a_service_level_reminds_within_and_after_its_hours_and_is_escalated_in_the_office(running: Engine) -> None:
    first = terms(running)[0]
    assert first.due_on == ENDS
    seen = {}
    for passed in range(-14, 7):
        tick(running, ENDS + passed * DAY)
        seen[passed] = set(reminders_of(running, first))
    assert seen[-8] == set()
    assert seen[-7] == {"50%"}
    assert seen[-4] == {"50%", "80%"}
    assert seen[0] == {"50%", "80%", "100%"}
    assert seen[1] - seen[0] == {"+1d", "coordinator"}
    assert seen[4] == seen[1]
    assert seen[6] - seen[4] == seen[5] - seen[4] == {"head"}
    last = reminders_of(running, first)
    assert (last["+1d"], last["coordinator"], last["head"]) == ("security-authority-1", COORDINATOR.person, HEAD.person)
    assert rows(running, WorkItem, WorkItem.action == "pursue-employer") == []
    assert len(rows(running, Outbox, Outbox.letter == "escalation")) == 4  # two escalation steps, two cases
    assert problems(running) == []


def test_after_a_week_of_downtime_each_recipient_is_notified_once_and_late(running: Engine) -> None:
    for _ in range(2):
        jobs.remind(running, noon(ENDS + 7 * DAY))
    first = terms(running)[0]
    assert set(reminders_of(running, first)) == {"+1d", "coordinator", "head"}
    assert all(item.late for item in rows(running, Threshold, Threshold.term == first.id))
    said = rows(running, LedgerEntry, LedgerEntry.event == "pass-threshold", LedgerEntry.subject == first.id)
    assert [entry.facts["late"] for entry in said] == [True] * 3


def test_an_hour_is_no_delay_and_more_than_an_hour_is(running: Engine) -> None:
    first, second = terms(running)
    for term, passed in ((first, LATE), (second, LATE + timedelta(seconds=1))):
        (half,) = rows(running, Threshold, Threshold.term == term.id, Threshold.name == "50%")
        with transaction(running) as session:
            session.get_one(Threshold, (term.id, "50%")).due_at = noon(ENDS - 7 * DAY) - passed
        assert half.passed_at is None
    jobs.remind(running, noon(ENDS - 7 * DAY))
    lateness = {item.term: item.late for item in rows(running, Threshold, Threshold.name == "50%")}
    assert lateness == {first.id: False, second.id: True}


def test_a_term_that_cannot_be_passed_delays_no_other(running: Engine) -> None:
    broken, well = terms(running)
    with transaction(running) as session:
        session.get_one(Term, broken.id).kind = "unheard-of"
    at = noon(ENDS - 7 * DAY)
    assert jobs.remind(running, at) == 1
    assert (reminders_of(running, broken), set(reminders_of(running, well))) == ({}, {"50%"})
    with transaction(running) as session:
        session.get_one(Term, broken.id).kind = "authority"
    assert jobs.remind(running, at) == 1
    assert set(reminders_of(running, broken)) == {"50%"}


def test_a_threshold_of_a_schedule_no_longer_in_force_notifies_nobody(running: Engine) -> None:
    first = terms(running)[0]
    with transaction(running) as session:
        session.add(Threshold(term=first.id, name="42%", due_at=noon(ENDS - 9 * DAY)))
    with transaction(running) as session:
        recompute(session, session.get_one(Term, first.id))
    jobs.remind(running, noon(ENDS - 8 * DAY))
    assert reminders_of(running, first) == {}


def test_a_term_that_was_met_notifies_nobody(running: Engine) -> None:
    tick(running, ENDS - 7 * DAY)
    for term in terms(running):
        act(running, term.application, "return-advice", at=noon(ENDS - 6 * DAY))
    jobs.remind(running, noon(ENDS + 7 * DAY))
    assert {name for term in terms(running) for name in reminders_of(running, term)} == {"50%"}


# No dead timers.


def test_every_term_has_a_recipient_and_an_event_that_ends_it() -> None:
    assert all_defects(TERMS) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts": frozenset()}, "terms.view.starts: Nothing starts this term"),
        ({"ends": frozenset()}, "terms.view.ends: No event ends this term"),
        ({"followed_by": "nothing"}, "terms.view.followed_by: There is no term nothing"),
        ({"owner": "nobody"}, "terms.view.owner: nobody keeps no terms"),
    ],
)
def test_a_term_without_a_recipient_stops_the_start(change: dict[str, object], field: str) -> None:
    with pytest.raises(DeadTimerError) as caught:
        check_terms({**TERMS, "view": replace(TERMS["view"], **change)})  # type: ignore[arg-type]
    assert str(caught.value).startswith(field)


def test_a_new_term_without_a_reminder_schedule_stops_the_start() -> None:
    with pytest.raises(DeadTimerError, match="Nobody is reminded of novelty; give each a ladder"):
        check_terms({**TERMS, "novelty": TERMS["view"]})


def test_a_term_that_begins_to_lapse_may_not_remind_after_its_end() -> None:
    with pytest.raises(DeadTimerError, match=r"takeover\.after: 3 days after its end nothing is left to remind of"):
        check_terms({**TERMS, "takeover": replace(TERMS["takeover"], lapses=True)})
