"""Bank statements: booked once is paid, a return is unpaid, and any other entry waits for a person."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from banking import FIRST, Line, bring, fill_three, lines, send, statement, states
from office import DAY, FINANCE, GOUDVEEN, START, ZILVERDAM, do, person, problems, refused, row, rows, snapshot
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import Role
from states.errors import BankFileRefusedError, MalformedError, RefusedError
from states.payments.statement_gaps import Gap, gaps
from states.queue.assignment import finish
from states.tables.ledger import LedgerEntry
from states.tables.payments import BankEntry, BankMessage, BatchLine, Payable, PaymentBatch
from states.tables.work import WorkItem

LATER = START + 2 * DAY


@pytest.fixture
def engine(prepared: Prepared) -> Engine:
    return prepared("three-exported", fill_three)


def works(engine: Engine, action: str) -> list[str]:
    """The subjects of open work of one kind."""
    found = rows(engine, WorkItem, WorkItem.action == action)
    return [item.subject for item in found if item.done_at is None]


def findings(engine: Engine) -> list[str | None]:
    """The reason why each entry waits, in order."""
    return [entry.finding and entry.finding["rule"] for entry in rows(engine, BankEntry)]


def match(engine: Engine, entry: BankEntry, payment: str, **more: Any) -> None:
    """Match an entry manually."""
    body = {"message": entry.message, "position": entry.position, "payment": payment, "reasons": "Seen at the bank."}
    do(engine, "organisation", ZILVERDAM, "match-bank-entry", by=FINANCE, at=LATER, body=body, **more)


def set_aside(engine: Engine, entry: BankEntry, **more: Any) -> None:
    """Set an entry aside."""
    body = {"message": entry.message, "position": entry.position, "reasons": "Interest of the bank."}
    more = {"by": FINANCE, **more}
    do(engine, "organisation", ZILVERDAM, "set-aside-bank-entry", at=LATER, body=body, **more)


def test_each_booked_payment_is_paid_and_the_batch_settles_with_the_last(engine: Engine) -> None:
    first, *others = lines(engine)
    bring(engine, statement(Line(f"-{first.amount}", first.end_to_end), version="02"))
    assert states(engine) == ["paid", "batched", "batched"]
    assert row(engine, PaymentBatch).state == "exported"
    bring(engine, statement(*(Line(f"-{each.amount}", each.end_to_end) for each in others), name="S-2"))
    assert states(engine) == ["paid"] * 3
    assert row(engine, PaymentBatch).state == "settled"
    assert [(entry.matched, entry.finding) for entry in rows(engine, BankEntry)] == [(True, None)] * 3
    assert problems(engine) == []


def test_a_batch_booked_as_one_total_pays_all_of_it_by_its_pmtinfid(engine: Engine) -> None:
    batch = row(engine, PaymentBatch)
    bring(engine, statement(Line(f"-{batch.total}", batch=batch.message_id)))
    assert states(engine) == ["paid"] * 3
    assert row(engine, PaymentBatch).state == "settled"
    (entry,) = rows(engine, BankEntry)
    assert (entry.batch, entry.payable) == (batch.id, None)


WAITS = {
    "a payment of nobody": ("-1.00", "OTHER-1", None, "bank.entry-is-known"),
    "nothing named": ("-1.00", None, None, "bank.entry-is-known"),
    "a part": ("-1.00", "{payment}", None, "bank.entry-as-ordered"),
    "too much": ("-9999.00", "{payment}", None, "bank.entry-as-ordered"),
    "a part of the batch": ("-1.00", None, "{batch}", "bank.entry-as-ordered"),
    "money in": ("{amount}", "{payment}", None, "bank.credit-is-a-return"),
}


@pytest.mark.parametrize("what", WAITS)
def test_an_entry_that_differs_from_the_order_waits_for_a_person_and_changes_nothing_else(
    engine: Engine, what: str
) -> None:
    first, batch = lines(engine)[0], row(engine, PaymentBatch)
    facts = {"payment": first.end_to_end, "amount": first.amount, "batch": batch.message_id}
    *written, rule = (part and part.format(**facts) for part in WAITS[what])
    found = bring(engine, statement(Line(*written)))
    assert [entry.matched for entry in found.entries] == [False]
    assert findings(engine) == [rule]
    assert states(engine) == ["batched"] * 3
    assert works(engine, "assess-bank-entry") == [found.message.id]
    assert problems(engine) == []


def test_a_payment_that_is_booked_twice_is_paid_once_and_the_second_waits(engine: Engine) -> None:
    first = lines(engine)[0]
    bring(engine, statement(Line(f"-{first.amount}", first.end_to_end)))
    bring(engine, statement(Line(f"-{first.amount}", first.end_to_end), name="S-2", opening="900"))
    assert findings(engine).count("bank.entry-once") == 1
    assert states(engine) == ["paid", "batched", "batched"]


def test_a_return_has_its_reason_and_a_repeated_one_waits(engine: Engine) -> None:
    first = lines(engine)[0]
    bring(engine, statement(Line(f"-{first.amount}", first.end_to_end)))
    bring(engine, statement(Line(f"{first.amount}", first.end_to_end, reason="AC04"), name="S-2"))
    assert states(engine)[0] == "returned"
    assert not lines(engine)[0].counts
    assert works(engine, "approve") == [first.payable]
    bring(engine, statement(Line(f"{first.amount}", first.end_to_end, reason="AC04"), name="S-3"))
    assert findings(engine).count("bank.entry-once") == 1
    assert states(engine)[0] == "returned"


def test_manually_matched_parts_make_a_payment_paid_once_they_are_the_whole(engine: Engine) -> None:
    first = lines(engine)[0]
    rest = first.amount - Decimal("1.00")
    found = bring(engine, statement(Line("-1.00", first.end_to_end), Line(f"-{rest}", "ELSEWHERE"), Line("-5.00")))
    one, two, three = found.entries
    match(engine, one, first.end_to_end)
    assert states(engine)[0] == "batched"
    assert refused(lambda: match(engine, one, first.end_to_end)) == ["bank.entry-waits"]
    match(engine, two, first.end_to_end)
    assert states(engine)[0] == "paid"
    rules = refused(lambda: match(engine, three, first.end_to_end))
    assert rules == ["bank.match-can-follow"]
    assert works(engine, "assess-bank-entry") == [found.message.id]
    set_aside(engine, three)
    assert works(engine, "assess-bank-entry") == []
    assert [entry.assessed_by for entry in rows(engine, BankEntry)] == [FINANCE.person] * 3
    assert problems(engine) == []


def test_no_more_is_matched_manually_than_was_ordered(engine: Engine) -> None:
    first = lines(engine)[0]
    (entry,) = bring(engine, statement(Line(f"-{first.amount + 1}", first.end_to_end))).entries
    assert refused(lambda: match(engine, entry, first.end_to_end)) == ["bank.match-within-order"]
    batch = row(engine, PaymentBatch)
    match(engine, entry, str(batch.message_id))  # as a part of the batch, why not
    assert states(engine) == ["batched"] * 3


def test_a_credit_not_marked_as_a_return_can_be_matched_as_one(engine: Engine) -> None:
    first = lines(engine)[0]
    bring(engine, statement(Line(f"-{first.amount}", first.end_to_end)))
    found = bring(engine, statement(Line(f"{first.amount}", "TERUG"), name="S-2"))
    match(engine, found.entries[0], first.end_to_end)
    assert states(engine)[0] == "returned"


def test_an_entry_is_assessed_by_its_own_finance_and_only_according_to_its_kind(engine: Engine) -> None:
    (entry,) = bring(engine, statement(Line("-1.00"))).entries
    stranger = person(Role.FINANCE, GOUDVEEN)
    with pytest.raises(RefusedError) as caught:
        set_aside(engine, entry, by=stranger)
    assert caught.value.findings[0].rule == "duty.own-organisation"
    for wrong in ({"position": 2}, {"message": "bank-none"}):
        body = {"message": entry.message, "position": 1, "reasons": "R", **wrong}
        with pytest.raises(MalformedError):
            do(engine, "organisation", ZILVERDAM, "set-aside-bank-entry", by=FINANCE, at=LATER, body=body)
    with pytest.raises(MalformedError):
        match(engine, entry, "NOBODYS-1")
    (item,) = rows(engine, WorkItem, WorkItem.action == "assess-bank-entry")
    with Session(engine) as session, pytest.raises(RefusedError, match="match-bank-entry"):
        finish(session, item.id, by=FINANCE, at=LATER)


def test_a_booking_of_a_payment_that_was_never_sent_is_not_accepted(engine: Engine) -> None:
    first = lines(engine)[0]
    bring(engine, statement(Line(f"{first.amount}", first.end_to_end, reason="AC04")))  # rejected before it was booked
    do(engine, "payable", first.payable, "approve", by=person(Role.APPROVER, ZILVERDAM), at=LATER)
    again = do(engine, "payment-batch", None, "build", by=FINANCE, at=LATER, body={"employer": ZILVERDAM}).row
    (second,) = [line for line in lines(engine) if line.batch == again.id]
    bring(engine, statement(Line(f"-{second.amount}", second.end_to_end), name="S-2"), days=3)
    assert findings(engine).count("bank.entry-left-the-office") == 1
    assert row(engine, PaymentBatch, PaymentBatch.id == again.id).state == "open"


# Repeated statements.


def test_the_same_statement_in_other_bytes_changes_nothing(engine: Engine) -> None:
    first = lines(engine)[0]
    file = statement(Line(f"-{first.amount}", first.end_to_end), sequence=7)
    taken = bring(engine, file)
    before = snapshot(engine)
    again = bring(engine, file.replace(b"\n", b"\n  "), days=2)
    assert (again.again, again.message.id) == (True, taken.message.id)
    assert snapshot(engine) == before


def test_a_different_statement_of_the_same_name_is_refused_until_next_year(engine: Engine) -> None:
    bring(engine, statement(Line("-1.00")))
    before = snapshot(engine)
    with pytest.raises(BankFileRefusedError, match="said something else"):
        bring(engine, statement(Line("-2.00")))
    assert snapshot(engine) == before
    assert not bring(engine, statement(Line("-2.00"), on=date(2027, 3, 2)), days=370).again


@pytest.mark.parametrize("name", ["2026_001", "afschrift nr. 3 / maart", "é", "x" * 60])
def test_a_statement_may_have_any_name(engine: Engine, name: str) -> None:
    file = statement(Line("-1.00"), name=name)
    assert not bring(engine, file).again
    assert bring(engine, file + b"\n").again


def test_a_statement_whose_balances_do_not_meet_its_bookings_is_refused_whole(engine: Engine) -> None:
    before = snapshot(engine)
    with pytest.raises(BankFileRefusedError, match=r"opens with 1000.00, its bookings come to -1.00, and it closes"):
        bring(engine, statement(Line("-1.00"), closing="998.99"))
    assert snapshot(engine) == before


def seen(engine: Engine) -> list[Gap]:
    with Session(engine) as session:
        return gaps(session, ZILVERDAM)


def test_a_statement_that_books_on_a_day_to_come_is_refused_whole_until_that_day(engine: Engine) -> None:
    first = lines(engine)[0]
    file = statement(Line(f"-{first.amount}", first.end_to_end), on=FIRST + 2 * DAY)
    before = snapshot(engine)
    with pytest.raises(BankFileRefusedError, match=r"Line \d+: An entry is booked on 2026-03-04, after today"):
        bring(engine, file, days=1)
    assert snapshot(engine) == before
    bring(engine, file, days=2)
    assert states(engine)[0] == "paid"


def test_missing_statements_are_named_until_they_arrive(engine: Engine) -> None:
    bring(engine, statement(name="S-1", sequence=1))
    assert works(engine, "find-bank-statement") == []
    bring(engine, statement(name="S-4", sequence=4))
    assert [gap.sequence for gap in seen(engine)] == [2, 3]
    assert works(engine, "find-bank-statement") == [ZILVERDAM]
    bring(engine, statement(name="S-3", sequence=3))
    assert works(engine, "find-bank-statement") == [ZILVERDAM]
    bring(engine, statement(name="S-2", sequence=2))
    assert seen(engine) == []
    assert works(engine, "find-bank-statement") == []
    bring(engine, statement(name="S-5", sequence=5, opening="999.00"))
    assert seen(engine) == [Gap(ZILVERDAM, 2026, 5, Decimal("999.00"), Decimal("1000.00"))]
    bring(engine, statement(name="S-1", sequence=1, on=date(2027, 1, 4)), days=310)
    assert [gap.sequence for gap in seen(engine)] == [5]


def test_a_statement_of_thousands_of_lines_is_imported_whole(engine: Engine) -> None:
    others = [Line(f"-{number % 90 + 1}.00", f"OTHER-{number}") for number in range(2000)]
    booked = [Line(f"-{line.amount}", line.end_to_end) for line in lines(engine)]
    found = bring(engine, statement(*others, *booked, opening="1000000.00"))
    assert sum(entry.matched for entry in found.entries) == 3
    assert len(found.entries) == row(engine, BankMessage).entries == 2003
    assert row(engine, PaymentBatch).state == "settled"


def test_a_large_statement_is_recorded_in_ledger_entries_of_a_thousand_lines_each(engine: Engine) -> None:
    payments = [Line(f"-{line.amount}", line.end_to_end) for line in lines(engine)]
    taken = bring(engine, statement(*(Line("-0.01") for _ in range(2000)), *payments))
    assert (taken.message.entries, [entry.position for entry in taken.entries]) == (2003, list(range(1, 2004)))
    stream = LedgerEntry.stream == taken.message.stream
    imported = {entry.seq: entry for entry in rows(engine, LedgerEntry, stream) if entry.event.startswith("take-in")}
    assert [imported[seq].event for seq in sorted(imported)] == [
        "take-in-entries",
        "take-in-entries",
        "take-in-statement",
    ]
    assert [len(imported[seq].facts["entries"]) for seq in sorted(imported)] == [1000, 3, 1000]
    for entry in imported.values():
        kept = [name for name in entry.changes if name.startswith("bank_entry:")]
        assert len(kept) == len(entry.facts["entries"])
    assert {item.state for item in rows(engine, Payable)} == {"paid"}
    assert row(engine, PaymentBatch).state == "settled"
    assert problems(engine) == []


def test_a_payment_rejected_and_sent_again_is_paid_by_the_second_file(engine: Engine) -> None:
    first = lines(engine)[0]
    bring(engine, statement(Line(f"{first.amount}", first.end_to_end, reason="AC04")))
    do(engine, "payable", first.payable, "approve", by=person(Role.APPROVER, ZILVERDAM), at=START + DAY)
    again = send(engine, days=1)
    (second,) = [line for line in lines(engine) if line.batch == again.id]
    bring(engine, statement(Line(f"-{second.amount}", second.end_to_end), name="S-2"), days=2)
    bring(engine, statement(Line(f"-{first.amount}", first.end_to_end), name="S-3"), days=3)
    assert findings(engine).count("bank.entry-once") == 1
    assert row(engine, PaymentBatch, PaymentBatch.id == again.id).state == "settled"
    assert problems(engine) == []


def sent_again(engine: Engine) -> tuple[BatchLine, BankEntry]:
    """A payment that was returned and approved again, and whose first file is booked nevertheless."""
    first = lines(engine)[0]
    bring(engine, statement(Line(f"{first.amount}", first.end_to_end, reason="AC04")))
    do(engine, "payable", first.payable, "approve", by=person(Role.APPROVER, ZILVERDAM), at=START + DAY)
    late = bring(engine, statement(Line(f"-{first.amount}", first.end_to_end), name="S-2"))
    return first, late.entries[0]


def test_a_late_booking_is_not_matched_while_the_payable_is_in_another_batch(engine: Engine) -> None:
    first, entry = sent_again(engine)
    batch = do(engine, "payment-batch", None, "build", by=FINANCE, at=START + DAY, body={"employer": ZILVERDAM}).row
    assert refused(lambda: match(engine, entry, first.end_to_end)) == ["bank.match-leaves-no-second"]
    do(engine, "payment-batch", batch.id, "withdraw", by=FINANCE, at=LATER)
    match(engine, entry, first.end_to_end)
    assert states(engine)[0] == "paid"
    assert refused(lambda: send(engine, days=2)) == ["batch.not-empty"]
    assert problems(engine) == []


def test_a_late_booking_pays_a_payable_approved_again_that_is_in_no_batch(engine: Engine) -> None:
    first, entry = sent_again(engine)
    match(engine, entry, first.end_to_end)
    assert states(engine)[0] == "paid"
    assert problems(engine) == []


def test_a_late_booking_or_return_is_not_matched_once_the_payable_was_sent_in_another_batch(engine: Engine) -> None:
    first, entry = sent_again(engine)
    again = send(engine, days=1)
    late = Line(f"{first.amount}", first.end_to_end, reason="AC04")
    (back,) = bring(engine, statement(late, name="S-3"), days=2).entries
    for each in (entry, back):
        assert refused(lambda each=each: match(engine, each, first.end_to_end)) == ["bank.match-leaves-no-second"]
    (second,) = [line for line in lines(engine) if line.batch == again.id]
    match(engine, entry, second.end_to_end)
    assert row(engine, Payable, Payable.id == first.payable).state == "paid"
    assert problems(engine) == []
