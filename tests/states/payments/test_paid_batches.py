"""Paid batches: what the bank's statements and returns do to batches, payables and bookings."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from banking import bring
from batches import answer, build, fill_approved, fill_exported, fill_paid, give_back, pay_again, step
from office import (
    APPROVER,
    DAY,
    FINANCE,
    GOUDVEEN,
    RELEASER,
    START,
    ZILVERDAM,
    at_event,
    do,
    iban,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    snapshot,
    sparing,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import ENGINE, Role
from states.errors import BankFileRefusedError, MalformedError
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import transaction
from states.tables.accounting import Booking, JournalLine, Part
from states.tables.application import Measure
from states.tables.payments import BankEntry, BankMessage, BatchLine, Payable, PayableLine, PaymentBatch


def test_only_a_statement_makes_a_payable_paid(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    assert row(engine, Payable).state == "batched"
    found = bring(engine, answer(engine))
    assert [entry.matched for entry in found.entries] == [True]
    assert (row(engine, Payable).state, row(engine, Payable).paid_on) == ("paid", START.date())
    assert row(engine, PaymentBatch).state == "settled"
    assert row(engine, Measure).state == "settled"
    assert row(engine, Booking).state in {"awaiting-evidence", "ready"}


def test_the_same_statement_twice_changes_nothing(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    file = answer(engine)
    assert not bring(engine, file).again
    before = snapshot(engine)
    assert bring(engine, file, days=3).again
    assert snapshot(engine) == before


def test_the_same_statement_sent_twice_at_once_is_imported_once(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    file = answer(engine)
    start = Barrier(3)

    def clerk(_: int) -> bool:
        start.wait()
        return bring(engine, file).again

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(clerk, range(3))) == [False, True, True]
    assert len(rows(engine, BankMessage)) == len(rows(engine, Booking)) == 1
    assert problems(engine) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (iban(1).encode(), iban(3).encode()),  # another employer's account
        (iban(1).encode(), iban(55).encode()),  # nobody's
        (b"<Sts><Cd>BOOK", b"<Sts><Cd>WHAT"),
        (b"</Document>", b""),
        (b'Ccy="EUR">', b'Ccy="USD">'),
    ],
)
def test_a_statement_of_another_account_is_refused_whole(prepared: Prepared, old: bytes, new: bytes) -> None:
    engine = prepared("exported", fill_exported)
    file = answer(engine)
    assert old in file
    before = snapshot(engine)
    with pytest.raises(BankFileRefusedError):
        bring(engine, file.replace(old, new))
    assert snapshot(engine) == before


def test_an_amount_that_differs_books_nothing_and_stays_unmatched(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    amount = format(row(engine, Payable).gross, "f").encode()
    closing = format(demonstration_bank.OPENING - row(engine, Payable).gross, "f").encode()
    file = answer(engine).replace(amount + b"<", b"1.00<").replace(closing, b"999999.00")
    found = bring(engine, file)
    assert [entry.matched for entry in found.entries] == [False]
    assert row(engine, Payable).state == "batched"


def expect_balanced(engine: Engine) -> None:
    sums: dict[str, Decimal] = {}
    for item in rows(engine, JournalLine):
        sums[item.booking] = sums.get(item.booking, Decimal(0)) + item.debit - item.credit
        assert (item.debit == 0) != (item.credit == 0)
    assert all(total == 0 for total in sums.values())


def test_a_returned_payment_is_unpaid_its_booking_reversed_and_it_can_be_paid_again(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    batch, payable = row(engine, PaymentBatch), row(engine, Payable)
    payment = row(engine, BatchLine).end_to_end
    assert row(engine, Booking).state == "booked"
    give_back(engine, batch, payment)
    back = row(engine, Payable)
    assert (back.state, back.paid_on, back.return_reason) == ("returned", None, "AC04")
    assert row(engine, Booking).state == "reversed"
    assert row(engine, Measure).state == "provided"
    assert not row(engine, BatchLine).counts
    expect_balanced(engine)
    totals: dict[str, Decimal] = {}
    for item in rows(engine, JournalLine):
        totals[item.account] = totals.get(item.account, Decimal(0)) + item.debit - item.credit
    assert set(totals.values()) == {Decimal(0)}

    at = START + timedelta(days=6)
    do(engine, "payable", payable.id, "approve", by=APPROVER, at=at)
    pay_again(engine, at)
    assert row(engine, Payable).state == "paid"
    assert row(engine, Measure).state == "settled"
    assert sorted(item.state for item in rows(engine, Booking)) == ["awaiting-evidence", "reversed"]
    counting = [item for item in rows(engine, BatchLine) if item.counts]
    assert [item.batch for item in counting] != [batch.id]
    expect_balanced(engine)
    assert problems(engine) == []


def test_a_repeated_return_does_not_affect_the_second_payment(prepared: Prepared) -> None:
    """The bank may repeat an old return on a later statement; that payment was returned already."""
    engine = prepared("paid", fill_paid)
    batch, payment = row(engine, PaymentBatch), row(engine, BatchLine).end_to_end
    give_back(engine, batch, payment)
    at = START + timedelta(days=6)
    do(engine, "payable", row(engine, Payable).id, "approve", by=APPROVER, at=at)
    pay_again(engine, at)
    give_back(engine, batch, payment, days=8)
    assert row(engine, Payable).state == "paid"
    assert sum(item.counts for item in rows(engine, BatchLine)) == 1
    assert problems(engine) == []


def test_a_batch_settles_although_one_of_its_payments_was_returned_and_waits_in_another(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    batch = build(engine)
    for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
        step(engine, batch, event, by)
    first = min(rows(engine, BatchLine), key=lambda item: item.end_to_end)
    give_back(engine, batch, first.end_to_end)  # rejected by the bank before it was booked
    assert row(engine, Payable, Payable.id == first.payable).state == "returned"
    do(engine, "payable", first.payable, "approve", by=APPROVER, at=START + timedelta(days=6))
    with transaction(engine) as session:
        sealed = batch_document(session, session.get_one(PaymentBatch, batch.id))
    bring(engine, demonstration_bank.answer(sealed, booked_on=START.date() + timedelta(days=6)), days=6)
    assert sorted(item.state for item in rows(engine, Payable)) == ["approved", "paid", "paid"]
    assert row(engine, PaymentBatch).state == "settled"


def fill_waiting(engine: Engine) -> None:
    walk(engine, receive(engine, employers=[GOUDVEEN]), before=at_event("complete-evidence"), choose=sparing)


def test_a_booking_waits_for_its_evidence(prepared: Prepared) -> None:
    engine = prepared("waiting-booking", fill_waiting)
    booking, finance = row(engine, Booking), person(Role.FINANCE, GOUDVEEN)
    waiting = ["end-of-office", "no-own-contribution", "risk-inventory"]
    assert (booking.state, sorted(booking.missing)) == ("awaiting-evidence", waiting)
    assert refused(lambda: do(engine, "booking", booking.id, "book", by=finance)) == ["chart.state"]
    do(engine, "booking", booking.id, "complete-evidence", by=finance, body={"noOwnContribution": True})
    assert (row(engine, Booking).state, sorted(row(engine, Booking).missing)) == ("awaiting-evidence", waiting[::2])
    body = {"riskInventory": "RIE-7", "endOfOffice": "2027-03-31"}
    do(engine, "booking", booking.id, "complete-evidence", by=finance, body=body)
    assert row(engine, Booking).state == "ready"
    assert {item.part for item in rows(engine, JournalLine)} == {"payment"}
    do(engine, "booking", booking.id, "book", by=finance)
    expect_balanced(engine)
    lines = rows(engine, JournalLine)
    assert {item.task_field for item in lines} == {"0.1"}
    assert sum(item.debit for item in lines if item.part == "cost") == booking.amount
    with pytest.raises(MalformedError):
        do(engine, "booking", booking.id, "complete-evidence", by=finance, body={"noOwnContribution": False})


def test_every_booking_of_a_whole_walk_balances_and_adds_up_to_what_was_paid(office: Engine) -> None:
    walk(office, receive(office, employers=[ZILVERDAM, GOUDVEEN]))
    expect_balanced(office)
    for payable in rows(office, Payable):
        bookings = rows(office, Booking, Booking.payable == payable.id)
        assert sum(item.amount for item in bookings) == payable.gross
        assert {item.organisation for item in bookings} == {payable.organisation}
        lines = rows(office, PayableLine, PayableLine.payable == payable.id)
        assert sum(item.gross for item in lines) == payable.gross
        for booking in bookings:
            for part in Part:
                lines = rows(office, JournalLine, JournalLine.booking == booking.id, JournalLine.part == part)
                assert sum(item.debit for item in lines) == booking.amount


def test_a_reversed_booking_mirrors_its_lines(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    booking = row(engine, Booking)
    do(engine, "booking", booking.id, "reverse", by=ENGINE, at=START + DAY)
    lines = rows(engine, JournalLine)
    half = len(lines) // 2
    assert [(item.account, item.debit, item.credit) for item in lines[:half]] == [
        (item.account, item.credit, item.debit) for item in lines[half:]
    ]


def test_a_bank_file_is_kept_with_its_entries(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    bring(engine, answer(engine))
    entry = row(engine, BankEntry)
    assert (entry.amount, entry.payable) == (-row(engine, Payable).gross, row(engine, Payable).id)
