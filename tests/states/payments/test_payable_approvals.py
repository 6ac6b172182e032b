"""Approvals of payables: two approvers above the limit, and payment in parts."""

from decimal import Decimal

from invoicing import LATER, fill_once, invoice, line, pay, through, waiting
from office import APPROVER, FINANCE, ZILVERDAM, do, enrol, person, problems, refused, row, rows
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.storage.database import transaction
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.payments import BatchLine, Payable, PayableLine

SECOND = person(Role.APPROVER, ZILVERDAM, number=2)
HIGH = "12100.00"


def test_above_the_limit_two_people_approve_and_a_third_one_of_finance_checks(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    enrol_second(engine)
    invoice(engine, line(row(engine, Measure).id, HIGH))
    payable = through(engine, row(engine, Payable), "check", "approve")
    assert (payable.state, payable.approved_by) == ("first-approved", APPROVER.person)
    assert [item.role for item in waiting(engine, "approve-second")] == ["approver"]
    assert waiting(engine, "build-batch") == []
    again = lambda by: do(engine, "payable", payable.id, "approve-second", by=by, at=LATER)  # noqa: E731
    assert refused(lambda: again(APPROVER)) == ["conflict.four-eyes"]
    again(SECOND)
    assert row(engine, Payable).second_approved_by == SECOND.person
    pay_approved(engine)
    assert row(engine, Payable).state == "paid"
    assert problems(engine) == []


def test_an_invoice_in_parts_does_not_avoid_the_second_approver(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id, HIGH))
    whole = through(engine, row(engine, Payable), "check")
    do(engine, "payable", whole.id, "pay-in-parts", by=FINANCE, at=LATER, body={"amount": "6000.00"})
    assert {through(engine, part, "approve").state for part in rows(engine, Payable)} == {"first-approved"}


def test_the_person_who_entered_or_matched_an_invoice_does_not_approve_it(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    both = person(Role.SECURITY_CONTACT, ZILVERDAM, number=7)
    also = Actor(both.person, Role.APPROVER, ZILVERDAM)
    with transaction(engine) as session:
        enrol(session, both, also)
    invoice(engine, line(row(engine, Measure).id), by=both)
    payable = through(engine, row(engine, Payable), "check")
    assert refused(lambda: do(engine, "payable", payable.id, "approve", by=also, at=LATER)) == ["conflict.four-eyes"]
    do(engine, "payable", payable.id, "approve", by=APPROVER, at=LATER)


def enrol_second(engine: Engine) -> None:
    with transaction(engine) as session:
        enrol(session, SECOND)


def pay_approved(engine: Engine) -> None:
    """Batch and pay what is approved at Zilverdam."""
    pay(engine, employer=ZILVERDAM)


def test_a_payable_in_parts_is_paid_in_parts_and_settles_with_the_last(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id))
    whole = through(engine, row(engine, Payable), "check", "approve")
    for amount in ("0.00", "121.00"):
        body = {"amount": amount}
        call = lambda body=body: do(engine, "payable", whole.id, "pay-in-parts", by=FINANCE, at=LATER, body=body)  # noqa: E731
        assert refused(call) == ["payable.part-is-less"]
    batch = do(engine, "payment-batch", None, "build", by=FINANCE, at=LATER, body={"employer": ZILVERDAM}).row
    do(engine, "payment-batch", batch.id, "withdraw", by=FINANCE, at=LATER)
    do(engine, "payable", whole.id, "pay-in-parts", by=FINANCE, at=LATER, body={"amount": "40.00"})
    rest, part = rows(engine, Payable, Payable.part == 1)[0], rows(engine, Payable, Payable.part == 2)[0]
    assert (rest.id, rest.gross, part.gross, part.part_of) == (whole.id, Decimal("81.00"), Decimal("40.00"), whole.id)
    assert sum(item.net + item.vat for item in rows(engine, PayableLine)) == Decimal("121.00")
    assert (part.state, part.checked_by, part.approved_by) == ("approved", FINANCE.person, APPROVER.person)
    pay_approved(engine)
    assert {item.amount for item in rows(engine, BatchLine, BatchLine.counts)} == {Decimal("81.00"), Decimal("40.00")}
    assert row(engine, Measure).state == "settled"
    assert sum(item.amount for item in rows(engine, Booking)) == Decimal("121.00")
    assert problems(engine) == []


def test_an_advance_is_paid_at_once(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id), kind="advance", receipt="BON-1")
    body = {"amount": "1.00"}
    call = lambda: do(engine, "payable", row(engine, Payable).id, "pay-in-parts", by=FINANCE, at=LATER, body=body)  # noqa: E731
    assert refused(call) == ["payable.parts-of-a-supplier"]
