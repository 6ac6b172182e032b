"""Money: every cent of an invoice reaches one payer, one batch, one booking, and nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from threading import Barrier
from typing import Any

import pytest
from office import (
    GOUDVEEN,
    START,
    ZILVERDAM,
    Action,
    act,
    actions,
    at_event,
    do,
    iban,
    onward,
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
from shelf import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import ENGINE, Role
from states.charts.application import Stage
from states.commands.bank_files import ImportedFile, take_in
from states.errors import BankFileRefusedError, MalformedError, RefusedError, StatesError
from states.formats import demonstration_bank
from states.jobs.due_batches import build_due
from states.payments.batch_files import batch_document
from states.storage.database import transaction
from states.tables.accounting import Booking, JournalLine, Part
from states.tables.application import Application, Measure
from states.tables.payments import BankEntry, BankMessage, BatchLine, Payable, PayableLine, PaymentBatch

FINANCE = person(Role.FINANCE, ZILVERDAM)
APPROVER = person(Role.APPROVER, ZILVERDAM)
RELEASER = person(Role.RELEASER, ZILVERDAM)
DAY = timedelta(days=1)


def fill_two(engine: Engine) -> None:
    """A mayor of two municipalities who both took over, one measure of which is attributed to the second."""

    def attribute(proposed: list[Action]) -> Action | None:
        from dataclasses import replace  # noqa: PLC0415

        found = onward(proposed)
        if found is None or found.event != "assess-domain" or not found.example:
            return found
        if found.example["domain"] == "digital":
            measure = {**found.example["measures"][0], "payer": GOUDVEEN}
            return replace(found, example={**found.example, "measures": [measure]})
        return sparing(proposed) if found.example["domain"] == "home" else found

    walk(engine, receive(engine, employers=[ZILVERDAM, GOUDVEEN]), Stage.PROVISION, choose=attribute)


def fill_invoiceable(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=sparing)


def fill_approved(engine: Engine) -> None:
    for _ in range(3):
        walk(engine, receive(engine), before=at_event("build"), choose=sparing)


def fill_sealed(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("release"), choose=sparing)


def fill_exported(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("take-in-statement"), choose=sparing)


def fill_paid(engine: Engine) -> None:
    walk(engine, receive(engine), Stage.CLOSED, choose=sparing)


def line(measure: str, net: str, rate: str, vat: str, gross: str | None = None, **more: Any) -> dict[str, Any]:
    total = gross or format(Decimal(net) + Decimal(vat), "f")
    return {"measure": measure, "net": net, "vatRate": rate, "vat": vat, "gross": total, **more}


def invoice(engine: Engine, *lines: dict[str, Any], **changes: Any) -> None:
    reference = row(engine, Application).id
    body = {
        "number": "F-1",
        "dated": "2026-03-02",
        "payee": "Beveiliging Voorbeeld BV",
        "iban": "NL02ABNA0123456789",
        "lines": list(lines),
        **changes,
    }
    do(engine, "application", reference, "receive-invoice", by=FINANCE, at=START + DAY, body=body)


# Invoices.


@pytest.mark.parametrize(
    ("net", "rate", "vat", "parts"),
    [
        ("100.00", "21", "21.00", {ZILVERDAM: "60.50", GOUDVEEN: "60.50"}),
        ("100.01", "0", "0.00", {ZILVERDAM: "50.01", GOUDVEEN: "50.00"}),
        ("100.03", "0", "0.00", {ZILVERDAM: "50.02", GOUDVEEN: "50.01"}),
        ("33.33", "21", "7.00", {ZILVERDAM: "20.17", GOUDVEEN: "20.16"}),
        ("0.03", "0", "0.00", {ZILVERDAM: "0.02", GOUDVEEN: "0.01"}),
    ],
)
def test_two_municipalities_share_an_amount_to_the_cent_and_the_first_takes_the_remainder(
    prepared: Prepared, net: str, rate: str, vat: str, parts: dict[str, str]
) -> None:
    engine = prepared("two-employers", fill_two)
    shared = row(engine, Measure, Measure.domain == "work")
    invoice(engine, line(shared.id, net, rate, vat))
    found = {item.organisation: item for item in rows(engine, Payable)}
    assert {key: format(item.gross, "f") for key, item in found.items()} == parts
    assert sum(item.gross for item in found.values()) == Decimal(net) + Decimal(vat)
    assert sum(item.net for item in found.values()) == Decimal(net)
    assert sum(item.vat for item in found.values()) == Decimal(vat)
    assert all(item.net + item.vat == item.gross > 0 for item in found.values())
    assert len({item.invoice for item in found.values()}) == 1


def test_an_amount_too_small_to_share_is_refused_rather_than_paid_as_nothing(prepared: Prepared) -> None:
    engine = prepared("two-employers", fill_two)
    shared = row(engine, Measure, Measure.domain == "work")
    assert refused(lambda: invoice(engine, line(shared.id, "0.01", "0", "0.00"))) == ["payable.amount-not-zero"]


def test_an_attributed_measure_is_paid_by_that_employer_alone(prepared: Prepared) -> None:
    engine = prepared("two-employers", fill_two)
    own, shared = row(engine, Measure, Measure.domain == "digital"), row(engine, Measure, Measure.domain == "work")
    assert own.payer == GOUDVEEN
    invoice(engine, line(own.id, "0.01", "0", "0.00"), number="F-2")
    assert [(item.organisation, item.gross) for item in rows(engine, Payable)] == [(GOUDVEEN, Decimal("0.01"))]
    invoice(engine, line(own.id, "10.00", "21", "2.10"), line(shared.id, "5.00", "21", "1.05"), number="F-3")
    found = {item.organisation: item.gross for item in rows(engine, Payable, Payable.number == "F-3")}
    assert found == {ZILVERDAM: Decimal("3.03"), GOUDVEEN: Decimal("15.12")}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"vat": "21.02", "gross": "121.02"}, ["payable.line-adds-up"]),
        ({"vat": "21.01", "gross": "121.01"}, []),  # a cent of rounding
        ({"vat": "20.98", "gross": "120.98"}, ["payable.line-adds-up"]),
        ({"gross": "121.01"}, ["payable.line-adds-up"]),
        ({"vatRate": "19", "vat": "19.00", "gross": "119.00"}, ["payable.line-adds-up"]),
        ({"vatRate": "9", "vat": "9.00", "gross": "109.00"}, []),
        ({"net": "0.00", "vat": "0.00", "gross": "0.00"}, ["payable.amount-not-zero"]),
        ({}, []),
    ],
)
def test_a_line_adds_up_to_the_cent(prepared: Prepared, changes: dict[str, str], rules: list[str]) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    measure = row(engine, Measure)
    item = {**line(measure.id, "100.00", "21", "21.00"), **changes}
    if rules:
        before = snapshot(engine)
        assert refused(lambda: invoice(engine, item)) == rules
        assert snapshot(engine) == before
    else:
        invoice(engine, item)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"dated": "2026-03-01"}, ["payable.not-before-takeover"]),
        ({"dated": "2026-03-02"}, []),
        ({"dated": "2026-03-03"}, []),
        ({"dated": "2026-03-04"}, ["step.not-in-future"]),
        ({"iban": "NL02ABNA0123456788"}, ["payable.iban-valid"]),
        ({"iban": "nl02 abna 0123 4567 89"}, []),
        ({"kind": "advance"}, ["step.advance-has-receipt"]),
        ({"kind": "advance", "receipt": "BON-1"}, []),
    ],
)
def test_an_invoice_is_of_a_day_and_an_account_that_can_be(
    prepared: Prepared, changes: dict[str, str], rules: list[str]
) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    item = line(row(engine, Measure).id, "100.00", "21", "21.00")
    if rules:
        assert refused(lambda: invoice(engine, item, **changes)) == rules
    else:
        invoice(engine, item, **changes)


def test_a_number_with_spaces_and_underscores_is_kept_and_leaves_in_letters_of_the_bank(prepared: Prepared) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    invoice(engine, line(row(engine, Measure).id, "100.00", "21", "21.00"), number="F 2026_0012")
    payable = row(engine, Payable)
    assert payable.number == "F 2026_0012"
    for event, by in (("check", FINANCE), ("approve", APPROVER)):
        do(engine, "payable", payable.id, event, by=by, at=START + DAY)
    batch = build(engine)
    step(engine, batch, "seal")
    assert b"<Ustrd>Factuur F 2026-0012</Ustrd>" in written(engine)


def test_an_invoice_is_for_a_measure_of_the_case(prepared: Prepared) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    with pytest.raises(MalformedError) as caught:
        invoice(engine, line("measure-elsewhere", "1.00", "0", "0.00"))
    assert [field for field, _ in caught.value.problems] == ["lines.0.measure"]


@pytest.mark.parametrize("account", ["NL02ABNA0123456789", "NL02 ABNA 0123 4567 89", "nl02abna0123456789"])
def test_the_same_invoice_comes_in_once_however_its_account_is_written(prepared: Prepared, account: str) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    item = line(row(engine, Measure).id, "100.00", "21", "21.00", final=False)
    invoice(engine, item)
    before = snapshot(engine)
    assert refused(lambda: invoice(engine, item, iban=account)) == ["payable.not-a-duplicate"]
    assert snapshot(engine) == before
    for changes in ({"iban": iban(77)}, {"number": "F-2"}, {"number": "f.01"}):  # another account, number or spelling
        assert refused(lambda changes=changes: invoice(engine, item, **changes)) == ["payable.no-lookalike"]
        invoice(engine, item, apart="Another supplier, or another delivery of that day.", **changes)


def test_a_rejected_invoice_makes_room_for_the_right_one(prepared: Prepared) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    item = line(row(engine, Measure).id, "100.00", "21", "21.00")
    invoice(engine, item)
    do(engine, "payable", row(engine, Payable).id, "reject", by=APPROVER, at=START + DAY, body={"reasons": "R"})
    invoice(engine, item)
    assert sorted(payable.state for payable in rows(engine, Payable)) == ["received", "rejected"]


def test_an_own_contribution_blocks_the_payment_and_with_it_the_exempt_booking(prepared: Prepared) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    invoice(engine, line(row(engine, Measure).id, "100.00", "21", "21.00"), ownContribution="0.01")
    payable = row(engine, Payable)
    assert refused(lambda: do(engine, "payable", payable.id, "check", by=FINANCE)) == ["tax.no-own-contribution"]


# Batches.


def build(engine: Engine) -> PaymentBatch:
    found: PaymentBatch = do(
        engine, "payment-batch", None, "build", by=FINANCE, at=START + DAY, body={"employer": ZILVERDAM}
    ).row
    return found


def step(engine: Engine, batch: PaymentBatch, event: str, by: Any = FINANCE) -> None:
    do(engine, "payment-batch", batch.id, event, by=by, at=START + DAY)


def test_a_batch_holds_everything_approved_and_its_sums(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    batch = build(engine)
    lines = rows(engine, BatchLine)
    assert (batch.count, batch.total) == (3, sum(item.amount for item in lines))
    assert {item.payable for item in lines} == {item.id for item in rows(engine, Payable)}
    assert {item.state for item in rows(engine, Payable)} == {"batched"}
    assert refused(lambda: build(engine)) == ["batch.not-empty"]


def test_two_builders_at_once_put_nothing_in_two_batches(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    start = Barrier(4)

    def builder(number: int) -> str:
        start.wait()
        try:
            if number % 2:
                with transaction(engine) as session:
                    return " ".join(build_due(session, at=START + DAY))
            return build(engine).id
        except RefusedError as error:
            return error.findings[0].rule

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(builder, range(4)))
    lines = rows(engine, BatchLine)
    assert len(lines) == len({item.payable for item in lines}) == 3
    assert sum(name.startswith("batch-") for name in found) == len(rows(engine, PaymentBatch)) == 1
    assert set(found) - {lines[0].batch} <= {"batch.not-empty", ""}
    assert problems(engine) == []


def test_a_withdrawn_batch_frees_its_payables_for_another(prepared: Prepared) -> None:
    for stop in range(3):
        engine = prepared("approved", fill_approved)
        batch = build(engine)
        for event, by in (("seal", FINANCE), ("release", RELEASER))[:stop]:
            step(engine, batch, event, by)
        step(engine, batch, "withdraw")
        assert {item.state for item in rows(engine, Payable)} == {"approved"}
        assert not any(item.counts for item in rows(engine, BatchLine))
        again = build(engine)
        counting = rows(engine, BatchLine, BatchLine.counts.is_(True))  # type: ignore[attr-defined]
        assert {item.batch for item in counting} == {again.id}
        assert len(counting) == 3
        assert problems(engine) == []


def test_an_exported_batch_is_not_withdrawn(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    assert refused(lambda: step(engine, row(engine, PaymentBatch), "withdraw")) == ["chart.state"]


def written(engine: Engine) -> bytes:
    with Session(engine) as session:
        return batch_document(session, session.get_one(PaymentBatch, row(engine, PaymentBatch).id))


def test_the_file_of_a_sealed_batch_is_the_same_byte_for_byte_and_matches_its_seal(prepared: Prepared) -> None:
    engine = prepared("sealed", fill_sealed)
    batch = row(engine, PaymentBatch)
    first = written(engine)
    assert sha256(first).hexdigest() == batch.sha256
    step(engine, batch, "release", RELEASER)
    step(engine, batch, "export")
    assert written(engine) == first
    assert b"Voorbeeldlaan" not in first
    assert b"A. Voorbeeld" not in first


def test_what_was_approved_is_rejected_while_it_stands_in_no_batch(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    wrong = rows(engine, Payable)[0]
    reject = lambda: do(engine, "payable", wrong.id, "reject", by=APPROVER, at=START + DAY, body={"reasons": "R"})  # noqa: E731
    batch = build(engine)
    assert refused(reject) == ["chart.state"]
    step(engine, batch, "withdraw")
    reject()
    assert build(engine).count == 2
    assert {item.invoiced for item in rows(engine, Measure) if item.stream == wrong.stream} == {False}
    assert problems(engine) == []


def test_an_open_batch_has_no_file(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    build(engine)
    with pytest.raises(StatesError, match="not sealed"):
        written(engine)


def test_a_batch_that_was_changed_after_its_seal_does_not_leave(prepared: Prepared) -> None:
    engine = prepared("sealed", fill_sealed)
    batch = row(engine, PaymentBatch)
    step(engine, batch, "release", RELEASER)
    with transaction(engine) as session:
        session.get_one(BatchLine, (batch.id, row(engine, BatchLine).payable)).end_to_end += "9"
    with pytest.raises(StatesError, match="differs from its seal"):
        step(engine, batch, "export")
    assert row(engine, PaymentBatch).state == "released"


WRONG_DAYS = {
    "2026-03-02": "batch.not-in-the-past",
    "2026-03-03": "batch.before-cut-off",  # today, for which the cut-off was yesterday
    "2026-03-07": "batch.on-a-bank-day",
    "2026-03-08": "batch.on-a-bank-day",
    "2026-04-03": "batch.on-a-bank-day",  # Good Friday
    "2026-05-01": "batch.on-a-bank-day",
}


def test_a_batch_is_executed_on_a_bank_day_that_can_still_be_had(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    for day, rule in WRONG_DAYS.items():
        body = {"employer": ZILVERDAM, "executionOn": day}
        found = refused(lambda b=body: do(engine, "payment-batch", None, "build", by=FINANCE, at=START + DAY, body=b))
        assert found == [rule]
    body = {"employer": ZILVERDAM, "executionOn": "2026-04-27"}  # King's Day, on which banks work
    do(engine, "payment-batch", None, "build", by=FINANCE, at=START + DAY, body=body)


def test_a_batch_of_another_employer_is_nobodys_here(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    with pytest.raises(MalformedError):
        do(engine, "payment-batch", None, "build", by=FINANCE, body={"employer": GOUDVEEN})
    batch = build(engine)
    stranger = person(Role.FINANCE, GOUDVEEN)
    assert refused(lambda: step(engine, batch, "seal", stranger)) == ["duty.own-organisation"]


# The bank.


def answer(engine: Engine) -> bytes:
    return demonstration_bank.answer(written(engine), booked_on=START.date())


def bring(engine: Engine, file: bytes, *, days: int = 2, by: Any = FINANCE) -> ImportedFile:
    with transaction(engine) as session:
        return take_in(session, file, by=by, at=START + timedelta(days=days))


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


def test_the_same_statement_twice_at_once_is_taken_in_once(prepared: Prepared) -> None:
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
def test_a_statement_that_does_not_belong_here_is_refused_whole(prepared: Prepared, old: bytes, new: bytes) -> None:
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


def give_back(
    engine: Engine, batch: PaymentBatch, payment: str, *, days: int = 5, reason: str = "AC04"
) -> ImportedFile:
    with Session(engine) as session:
        sealed = batch_document(session, session.get_one(PaymentBatch, batch.id))
    booked_on = START.date() + timedelta(days=days)
    file = demonstration_bank.returned(sealed, payment, booked_on=booked_on, reason=reason)
    return bring(engine, file, days=days)


def balanced(engine: Engine) -> None:
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
    balanced(engine)
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
    balanced(engine)
    assert problems(engine) == []


def pay_again(engine: Engine, at: Any) -> PaymentBatch:
    again: PaymentBatch = do(
        engine, "payment-batch", None, "build", by=FINANCE, at=at, body={"employer": ZILVERDAM}
    ).row
    for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
        do(engine, "payment-batch", again.id, event, by=by, at=at)
    with transaction(engine) as session:
        order = batch_document(session, session.get_one(PaymentBatch, again.id))
        take_in(session, demonstration_bank.answer(order, booked_on=at.date()), by=FINANCE, at=at)
    return again


def test_a_return_that_is_told_again_leaves_the_second_payment_alone(prepared: Prepared) -> None:
    """The bank may repeat an old return on a later statement; the payment it speaks of came back already."""
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


def test_a_batch_settles_though_one_of_its_payments_came_back_and_waits_in_another(prepared: Prepared) -> None:
    engine = prepared("approved", fill_approved)
    batch = build(engine)
    for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
        step(engine, batch, event, by)
    first = min(rows(engine, BatchLine), key=lambda item: item.end_to_end)
    give_back(engine, batch, first.end_to_end)  # refused by the bank before it was ever booked
    assert row(engine, Payable, Payable.id == first.payable).state == "returned"
    do(engine, "payable", first.payable, "approve", by=APPROVER, at=START + timedelta(days=6))
    with transaction(engine) as session:
        sealed = batch_document(session, session.get_one(PaymentBatch, batch.id))
    bring(engine, demonstration_bank.answer(sealed, booked_on=START.date() + timedelta(days=6)), days=6)
    assert sorted(item.state for item in rows(engine, Payable)) == ["approved", "paid", "paid"]
    assert row(engine, PaymentBatch).state == "settled"


# Bookings.


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
    balanced(engine)
    lines = rows(engine, JournalLine)
    assert {item.task_field for item in lines} == {"0.1"}
    assert sum(item.debit for item in lines if item.part == "cost") == booking.amount
    with pytest.raises(MalformedError):
        do(engine, "booking", booking.id, "complete-evidence", by=finance, body={"noOwnContribution": False})


def test_every_booking_of_a_whole_walk_balances_and_adds_up_to_what_was_paid(office: Engine) -> None:
    walk(office, receive(office, employers=[ZILVERDAM, GOUDVEEN]))
    balanced(office)
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


def test_what_the_bank_sent_stays_with_its_entries(prepared: Prepared) -> None:
    engine = prepared("exported", fill_exported)
    bring(engine, answer(engine))
    entry = row(engine, BankEntry)
    assert (entry.amount, entry.payable) == (-row(engine, Payable).gross, row(engine, Payable).id)


def test_the_proposed_actions_name_the_employers_own_people(prepared: Prepared) -> None:
    engine = prepared("two-employers", fill_two)
    with Session(engine) as session:
        application = session.get_one(Application, row(engine, Application).id)
        found = actions(session, application, at=START + DAY, demonstration=True)
    for action in found:
        if action.organisation:
            assert action.person
            assert action.organisation.split("-")[1] in action.person
    act(engine, application.id, "order", at=START + DAY)
