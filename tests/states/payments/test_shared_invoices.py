"""Shared invoices: one employer's part is rejected and replaced."""

from typing import Any

import pytest
from invoicing import LATER, PROVIDED, fill_shared, fill_shared_recurring, invoice, line, pay, period
from office import DAY, GOUDVEEN, ZILVERDAM, act, do, person, problems, refused, row, rows
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import Role
from states.errors import MalformedError
from states.storage.database import transaction
from states.tables.application import Application, Measure
from states.tables.payments import Payable
from states.tables.work import WorkItem


def part(engine: Engine, employer: str, number: str = "F-1") -> Any:
    return row(engine, Payable, Payable.organisation == employer, Payable.number == number, Payable.state != "rejected")


def reject(engine: Engine, employer: str) -> None:
    by = person(Role.APPROVER, employer)
    do(engine, "payable", part(engine, employer).id, "reject", by=by, at=LATER, body={"reasons": "Wrong work."})


@pytest.mark.parametrize("other", ["received", "checked", "approved"])
def test_a_shared_invoice_is_rejected_as_a_whole_and_replaced_by_the_corrected_one(
    prepared: Prepared, other: str
) -> None:
    engine = prepared("shared", fill_shared)
    item = line(row(engine, Measure).id)
    invoice(engine, item)
    for event, role in (("check", Role.FINANCE), ("approve", Role.APPROVER))[
        : ("received", "checked", "approved").index(other)
    ]:
        do(engine, "payable", part(engine, ZILVERDAM).id, event, by=person(role, ZILVERDAM), at=LATER)
    reject(engine, GOUDVEEN)
    assert {payable.state for payable in rows(engine, Payable)} == {"rejected"}
    assert not row(engine, Measure).invoiced
    waiting = rows(engine, WorkItem, WorkItem.action == "receive-invoice", WorkItem.done_at.is_(None))  # type: ignore[attr-defined]
    assert [item.subject for item in waiting] == [row(engine, Measure).id]
    invoice(engine, item)
    assert sorted(payable.state for payable in rows(engine, Payable)) == ["received"] * 2 + ["rejected"] * 2
    assert problems(engine) == []


@pytest.mark.parametrize("paid", [True, False])
def test_a_part_sent_to_the_bank_remains_and_only_the_rejected_part_is_replaced(prepared: Prepared, paid: bool) -> None:
    engine = prepared("shared", fill_shared)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00"))
    if paid:
        pay(engine, employer=ZILVERDAM)
    else:
        mine = part(engine, ZILVERDAM)
        do(engine, "payable", mine.id, "check", by=person(Role.FINANCE, ZILVERDAM), at=LATER)
        do(engine, "payable", mine.id, "approve", by=person(Role.APPROVER, ZILVERDAM), at=LATER)
        body = {"employer": ZILVERDAM}
        do(engine, "payment-batch", None, "build", by=person(Role.FINANCE, ZILVERDAM), at=LATER, body=body)
    wrong = part(engine, GOUDVEEN)
    reject(engine, GOUDVEEN)
    assert part(engine, ZILVERDAM).state == ("paid" if paid else "batched")
    assert row(engine, Measure).state == "provided"
    whole, again = line(key, "242.00"), line(key, "121.00")
    assert refused(lambda: invoice(engine, whole)) == ["payable.not-a-duplicate"]
    assert refused(lambda: invoice(engine, again, replaces=part(engine, ZILVERDAM).id)) == [
        "payable.replaces-a-rejected-part",
        "payable.not-a-duplicate",
    ]
    act(engine, row(engine, Application).id, "receive-invoice", at=LATER)  # the example proposes that part again
    right = part(engine, GOUDVEEN)
    assert (right.gross, right.replaces, right.invoice) == (wrong.gross, wrong.id, wrong.invoice)
    assert len(rows(engine, Payable)) == 3
    assert refused(lambda: invoice(engine, again, replaces=wrong.id, number="F-9")) == [
        "payable.replaces-a-rejected-part",
        "step.nothing-left-to-invoice",
    ]
    pay(engine, employer=GOUDVEEN)
    assert (row(engine, Measure).state == "settled") == paid
    assert problems(engine) == []


def test_a_part_is_replaced_in_its_own_case_and_for_its_own_employer(prepared: Prepared) -> None:
    engine = prepared("shared", fill_shared)
    item = line(row(engine, Measure).id)
    with pytest.raises(MalformedError) as caught:
        invoice(engine, item, replaces="payable-elsewhere")
    assert [field for field, _ in caught.value.problems] == ["replaces"]
    invoice(engine, item)
    pay(engine, employer=ZILVERDAM)
    reject(engine, GOUDVEEN)
    with transaction(engine) as session:
        session.get_one(Measure, row(engine, Measure).id).payer = ZILVERDAM
    with pytest.raises(MalformedError, match=f"paid by {ZILVERDAM} alone"):
        invoice(engine, item, replaces=row(engine, Payable, Payable.state == "rejected").id)


def test_the_days_of_a_recurring_part_are_free_for_the_part_that_replaces_it(prepared: Prepared) -> None:
    engine = prepared("shared-recurring", fill_shared_recurring)
    key, days = row(engine, Measure).id, period(PROVIDED, PROVIDED + 9 * DAY)
    invoice(engine, line(key, "242.00", **days))
    pay(engine, employer=ZILVERDAM)
    wrong = part(engine, GOUDVEEN)
    reject(engine, GOUDVEEN)
    invoice(engine, line(key, **days), replaces=wrong.id, number="F-2")
    again = refused(lambda: invoice(engine, line(key, **days), number="F-3"))
    assert again == ["payable.period-paid-once"]
