"""Credit notes: never more is paid than billed, and no negative amount is sent to the bank."""

from decimal import Decimal
from typing import Any

import pytest
from banking import Line, bring, statement
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from invariants import expect_money_holds
from invoicing import (
    LATER,
    PROVIDED,
    TODAY,
    book,
    fill_once,
    fill_recurring,
    fill_shared,
    invoice,
    line,
    pay,
    period,
    through,
    waiting,
)
from office import (
    APPROVER,
    DAY,
    FINANCE,
    GOUDVEEN,
    ZILVERDAM,
    do,
    iban,
    person,
    problems,
    refused,
    row,
    rows,
    snapshot,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import Actor, Role
from states.errors import MalformedError, RefusedError
from states.reporting import money_trail
from states.storage.database import transaction
from states.tables.accounting import Booking, JournalLine
from states.tables.application import Application, Measure
from states.tables.payments import BankEntry, BatchLine, Payable, PayableLine, PaymentBatch

CENT = Decimal("0.01")


def credit(engine: Engine, *lines: dict[str, Any], number: str = "C-1", by: Actor = FINANCE, **changes: Any) -> None:
    """Finance receives a credit note on the first invoice."""
    application = row(engine, Application)
    first = rows(engine, Payable, Payable.number == "F-1")[0]
    body = {
        "invoice": first.invoice,
        "number": number,
        "dated": TODAY.isoformat(),
        "payee": "Beveiliging Voorbeeld BV",
        "iban": iban(900),
        "lines": list(lines),
        **changes,
    }
    do(engine, "application", application.id, "receive-credit-note", by=by, at=LATER, body=body)


# Credit notes.


@pytest.mark.parametrize(
    ("gross", "changes", "rules"),
    [
        ("121.00", {}, []),
        ("121.01", {}, ["credit.not-more-than-billed"]),
        ("12.10", {"iban": iban(77)}, ["credit.of-a-standing-invoice"]),
        ("12.10", {"invoice": "invoice-elsewhere"}, ["credit.of-a-standing-invoice"]),
        ("12.10", {"dated": (TODAY + DAY).isoformat()}, ["step.not-in-future"]),
        ("12.10", {"iban": "NL00ABNA0000000000"}, ["payable.iban-valid", "credit.of-a-standing-invoice"]),
        ("12.10", {"currency": "GBP"}, ["payable.in-euros"]),
    ],
)
def test_a_credit_note_reduces_a_valid_invoice_and_never_by_more_than_its_total(
    prepared: Prepared, gross: str, changes: dict[str, str], rules: list[str]
) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key))
    item = line(key, gross)
    if rules:
        before = snapshot(engine)
        assert refused(lambda: credit(engine, item, **changes)) == rules
        assert snapshot(engine) == before
        return
    credit(engine, item, **changes)
    found = row(engine, Payable, Payable.kind == "credit-note")
    billed_on = row(engine, Payable, Payable.kind == "supplier-invoice")
    assert (found.gross, found.credits) == (Decimal("-121.00"), billed_on.invoice)
    assert refused(lambda: credit(engine, line(key, "0.01", net="0.01", vat="0.00"), number="C-2")) == [
        "credit.not-more-than-billed"
    ]
    assert problems(engine) == []


def test_a_credit_line_is_for_one_thing(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key))
    for item in (line(None), line(key, outside="wage")):
        with pytest.raises(MalformedError) as caught:
            credit(engine, item)
        assert [field for field, _ in caught.value.problems] == ["lines.0.measure"]


