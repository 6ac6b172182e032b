"""Recurring costs: each day is invoiced once, between the provision and the end."""

from datetime import timedelta

import pytest
from invoicing import LATER, PROVIDED, TODAY, fill_once, fill_recurring, finance, invoice, line, only, pay, period
from office import DAY, act, at_event, do, person, problems, receive, refused, row, rows, snapshot, walk
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import ENGINE, Role
from states.commands.available_actions import actions
from states.tables.application import Application, Measure
from states.tables.payments import Payable, PayableLine
from states.tables.work import WorkItem

ENDS = PROVIDED + timedelta(days=364)


def fill_ending(engine: Engine) -> None:
    choose = only("digital", recurring=True, endsOn=ENDS.isoformat())
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=choose)


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ({}, ["payable.period-named"]),
        (period(PROVIDED, PROVIDED), []),
        (period(PROVIDED - DAY, PROVIDED), ["payable.period-within-measure"]),
        (period(PROVIDED, ENDS), []),
        (period(PROVIDED, ENDS + DAY), ["payable.period-within-measure"]),
    ],
)
def test_a_line_of_a_recurring_cost_names_days_between_provision_and_end(
    prepared: Prepared, more: dict[str, str], rules: list[str]
) -> None:
    engine = prepared("ending", fill_ending)
    measure = row(engine, Measure)
    assert measure.provided_on == PROVIDED
    item = line(measure.id, **more)
    if rules:
        before = snapshot(engine)
        assert refused(lambda: invoice(engine, item)) == rules
        assert snapshot(engine) == before
    else:
        invoice(engine, item)
        found = row(engine, PayableLine)
        assert (found.period_from.isoformat(), found.period_until.isoformat()) == tuple(more.values())
        assert problems(engine) == []


def test_a_one_off_measure_has_no_period(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    item = line(row(engine, Measure).id, **period(PROVIDED, PROVIDED))
    assert refused(lambda: invoice(engine, item)) == ["payable.period-named"]


def test_no_day_is_paid_twice_on_one_invoice_or_two_until_the_first_is_rejected(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    key = row(engine, Measure).id
    first, second = period(PROVIDED, PROVIDED + 9 * DAY), period(PROVIDED + 9 * DAY, PROVIDED + 19 * DAY)
    assert refused(lambda: invoice(engine, line(key, **first), line(key, **second))) == ["payable.period-paid-once"]
    invoice(engine, line(key, **first))
    assert refused(lambda: invoice(engine, line(key, **second), number="F-2")) == ["payable.period-paid-once"]
    invoice(engine, line(key, **period(PROVIDED + 10 * DAY, PROVIDED + 19 * DAY)), number="F-3")
    wrong = row(engine, Payable, Payable.number == "F-3")
    do(engine, "payable", wrong.id, "reject", by=finance(engine, Role.APPROVER), at=LATER, body={"reasons": "R"})
    invoice(engine, line(key, **period(PROVIDED + 10 * DAY, PROVIDED + 20 * DAY)), number="F-4")


def test_the_line_that_reaches_the_end_is_final_whatever_its_field_says(prepared: Prepared) -> None:
    engine = prepared("ending", fill_ending)
    key = row(engine, Measure).id
    invoice(engine, line(key, **period(PROVIDED, ENDS - DAY)))  # final by default, and yet not the last
    assert not row(engine, Measure).invoiced
    pay(engine)
    assert row(engine, Measure).state == "provided"
    invoice(engine, line(key, **period(ENDS, ENDS), final=False), number="F-2")
    assert row(engine, Measure).invoiced
    pay(engine)
    assert row(engine, Measure).state == "settled"
    assert problems(engine) == []


def test_without_an_end_a_measure_runs_until_the_office_ends(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    key = row(engine, Measure).id
    invoice(engine, line(key, **period(PROVIDED, PROVIDED + 3650 * DAY)))
    pay(engine)
    assert (row(engine, Measure).invoiced, row(engine, Measure).state) == (False, "provided")
    last = PROVIDED + 3650 * DAY
    for ends_on, settled in ((last + DAY, False), (last, True)):
        body = {"endedOn": ends_on.isoformat()}
        do(engine, "measure", key, "end-with-office", by=ENGINE, at=LATER, body=body)
        assert (row(engine, Measure).ends_on, row(engine, Measure).state == "settled") == (ends_on, settled)
    do(engine, "measure", key, "end-with-office", by=ENGINE, at=LATER, body={"endedOn": (last + DAY).isoformat()})
    assert row(engine, Measure).ends_on == last  # an end is brought forward, never back
    assert problems(engine) == []


def test_a_cost_beyond_an_office_that_ended_meanwhile_is_found_at_the_check(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    invoice(engine, line(row(engine, Measure).id, **period(PROVIDED, TODAY)))
    application, payable = row(engine, Application), row(engine, Payable)
    for until, rules in ((TODAY - DAY, ["payable.period-within-measure"]), (TODAY, [])):
        body = {"inOfficeUntil": until.isoformat(), "reasons": "The office ended."}
        do(engine, "application", application.id, "correct-fact", by=person(Role.OFFICER), at=LATER, body=body)
        if rules:
            assert refused(lambda: do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)) == rules
        else:
            do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)


def test_the_example_of_a_recurring_cost_is_accepted_and_repeats_no_day(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    act(engine, row(engine, Application).id, "receive-invoice", at=LATER)
    assert (row(engine, PayableLine).period_from, row(engine, PayableLine).period_until) == (PROVIDED, TODAY)
    with Session(engine) as session:
        found = actions(session, session.get_one(Application, row(engine, Application).id), at=LATER)
    assert not [item for item in found if item.event == "receive-invoice" and item.allowed]
    assert rows(engine, WorkItem, WorkItem.action == "receive-invoice", WorkItem.done_at.is_(None)) == []  # type: ignore[attr-defined]
