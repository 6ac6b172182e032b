"""Decisions on objections: the term to decide, the outcome, and appeal."""

from datetime import date

import pytest
from objection_cases import ENDED, heard, letters, object_to, on, on_day, refuse, work
from office import AUTHORITY, COORDINATOR, DAY, EMPLOYER, OFFICER, START, person, problems, refused, row, rows, stage
from sqlalchemy import Engine

from rules.core.dated_values import value
from rules.core.roles import Actor, Role
from rules.procedure import objections
from states.charts.application import Stage
from states.charts.objection import ObjectionState
from states.jobs.reminders import pass_due
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.deadlines import Reminder, Term, TermSuspension
from states.tables.ledger import LedgerEntry
from states.tables.loans import Objection


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


def test_a_hearing_waived_on_a_ground_can_still_be_held(office: Engine) -> None:
    found = object_to(office, refuse(office))
    on(office, found, "waive-hearing", {"ground": "manifestly-unfounded", "reasons": "R"})
    assert work(office, found.id) == [("decide", "coordinator")]
    body = {"outcome": "inadmissible", "reasons": "R"}
    assert refused(lambda: on(office, found, "decide", body)) == ["objection.waiver-fits-the-outcome"]
    again = on(office, found, "hear", {"heldOn": "2026-03-02"})
    assert (again.state, again.waiver) == (ObjectionState.HEARD, None)
    assert on(office, found, "decide", body).state is ObjectionState.INADMISSIBLE


@pytest.mark.parametrize(("day", "may"), [("2026-05-25", True), ("2026-05-26", True), ("2026-05-27", False)])
def test_the_decision_is_postponed_in_time_and_by_six_weeks(office: Engine, day: str, may: bool) -> None:
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
def test_the_term_to_decide_is_suspended_for_an_interval(
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


def test_the_coordinator_is_warned_and_the_term_does_not_end_automatically(office: Engine) -> None:
    object_to(office, refuse(office))
    with transaction(office) as session:
        pass_due(session, at=on_day("2026-05-27"), limit=10)
    term = row(office, Term, Term.kind == "objection-decision")
    assert term.ended_on is None
    assert {item.recipient for item in rows(office, Reminder, Reminder.term == term.id)} == {COORDINATOR.person}


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
def test_the_person_who_took_the_decision_does_not_decide_on_the_objection(
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
def test_a_founded_objection_resumes_the_application_at_a_fitting_stage(office: Engine, against: str) -> None:
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
def test_an_unfounded_objection_resumes_nothing(office: Engine, outcome: str) -> None:
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