def test_a_credit_is_settled_with_the_next_invoice_and_only_the_rest_goes_to_the_bank(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key, final=False))
    pay(engine)
    credit(engine, line(key, "21.00"))
    note = through(engine, row(engine, Payable, Payable.kind == "credit-note"), "check", "approve")
    assert (note.state, note.gross) == ("credit", Decimal("-21.00"))
    assert [item.role for item in waiting(engine, "ask-back")] == ["finance"]
    with pytest.raises(RefusedError, match="No approved payable"):
        do(engine, "payment-batch", None, "build", by=FINANCE, at=LATER, body={"employer": ZILVERDAM})
    invoice(engine, line(key, "100.00"), number="F-2")
    through(engine, row(engine, Payable, Payable.number == "F-2"), "check", "approve")
    found = {(item.number, item.part): (item.state, item.gross) for item in rows(engine, Payable)}
    assert found == {
        ("F-1", 1): ("paid", Decimal("121.00")),
        ("C-1", 1): ("offset", Decimal("-21.00")),
        ("F-2", 1): ("approved", Decimal("79.00")),
        ("F-2", 2): ("offset", Decimal("21.00")),
    }
    assert waiting(engine, "ask-back") == []
    pay(engine)
    batch = rows(engine, PaymentBatch, PaymentBatch.state == "settled")
    assert sorted(item.total for item in batch) == [Decimal("79.00"), Decimal("121.00")]
    assert sum(item.amount for item in rows(engine, Booking)) == Decimal("200.00")  # 121 - 21 + 100
    book(engine)
    sums: dict[str, Decimal] = {}
    for item in rows(engine, JournalLine):
        sums[str(item.side)] = sums.get(str(item.side), Decimal(0)) + item.debit - item.credit
    assert sums["bank"] == Decimal("-200.00")
    assert sums["creditor"] == 0
    expect_whole_trail(engine)
    assert problems(engine) == []


def expect_whole_trail(engine: Engine) -> None:
    """Check that no link is missing in the trail of what was paid, settled or repaid."""
    with Session(engine) as session:
        expect_money_holds(session)
        for payable in rows(engine, Payable):
            assert money_trail.of_payable(session, session.get_one(Payable, payable.id)).gaps == []


