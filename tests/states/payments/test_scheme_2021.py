"""Scheme of 2021 to 2023: a home measure is judged by the scheme of the day on which it was provided."""

from datetime import UTC, datetime
from typing import Any

import pytest
from invoicing import LATER, invoice, line, only
from office import DAY, ZILVERDAM, act, at_event, do, iban, person, problems, receive, refused, row, rows, walk
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import Role
from states.charts.application import Stage
from states.errors import MalformedError
from states.tables.application import Application, Measure
from states.tables.ledger import LedgerEntry
from states.tables.payments import Payable

OLD = datetime(2023, 12, 11, 9, tzinfo=UTC)
LAST_OLD = datetime(2023, 12, 31, 12, tzinfo=UTC)


def fill_old(engine: Engine) -> None:
    reference = receive(engine, at=OLD, certainSince="2022-06-01")
    walk(engine, reference, before=at_event("provide"), choose=only("home"), at=OLD)


def provide(engine: Engine, at: datetime, **more: Any) -> None:
    body = {"providedOn": at.date().isoformat(), **more}
    do(engine, "measure", row(engine, Measure).id, "provide", by=person(Role.EMPLOYER, ZILVERDAM), at=at, body=body)


@pytest.mark.parametrize(
    ("at", "gross", "rules"),
    [
        (LAST_OLD, "2400.00", []),
        (LAST_OLD, "2400.01", ["provision.home-maximum"]),
        (LAST_OLD + DAY, "2400.01", []),
        (LAST_OLD + DAY, "9999.99", []),
    ],
)
def test_a_home_measure_is_judged_by_the_scheme_of_the_day_it_was_provided(
    prepared: Prepared, at: datetime, gross: str, rules: list[str]
) -> None:
    engine = prepared("old-home", fill_old)
    provide(engine, at, **({"onClosedList": True} if at == LAST_OLD else {}))
    item = line(row(engine, Measure).id, gross)
    if rules:
        assert refused(lambda: invoice(engine, item, at=LATER)) == rules
        outside = line(None, "0.01", vatRate="0", net="0.01", vat="0.00", outside="wage", reasons="Above the maximum.")
        invoice(engine, line(row(engine, Measure).id, "2400.00"), outside, at=LATER)
    else:
        invoice(engine, item, at=LATER)
    assert problems(engine) == []


def test_all_that_was_provided_at_a_home_counts_together(prepared: Prepared) -> None:
    engine = prepared("old-home", fill_old)
    provide(engine, LAST_OLD, onClosedList=True)
    key = row(engine, Measure).id
    invoice(engine, line(key, "2000.00", final=False), at=LATER)
    assert refused(lambda: invoice(engine, line(key, "400.01"), number="F-2")) == ["provision.home-maximum"]
    invoice(engine, line(key, "400.00"), number="F-2")


@pytest.mark.parametrize(("at", "rules"), [(LAST_OLD, ["provision.home-maximum"]), (LAST_OLD + DAY, [])])
def test_a_measure_invoiced_ahead_is_judged_at_the_provision(
    prepared: Prepared, at: datetime, rules: list[str]
) -> None:
    engine = prepared("old-home", fill_old)
    invoice(engine, line(row(engine, Measure).id, "2400.01"), at=OLD + 5 * DAY)
    more = {"onClosedList": True} if rules else {}
    if rules:
        assert refused(lambda: provide(engine, at, **more)) == rules
    else:
        provide(engine, at, **more)


@pytest.mark.parametrize(("listed", "rules"), [(None, 1), (False, 1), (True, 0)])
def test_until_2023_a_home_measure_is_on_the_closed_list(prepared: Prepared, listed: bool | None, rules: int) -> None:
    engine = prepared("old-home", fill_old)
    more = {} if listed is None else {"onClosedList": listed}
    if rules:
        assert refused(lambda: provide(engine, LAST_OLD, **more)) == ["provision.on-the-closed-list"]
    else:
        provide(engine, LAST_OLD, **more)
        example = {item.event: item.facts for item in rows(engine, LedgerEntry, LedgerEntry.event == "provide")}
        assert example["provide"]["on_closed_list"] is True


def test_since_2024_there_is_no_closed_list(prepared: Prepared) -> None:
    engine = prepared("old-home", fill_old)
    with pytest.raises(MalformedError) as caught:
        provide(engine, LAST_OLD + DAY, onClosedList=True)
    assert [field for field, _ in caught.value.problems] == ["onClosedList"]


def test_the_example_of_a_provision_in_the_old_scheme_is_accepted(prepared: Prepared) -> None:
    engine = prepared("old-home", fill_old)
    act(engine, row(engine, Application).id, "provide", at=LAST_OLD)
    assert row(engine, Measure).provided_on == LAST_OLD.date()


def test_another_home_has_a_maximum_of_its_own(prepared: Prepared) -> None:
    engine = prepared("two-old-homes", fill_two_old)
    for measure in rows(engine, Measure):
        body = {"providedOn": "2023-12-31", "onClosedList": True}
        do(engine, "measure", measure.id, "provide", by=person(Role.EMPLOYER, ZILVERDAM), at=LAST_OLD, body=body)
    for number, measure in enumerate(rows(engine, Measure)):
        found = {
            "number": f"F-{number}",
            "dated": "2024-01-05",
            "payee": "P",
            "iban": iban(900),
            "lines": [line(measure.id, "2400.00")],
        }
        do(
            engine,
            "application",
            measure.stream,
            "receive-invoice",
            by=person(Role.FINANCE, ZILVERDAM),
            at=LATER,
            body=found,
        )
    assert len(rows(engine, Payable)) == 2


def fill_two_old(engine: Engine) -> None:
    fill_old(engine)
    applicant = row(engine, Application).applicant
    reference = receive(engine, at=OLD, certainSince="2022-06-01", applicant=applicant)
    walk(engine, reference, before=at_event("provide"), choose=only("home"), at=OLD)
    assert {item.state for item in rows(engine, Application)} == {Stage.PROVISION}
