"""Statistics: the figures of a period on waiting, work, lateness and terms."""

from datetime import date, datetime, timedelta

import pytest
from office import (
    COORDINATOR,
    DAY,
    GOUDVEEN,
    HOUR,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    do,
    receive,
    sparing,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import ARRAY, Engine, String, TextClause, bindparam, text
from sqlmodel import Session, col, select
from stages import at_stage

from rules.core.errors import QuestionError
from rules.core.regulation import Domain, Province
from rules.core.roles import Actor
from rules.reporting.periods import quarter_of
from rules.threats.urgency import Urgency
from states.charts.application import Stage
from states.queue import claiming
from states.queue.assignment import release
from states.queue.reassignment import assign
from states.reporting import work_history
from states.reporting.overrides import Overrides
from states.reporting.progress_report import QuarterRows, report
from states.reporting.statistics import Statistics, StatisticsRequest, statistics
from states.storage.database import transaction
from states.tables.application import ThreatSignal
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkItem

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def counted(engine: Engine, at: datetime, **more: object) -> Statistics:
    """The figures of March, up to an instant."""
    with Session(engine) as session:
        return statistics(session, StatisticsRequest(*MARCH, at, **more))  # type: ignore[arg-type]


def take(engine: Engine, by: Actor, at: datetime) -> str:
    """Claim the next item and return its id."""
    with transaction(engine) as session:
        item = claiming.claim(session, by=by, at=at)
        assert item is not None
        return item.id


def explained(query: TextClause) -> TextClause:
    """The same query, asked for its plan."""
    asked = text(f"EXPLAIN {query.text}")
    events = [bindparam("events", type_=ARRAY(String))] if "events" in query.compile().params else []
    return asked.bindparams(*events)


def of_kind(found: Statistics, kind: str) -> Overrides:
    return next(one for one in found.overrides if one.kind == kind)


def test_work_is_requested_waits_and_is_claimed_and_done(office: Engine) -> None:
    reference = receive(office)
    found = counted(office, START + HOUR)
    assert (found.work.asked, found.work.open, found.work.in_hand, found.work.begun) == (1, 1, 0, 0)
    assert found.work.waiting_so_far.hours.median == pytest.approx(1)
    take(office, OFFICER, START + 2 * HOUR)
    found = counted(office, START + 3 * HOUR)
    assert (found.work.open, found.work.in_hand, found.work.begun, found.work.done) == (1, 1, 1, 0)
    assert found.work.waiting.hours.median == pytest.approx(2)
    assert found.work.waiting_so_far.hours.of == 0
    do(office, "application", reference, "start-intake", by=OFFICER, at=START + 26 * HOUR)
    found = counted(office, START + 26 * HOUR)
    assert (found.work.done, found.work.fell_away, found.work.asked) == (1, 0, 2)
    # from 11:00 UTC until the same hour of the next day and one hour: 8 to 18 h of the clock, one working day long
    assert found.work.handling.days.median == pytest.approx(1)
    assert found.work.handling.hours.of == 1
    assert found.lanes["routine"] == found.work
    assert found.lanes["acute"].asked == 0
    assert found.employers[ZILVERDAM].work == found.work
    assert set(found.employers) == {ZILVERDAM}


def test_cancelled_work_is_not_counted_as_done(office: Engine) -> None:
    reference = receive(office)
    act(office, reference, "withdraw", at=START + HOUR)
    found = counted(office, START + 2 * HOUR)
    assert (found.work.asked, found.work.done, found.work.fell_away, found.work.open) == (1, 0, 1, 0)
    assert found.work.handling.hours.of == 0


def test_a_returned_advice_was_reviewed_and_counts_as_done(prepared: Prepared) -> None:
    office, reference, at = at_stage(prepared, Stage.WITH_SECURITY_AUTHORITY)
    before = counted(office, at)
    act(office, reference, "return-advice", at=at + HOUR)
    after = counted(office, at + HOUR)
    assert after.work.done == before.work.done + 1
    assert after.work.fell_away == before.work.fell_away


def test_work_is_at_risk_before_its_start_by_and_late_after_it(office: Engine) -> None:
    receive(office)
    with Session(office) as session:
        start_by = session.exec(select(WorkItem.start_by)).one()
    for at, late, at_risk in (
        (START + 0.79 * (start_by - START), 0, 0),
        (START + 0.81 * (start_by - START), 0, 1),
        (start_by + HOUR, 1, 0),
    ):
        found = counted(office, at)
        assert (found.work.late, found.work.at_risk) == (late, at_risk)
    take(office, OFFICER, start_by + 2 * HOUR)
    found = counted(office, start_by + 3 * HOUR)
    assert (found.work.late, found.work.begun, found.work.begun_late) == (1, 1, 1)


def test_acute_work_claimed_within_its_service_level_is_in_time(office: Engine) -> None:
    reference, at = receive(office), START + HOUR
    body = {"kind": "acute-danger", "source": "police"}
    do(office, "application", reference, "record-threat", by=OFFICER, at=at, body=body)
    take(office, OFFICER, at + HOUR / 2)
    acute = counted(office, at + 3 * HOUR / 4).lanes["acute"]
    assert (acute.asked, acute.begun, acute.begun_late, acute.late) == (5, 1, 0, 0)
    acute = counted(office, at + 2 * HOUR).lanes["acute"]
    assert (acute.begun, acute.begun_late, acute.late) == (1, 0, 4)
    take(office, OFFICER, at + 2 * HOUR)
    acute = counted(office, at + 3 * HOUR).lanes["acute"]
    assert (acute.begun, acute.begun_late) == (2, 1)


def test_the_reserve_says_how_many_it_passed_over_and_how_late_its_item_was(office: Engine) -> None:
    receive(office)  # routine, and overdue by then
    later = START + 20 * DAY
    for number in range(7):
        reference = receive(office, at=later + number * timedelta(minutes=1), name=f"B. Dreiging {number}")
        body = {"kind": "intimidation", "source": "applicant", "reportedToPolice": True}
        do(office, "application", reference, "record-threat", by=OFFICER, at=later + HOUR, body=body)
    for number in range(5):
        take(office, OFFICER, later + 2 * HOUR + number * timedelta(minutes=1))
    (given,) = (found := of_kind(counted(office, later + 3 * HOUR), "reserve")).each
    assert found.number == 1
    with Session(office) as session:
        entry = session.get_one(LedgerEntry, (given.stream, given.seq))
        assert (entry.event, entry.facts["reserve"]) == ("claim", True)
        waiting = session.exec(select(WorkItem).where(WorkItem.role == "officer", WorkItem.lane < entry.facts["lane"]))
        stood_before = [item for item in waiting if item.claimed_at is None or item.claimed_at > given.at]
    assert given.effect["placesSkipped"] == len(stood_before) > 0
    assert given.effect["hoursAfterStartBy"] > 0
    assert found.effects["placesSkipped"].median == len(stood_before)


def test_a_lowering_says_how_far_the_work_moved_back_and_the_past_keeps_its_lane(office: Engine) -> None:
    reference = receive(office)
    receive(office, at=START + timedelta(minutes=1), name="C. Ander")
    threat = {"kind": "intimidation", "source": "applicant", "reportedToPolice": True}
    do(office, "application", reference, "record-threat", by=OFFICER, at=START + HOUR, body=threat)
    with Session(office) as session:
        lane = session.exec(select(WorkItem.lane).where(WorkItem.application == reference)).first()
    assert lane is not None
    raised = next(name for name, one in counted(office, START + HOUR).lanes.items() if name != "routine" and one.open)
    body = {"urgency": "routine", "reasons": "De politie sloot haar onderzoek."}
    do(office, "application", reference, "lower-urgency", by=COORDINATOR, at=START + 2 * HOUR, body=body)
    now = counted(office, START + 3 * HOUR)
    (lowered,) = of_kind(now, "lowered-urgency").each
    assert lowered.subject == reference
    assert (lowered.effect["fromLane"], lowered.effect["toLane"]) == (raised, "routine")
    assert lowered.effect["itemsMoved"] >= 1
    assert lowered.effect["hoursLater"] > 0
    assert now.lanes[raised].open == 0
    past = counted(office, START + HOUR)
    assert past.lanes[raised].open >= 1
    assert past.lanes["routine"].open == 1
    before_all = counted(office, START + timedelta(minutes=30))
    assert before_all.lanes["routine"].open == 2
    assert of_kind(past, "lowered-urgency").number == 0


def at_the_employer(engine: Engine) -> None:
    """One application whose takeover the employer received."""
    walk(engine, receive(engine), Stage.TAKEOVER)


def employer_received(engine: Engine) -> tuple[str, datetime]:
    """Let the employer confirm its receipt; return the case, and the moment."""
    with Session(engine) as session:
        reference, last = session.exec(
            select(LedgerEntry.stream, LedgerEntry.at)
            .where(LedgerEntry.event == "adopt-advice")
            .order_by(col(LedgerEntry.at).desc()),
        ).all()[0]
    act(engine, reference, "confirm-receipt", at=last + HOUR)
    return reference, last + HOUR


def test_a_suspension_and_a_notice_of_delay_say_how_many_days_they_added(prepared: Prepared) -> None:
    engine = prepared("statistics-takeover", at_the_employer)
    reference, at = employer_received(engine)
    day = at.date()
    body = {
        "term": "takeover",
        "ground": "applicant-consents",
        "since": (day + DAY).isoformat(),
        "until": (day + 10 * DAY).isoformat(),
        "organisation": ZILVERDAM,
        "reasons": "Op verzoek.",
    }
    do(engine, "application", reference, "suspend-term", by=OFFICER, at=at + HOUR, body=body)
    (suspended,) = of_kind(counted(engine, at + 2 * HOUR), "suspension").each
    assert suspended.effect["term"] == "takeover"
    assert suspended.effect["days"] == 9  # without it the term ends on King's Day, and so a day later
    assert act(engine, reference, "give-notice", at=at + 3 * HOUR) is not None
    found = counted(engine, at + 4 * HOUR)
    (noticed,) = of_kind(found, "extension").each
    assert noticed.effect["days"] > 0
    assert found.terms is not None
    assert found.terms["takeover"].running == 1
    assert found.employers[ZILVERDAM].terms is not None
    assert found.employers[ZILVERDAM].terms.running == 1


def test_a_takeover_in_time_is_kept_and_one_after_its_last_day_is_missed(prepared: Prepared) -> None:
    engine = prepared("statistics-takeover", at_the_employer)
    reference, at = employer_received(engine)
    act(engine, reference, "take-over", at=at + DAY)
    found = counted(engine, at + 2 * DAY)
    assert found.terms is not None
    assert (found.terms["takeover"].kept, found.terms["takeover"].missed, found.terms["takeover"].running) == (1, 0, 0)
    engine = prepared("statistics-takeover", at_the_employer)
    reference, at = employer_received(engine)
    late = at + 80 * DAY
    period = StatisticsRequest(date(2026, 3, 1), date(2026, 12, 31), late)
    with Session(engine) as session:
        found = statistics(session, period)
    assert found.terms is not None
    assert (found.terms["takeover"].late, found.terms["takeover"].running) == (1, 1)
    act(engine, reference, "take-over", at=late)
    with Session(engine) as session:
        found = statistics(session, period)
    assert found.terms is not None
    assert (found.terms["takeover"].kept, found.terms["takeover"].missed) == (0, 1)


def closed_cases(engine: Engine) -> None:
    """A closed case, and an open one with two employers."""
    walk(engine, receive(engine), Stage.SETTLEMENT, choose=sparing)
    walk(engine, receive(engine, name="D. Twee", employers=[ZILVERDAM, GOUDVEEN]), Stage.PROVISION, choose=sparing)


def test_every_domain_has_its_advice_and_the_work_on_its_measures(prepared: Prepared) -> None:
    engine = prepared("statistics-closed", closed_cases)
    found = counted(engine, START + 20 * DAY)
    for domain in Domain:
        advice = found.domains[domain].advice
        assert (advice.asked, advice.begun, advice.done, advice.open) == (2, 2, 2, 0)
        assert advice.handling.hours.of == 2
    assert sum(one.measures.done for one in found.domains.values()) > 0
    digital = counted(engine, START + 20 * DAY, domain=Domain.DIGITAL)
    assert digital.work == found.domains["digital"].measures
    assert set(digital.domains) == {"digital"}
    assert digital.terms is None


def test_filtered_figures_count_the_chosen_employer_alone(prepared: Prepared) -> None:
    engine = prepared("statistics-closed", closed_cases)
    at = START + 20 * DAY
    found = counted(engine, at)
    goudveen = counted(engine, at, employer=GOUDVEEN)
    assert set(goudveen.employers) == {GOUDVEEN}
    assert goudveen.employers[GOUDVEEN] == found.employers[GOUDVEEN]
    assert goudveen.work == found.employers[GOUDVEEN].work
    assert counted(engine, at, province=Province.DRENTHE).work.asked == 0
    routine = counted(engine, at, lane=Urgency.ROUTINE)
    assert routine.work == found.lanes["routine"]
    with pytest.raises(QuestionError, match="No employer has the id gemeente-nergens"):
        counted(engine, at, employer="gemeente-nergens")


def test_the_times_of_all_work_are_in_the_ledger(prepared: Prepared) -> None:
    engine = prepared("statistics-closed", closed_cases)
    with Session(engine) as session:
        items = session.exec(select(WorkItem)).all()
        entries = session.exec(select(LedgerEntry.stream, LedgerEntry.at)).all()
        found = work_history.read(session, START, START + 20 * DAY)
    moments = set(entries)
    assert len(items) > 20
    for item in items:
        assert (item.application, item.created_at) in moments, item
        assert item.done_at is None or (item.application, item.done_at) in moments, item
    ended = [span for span in found.work.values() if span.ended_at is not None]
    undone = {(item.chart, item.action) for item in items if not found.work[item.id].done and item.done_at is not None}
    assert ended
    assert undone == set()


def test_statistics_read_the_ledger_by_its_index(office: Engine) -> None:
    facts = {"events": ["claim"], "oldest": START, "since": START, "until": START + DAY}
    with Session(office) as session:
        connection = session.connection()
        connection.exec_driver_sql("SET enable_seqscan = off")
        for query in (work_history.MOVEMENT_QUERY, work_history.EVENT_QUERY, work_history.REORDER_QUERY):
            wanted = {name: facts[name] for name in query.compile().params}
            plan = "\n".join(row[0] for row in connection.execute(explained(query), wanted))
            assert "ix_ledger_entry_event_at" in plan, plan


def test_a_report_is_read_from_the_cases_and_their_chains(prepared: Prepared) -> None:
    engine = prepared("statistics-closed", closed_cases)
    reference = receive(engine, at=START + DAY, name="E. Weg")
    threat = {"kind": "intimidation", "source": "applicant", "reportedToPolice": True}
    do(engine, "application", reference, "record-threat", by=OFFICER, at=START + DAY, body=threat)
    act(engine, reference, "withdraw", at=START + 2 * DAY)
    first = receive(engine, at=START + DAY, name="F. Dubbel")
    act(engine, receive(engine, at=START + DAY, name="F. Dubbel"), "join", at=START + DAY)
    with Session(engine) as session:
        urgencies = set(session.exec(select(ThreatSignal.urgency).where(ThreatSignal.stream == reference)))
        read = QuarterRows(session, [quarter_of(START.date())])
        cases, decided, terms = read.cases(), read.decided(), read.terms()
        other = QuarterRows(session, [quarter_of(date(2026, 5, 1))])
        assert (other.cases(), other.decided(), other.terms()) == ([], [], [])
        found = report(session, [quarter_of(START.date())], at=START + 300 * DAY)
    assert first
    assert len(cases) == 4, "of two that are one, one counts"
    assert {case.employer for case in cases} == {ZILVERDAM}
    assert {case.province for case in cases} == {"unknown"}
    assert [case.urgent for case in cases].count(True) == (urgencies <= {Urgency.ACUTE, Urgency.URGENT})
    assert sorted(len(case.waits) for case in cases) == [0, 0, 3, 3]
    assert sorted(one.how for one in decided) == ["advice", "advice", "ended-otherwise"]
    assert {(term.owner, term.kept) for term in terms} >= {("security-authority", True), ("employer", True)}
    assert all(table.whole is None for one in found for table in one.tables), "too few to say anything"


def test_released_work_waits_again_and_an_assignment_says_what_it_skipped(office: Engine) -> None:
    for number in range(3):
        receive(office, at=START + number * timedelta(minutes=1), name=f"G. Wacht {number}")
    first = take(office, OFFICER, START + HOUR)
    with transaction(office) as session:
        release(session, first, by=OFFICER, at=START + 2 * HOUR)
    found = counted(office, START + 3 * HOUR)
    assert (found.work.open, found.work.in_hand, found.work.begun) == (3, 0, 0)
    assert found.work.waiting_so_far.hours.p10 is not None
    assert found.work.waiting_so_far.hours.p10 < 3, "its hour in hand was no waiting"
    with Session(office) as session:
        last = session.exec(select(WorkItem.id).order_by(col(WorkItem.created_at).desc())).first()
    assert last is not None
    with transaction(office) as session:
        assign(session, last, OFFICER.person, reason="Spoed.", by=COORDINATOR, at=START + 4 * HOUR)
    found = counted(office, START + 5 * HOUR)
    (given,) = of_kind(found, "assign").each
    assert given.effect["placesSkipped"] == 2
    assert (found.work.in_hand, found.work.begun) == (1, 1)