def test_a_credit_larger_than_the_amount_due_leaves_a_rest_that_is_claimed_back(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00", final=False))
    pay(engine)
    invoice(engine, line(key, "121.00"), number="F-2")
    through(engine, row(engine, Payable, Payable.number == "F-2"), "check", "approve")
    credit(engine, line(key, "200.00"))
    note = through(engine, row(engine, Payable, Payable.kind == "credit-note"), "check", "approve")
    assert (note.state, note.gross) == ("credit", Decimal("-79.00"))
    assert row(engine, Payable, Payable.number == "F-2").state == "offset"
    through(engine, note, "ask-back")
    bank = rows(engine, BankEntry)[0]
    wrong = {"message": bank.message, "position": bank.position}
    call = lambda body: do(engine, "payable", note.id, "record-repayment", by=FINANCE, at=LATER, body=body)  # noqa: E731
    assert refused(lambda: call({"message": "message-1", "position": 1})) == ["credit.repaid-by-the-bank"]
    assert refused(lambda: call(wrong)) == ["credit.repaid-by-the-bank"]
    with transaction(engine) as session:  # the total of a batch that was returned
        own = {"position": 98, "amount": Decimal("79.00"), "payable": None}
        session.add(BankEntry(**{**bank.model_dump(), **own}))
    assert refused(lambda: call({"message": bank.message, "position": 98})) == ["credit.repaid-by-the-bank"]
    with transaction(engine) as session:
        session.delete(session.get_one(BankEntry, (bank.message, 98)))
    # The supplier pays it back: a line of a statement that matches nothing, and then counts for nothing else.
    (bank,) = bring(engine, statement(Line("79.00"), name="S-9"), days=3).entries
    assert len(waiting(engine, "assess-bank-entry")) == 1
    call({"message": bank.message, "position": 1})
    assert waiting(engine, "assess-bank-entry") == []
    body = {"message": bank.message, "position": 1, "reasons": "R", "payment": rows(engine, BatchLine)[0].end_to_end}
    match = lambda: do(engine, "organisation", ZILVERDAM, "match-bank-entry", by=FINANCE, at=LATER, body=body)  # noqa: E731
    assert refused(match) == ["bank.entry-waits"]
    note = row(engine, Payable, Payable.id == note.id)
    assert (note.state, note.paid_on) == ("repaid", bank.booked_on)
    book(engine)
    expect_whole_trail(engine)
    assert problems(engine) == []


def test_a_credit_of_the_whole_allows_the_corrected_invoice(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00"))
    pay(engine)
    assert row(engine, Measure).state == "settled"
    credit(engine, line(key, "242.00"))
    through(engine, row(engine, Payable, Payable.kind == "credit-note"), "check", "approve")
    assert (row(engine, Measure).state, row(engine, Measure).invoiced) == ("provided", False)
    assert [item.subject for item in waiting(engine, "receive-invoice")] == [key]
    invoice(engine, line(key, "121.00"), number="F-2")
    through(engine, row(engine, Payable, Payable.number == "F-2"), "check", "approve")
    assert row(engine, Payable, Payable.number == "F-2").state == "offset"
    assert row(engine, Payable, Payable.state == "credit").gross == Decimal("-121.00")
    assert problems(engine) == []


def test_an_invoice_with_a_credit_is_not_rejected(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key))
    credit(engine, line(key, "12.10"))
    first, note = rows(engine, Payable, Payable.number == "F-1")[0], rows(engine, Payable, Payable.number == "C-1")[0]
    reject = lambda item: do(engine, "payable", item.id, "reject", by=APPROVER, at=LATER, body={"reasons": "R"})  # noqa: E731
    assert refused(lambda: reject(first)) == ["credit.holds-its-invoice"]
    reject(note)
    reject(first)


def reject(engine: Engine, payable: Payable) -> None:
    by = person(Role.APPROVER, payable.organisation)
    do(engine, "payable", payable.id, "reject", by=by, at=LATER, body={"reasons": "R"})


def note(engine: Engine, employer: str = ZILVERDAM) -> Payable:
    """The credit note that was not rejected, or the rest of it."""
    wanted = (Payable.kind == "credit-note", Payable.organisation == employer, Payable.state != "rejected")
    return rows(engine, Payable, *wanted, Payable.part == 1)[0]


@pytest.mark.parametrize("last", [True, False])
def test_a_wrongly_approved_credit_is_withdrawn_and_its_measure_is_invoiced_as_before(
    prepared: Prepared, last: bool
) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00", final=last))
    pay(engine)
    before = row(engine, Measure)
    credit(engine, line(key, "242.00"))
    through(engine, note(engine), "check", "approve")
    assert (row(engine, Measure).state, row(engine, Measure).invoiced) == ("provided", False)
    reject(engine, note(engine))
    assert row(engine, Payable, Payable.kind == "credit-note").state == "rejected"
    assert (row(engine, Measure).state, row(engine, Measure).invoiced) == (before.state, last)
    assert waiting(engine, "ask-back") == []
    assert (waiting(engine, "receive-invoice") == []) is last
    credit(engine, line(key, "242.00"))  # the right one, under the same number
    assert problems(engine) == []


def test_a_partly_settled_credit_is_not_withdrawn(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00"))
    pay(engine)
    credit(engine, line(key, "242.00"))
    through(engine, note(engine), "check", "approve")
    invoice(engine, line(key, "121.00", final=False), number="F-2")
    through(engine, row(engine, Payable, Payable.number == "F-2"), "check", "approve")
    assert note(engine).gross == Decimal("-121.00")
    before = snapshot(engine)
    assert refused(lambda: reject(engine, note(engine))) == ["credit.nothing-settled"]
    assert snapshot(engine) == before


def test_a_credit_is_not_withdrawn_while_an_invoice_replaces_what_it_took_off(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00"))
    pay(engine)
    credit(engine, line(key, "242.00"))
    through(engine, note(engine), "check", "approve")
    invoice(engine, line(key, "121.00"), number="F-2")
    assert refused(lambda: reject(engine, note(engine))) == ["credit.not-invoiced-again"]
    reject(engine, row(engine, Payable, Payable.number == "F-2"))
    reject(engine, note(engine))
    assert row(engine, Measure).state == "settled"
    assert problems(engine) == []


def test_a_credit_is_not_withdrawn_while_its_days_are_invoiced_again(prepared: Prepared) -> None:
    engine = prepared("recurring", fill_recurring)
    key = row(engine, Measure).id
    invoice(engine, line(key, **period(PROVIDED, PROVIDED + 9 * DAY)))
    credit(engine, line(key))
    through(engine, note(engine), "check", "approve")
    invoice(engine, line(key, **period(PROVIDED + 9 * DAY, PROVIDED + 12 * DAY)), number="F-2")
    assert refused(lambda: reject(engine, note(engine))) == ["credit.not-invoiced-again"]
    reject(engine, row(engine, Payable, Payable.number == "F-2"))
    reject(engine, note(engine))


@pytest.mark.parametrize("first", [ZILVERDAM, GOUDVEEN])
def test_a_shared_credit_is_withdrawn_as_a_whole(prepared: Prepared, first: str) -> None:
    engine = prepared("shared", fill_shared)
    key = row(engine, Measure).id
    invoice(engine, line(key))
    credit(engine, line(key))
    through(engine, note(engine, ZILVERDAM), "check", "approve")
    assert not row(engine, Measure).invoiced
    reject(engine, note(engine, first))
    assert {item.state for item in rows(engine, Payable, Payable.kind == "credit-note")} == {"rejected"}
    assert row(engine, Measure).invoiced
    assert problems(engine) == []


# Every way in which an invoice of two payers can be credited and paid in parts.


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    gross=st.integers(100, 99_999),
    credited=st.lists(st.integers(2, 98), max_size=3),
    parted=st.lists(st.integers(1, 99), min_size=2, max_size=2),
)
@example(gross=100, credited=[2], parted=[1, 1])  # a cent each, of which no VAT is left
def test_no_payer_pays_more_than_billed_after_any_credits_and_payments_in_parts(
    prepared: Prepared, gross: int, credited: list[int], parted: list[int]
) -> None:
    engine = prepared("shared", fill_shared)
    key, total = row(engine, Measure).id, gross * CENT
    invoice(engine, line(key, str(total)))
    left = total
    for number, percent in enumerate(credited):
        amount = (left * percent / 100).quantize(CENT)
        try:
            credit(engine, line(key, str(amount)), number=f"C-{number}", apart="Another one")
        except RefusedError:  # a cent of VAT too many, or nothing left
            continue
        left -= amount
    for item, percent in zip(rows(engine, Payable, Payable.kind == "supplier-invoice"), parted, strict=True):
        part = (item.gross * percent / 100).quantize(CENT)
        if 0 < part < item.gross:
            body, by = {"amount": str(part)}, person(Role.FINANCE, item.organisation)
            do(engine, "payable", item.id, "pay-in-parts", by=by, at=LATER, body=body)
    live = rows(engine, Payable)
    assert sum(item.gross for item in live) == left
    for employer in (ZILVERDAM, GOUDVEEN):
        mine = [item for item in live if item.organisation == employer]
        owed = sum((item.gross for item in mine if item.kind == "supplier-invoice"), Decimal(0))
        off = -sum((item.gross for item in mine if item.kind == "credit-note"), Decimal(0))
        assert 0 <= off <= owed
        for item in mine:
            parts = rows(engine, PayableLine, PayableLine.payable == item.id)
            assert sum((part.gross for part in parts), Decimal(0)) == item.gross == item.net + item.vat
            assert (item.gross < 0) == (item.kind == "credit-note")
    assert problems(engine) == []
