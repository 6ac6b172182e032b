"""Possible dates: no decision before its grounds, no suspension after its term, no mistyped day."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from late_employer import DUE, TO, change, default, fill_received, noon, take_over
from office import AUTHORITY, DAY, OFFICER, START, ZILVERDAM, act, do, receive, refused, row, rows
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import col
from stages import intend_to_refuse_one

from rules.core.regulation import ProvisionForm
from states.engine.bodies import FIRST_DAY, LAST_DAY, Body, Day, parse
from states.errors import MalformedError
from states.storage.database import transaction
from states.tables.application import Application, Measure
from states.tables.work import WorkItem

TODAY = START.date()


class Dated(Body):
    """Something on a day."""

    on: Day


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-02-20", None),
        (FIRST_DAY.isoformat(), None),
        (LAST_DAY.isoformat(), None),
        ((FIRST_DAY - DAY).isoformat(), "1899-12-31 is no day"),
        ((LAST_DAY + DAY).isoformat(), "2200-01-01 is no day"),
        ("9999-12-31", "9999-12-31 is no day"),
        ("2026-02-30", "2026-02-30 is no day"),
        ("20-02-2026", "20-02-2026 is no day"),
        ("2026-02-20T00:00:00", "This is no day"),
        ("Voorbeeldlaan 1", "This is no day"),
        ("20260220", "This is no day"),
        (1771545600, "This is no day"),
        (None, "This is no day"),
    ],
)
def test_a_day_is_written_in_full_and_within_the_supported_range(written: Any, words: str | None) -> None:
    if words is None:
        assert parse(Dated, {"on": written}).on.isoformat() == written
        return
    with pytest.raises(MalformedError) as caught:
        parse(Dated, {"on": written})
    [(field, said)] = caught.value.problems
    assert field == "on"
    assert said.startswith(words)
    assert f"from {FIRST_DAY} through {LAST_DAY}, such as 2026-11-23" in said


@pytest.mark.parametrize(("received_on", "rules"), [("2020-12-31", ["step.not-before"]), ("2021-01-01", [])])
def test_no_case_is_older_than_the_first_scheme(office: Engine, received_on: str, rules: list[str]) -> None:
    assert outcome(lambda: receive(office, receivedOn=received_on)) == rules
    reference = receive(office)
    body = {"receivedOn": received_on, "reasons": "Checked."}
    assert outcome(lambda: do(office, "application", reference, "correct-fact", by=OFFICER, body=body)) == rules


def outcome(call: Callable[[], Any]) -> list[str]:
    """The rules that refuse a call; none where it is done."""
    try:
        call()
    except Exception:  # noqa: BLE001  # asked again, to name them
        return refused(call)
    return []


@pytest.mark.parametrize(("days", "rules"), [(-1, ["step.not-before"]), (0, [])])
def test_a_refusal_is_not_announced_before_the_intention(office: Engine, days: int, rules: list[str]) -> None:
    reference = intend_to_refuse_one(office)
    act(office, reference, "record-view", at=START)
    body = {"reasons": "R", "announcedOn": (TODAY + days * DAY).isoformat()}
    assert outcome(lambda: do(office, "application", reference, "refuse", by=AUTHORITY, body=body)) == rules


@pytest.mark.parametrize(("days", "rules"), [(-1, ["step.not-before"]), (0, [])])
def test_a_completed_application_is_not_left_unprocessed_before_the_completion(
    office: Engine, days: int, rules: list[str]
) -> None:
    reference, at = receive(office), START + 3 * DAY
    act(office, reference, "invite-completion", at=START)
    act(office, reference, "complete", at=at)
    body = {"reasons": "R", "announcedOn": (at.date() + days * DAY).isoformat()}
    assert outcome(lambda: do(office, "application", reference, "not-process", by=OFFICER, at=at, body=body)) == rules


@pytest.fixture
def running(prepared: Prepared) -> Engine:
    return prepared("late-employer", fill_received)


@pytest.mark.parametrize(("days", "rules"), [(0, []), (1, ["suspension.within-term"])])
def test_a_term_is_not_suspended_after_its_last_day(running: Engine, days: int, rules: list[str]) -> None:
    body = {"term": "takeover", "ground": "applicant-consents", "since": (DUE + days * DAY).isoformat(), "reasons": "R"}
    body |= {"organisation": ZILVERDAM}

    def suspend() -> Any:
        return change(running, "suspend-term", body, on=DUE, by=OFFICER, chart="application")

    assert outcome(suspend) == rules


# Given notice of default on the day after the eight weeks; the penalty begins two weeks later.
BEGUN = DUE + 15 * DAY


@pytest.mark.parametrize(("days", "rules"), [(8, ["step.not-before"]), (9, [])])
def test_a_penalty_is_not_fixed_before_its_last_day(running: Engine, days: int, rules: list[str]) -> None:
    default(running, DUE + DAY)
    take_over(running, BEGUN + 10 * DAY)
    body = {**TO, "announcedOn": (BEGUN + days * DAY).isoformat()}
    assert outcome(lambda: change(running, "fix-penalty", body, on=BEGUN + 10 * DAY)) == rules


# An end of office that was recorded wrong.


def work_on(engine: Engine, measure: Measure) -> list[str]:
    items = rows(engine, WorkItem, WorkItem.subject == measure.id, col(WorkItem.done_at).is_(None))
    return sorted(item.action for item in items)


@pytest.mark.parametrize(("days", "ended"), [(-1, True), (0, True), (1, False)])
def test_a_corrected_end_of_office_replaces_the_recorded_one(running: Engine, days: int, ended: bool) -> None:
    for organisation in (ZILVERDAM, "gemeente-goudveen"):
        take_over(running, DUE, organisation)
    reference, today = row(running, Application).id, DUE + 10 * DAY
    [first, *_] = rows(running, Measure, Measure.stream == reference, Measure.state == "taken-over")
    before = work_on(running, first)
    wrong = {"endedOn": (DUE + 5 * DAY).isoformat()}
    do(running, "application", reference, "end-office", by=OFFICER, at=noon(today), body=wrong)
    assert work_on(running, first) == ["keep-after-office"]
    until = today + days * DAY
    body = {"inOfficeUntil": until.isoformat(), "reasons": "The decision of dismissal names another day."}
    do(running, "application", reference, "correct-fact", by=OFFICER, at=noon(today), body=body)
    found = row(running, Application)
    assert (found.in_office_until, found.office_ended_on) == (until, until if ended else None)
    assert work_on(running, first) == (["keep-after-office"] if ended else before)
    again = {"endedOn": today.isoformat()}
    rules = ["turn.office-ends-once"] if ended else []
    assert outcome(lambda: end_again(running, reference, today, again)) == rules


def test_everything_that_ends_with_the_office_follows_each_correction_of_its_end(running: Engine) -> None:
    for organisation in (ZILVERDAM, "gemeente-goudveen"):
        take_over(running, DUE, organisation)
    reference, today = row(running, Application).id, DUE + 10 * DAY
    [first, *_] = rows(running, Measure, Measure.stream == reference, Measure.state == "taken-over")
    with transaction(running) as session:
        session.get_one(Measure, first.id).form = ProvisionForm.LENT
    do(running, "application", reference, "end-office", by=OFFICER, at=noon(today), body={"endedOn": DUE.isoformat()})
    for days in (30, 90, 60):  # the first two are still to come
        until = today + days * DAY
        body = {"inOfficeUntil": until.isoformat(), "reasons": "The decision of dismissal names another day."}
        do(running, "application", reference, "correct-fact", by=OFFICER, at=noon(today), body=body)
        assert row(running, Measure, Measure.id == first.id).ends_on == until


def end_again(engine: Engine, reference: str, on: date, body: dict[str, str]) -> Any:
    return do(engine, "application", reference, "end-office", by=OFFICER, at=noon(on), body=body)
