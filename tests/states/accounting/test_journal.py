"""Journal: cost against creditor, payment against bank, closed periods, and corrections that change no line."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from batches import fill_paid, give_back, pay_again
from invariants import expect_money_holds, expect_trails_hold
from office import (
    APPROVER,
    BROEKZIJDE,
    DAY,
    FINANCE,
    START,
    ZILVERDAM,
    Action,
    at_event,
    do,
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
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from states.charts.application import Stage
from states.reporting import money_trail
from states.tables.accounting import BookAccounts, Booking, BookPeriod, JournalLine
from states.tables.application import Application, Measure
from states.tables.payments import BankEntry, BatchLine, Payable, PaymentBatch

MAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
"""A Monday after March and April are over."""


def fill_ready(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("book"), choose=sparing)


def fill_water_board(engine: Engine) -> None:
    walk(
        engine,
        receive(engine, office="water-board-chair", employers=[BROEKZIJDE]),
        Stage.CLOSED,
        choose=sparing,
    )


def balances(engine: Engine, **where: Any) -> dict[str, Decimal]:
    """Debit less credit by account and part."""
    found: dict[str, Decimal] = {}
    for line in rows(engine, JournalLine):
        if all(getattr(line, name) == value for name, value in where.items()):
            found[line.account] = found.get(line.account, Decimal(0)) + line.debit - line.credit
    return {account: amount for account, amount in found.items() if amount}


def book(engine: Engine, *, at: datetime = MAY, **body: Any) -> Booking:
    found: Booking = do(engine, "booking", row(engine, Booking).id, "book", by=FINANCE, at=at, body=body).row
    return found


def close(engine: Engine, period: str, *, at: datetime = MAY, by: Any = FINANCE) -> None:
    do(engine, "organisation", ZILVERDAM, "close-period", by=by, at=at, body={"period": period})


def reopen(engine: Engine, period: str, *, by: Any, at: datetime = MAY) -> None:
    body = {"period": period, "reasons": "An invoice came late."}
    do(engine, "organisation", ZILVERDAM, "reopen-period", by=by, at=at, body=body)


# Lines.


def test_the_bank_clears_the_creditor_that_the_cost_is_owed_to(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    gross = row(engine, Payable).gross
    assert balances(engine) == {"1400": gross, "1100": -gross}
    book(engine)
    vat = row(engine, Payable).vat
    assert balances(engine, part="cost") == {"4300": gross - vat, "1520-BCF": vat, "1400": -gross}
    assert balances(engine) == {"4300": gross - vat, "1520-BCF": vat, "1100": -gross}
    lines = rows(engine, JournalLine)
    assert {line.category for line in lines if line.side == "cost"} == {"3.8"}
    assert {(line.organisation, line.cost_centre, line.task_field) for line in lines} == {(ZILVERDAM, "KP-01", "0.1")}


def test_a_water_board_gets_no_vat_back(prepared: Prepared) -> None:
    engine = prepared("paid-by-water-board", fill_water_board)
    assert balances(engine) == {"4300": row(engine, Payable).gross, "1100": -row(engine, Payable).gross}


def test_each_line_names_the_bank_entry_and_the_day_of_the_invoice(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    entry, payable = row(engine, BankEntry), row(engine, Payable)
    for line in rows(engine, JournalLine):
        expected = (entry.message, entry.position) if line.part == "payment" else (None, None)
        assert (line.statement, line.entry) == expected
        assert line.document_on == (entry.booked_on if line.part == "payment" else payable.dated)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_line SET debit = debit + 1", "DELETE FROM journal_line", "TRUNCATE journal_line"],
)
def test_the_database_refuses_to_change_or_remove_a_line(prepared: Prepared, statement: str) -> None:
    engine = prepared("paid", fill_paid)
    with pytest.raises(DBAPIError, match="journal can only grow"), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_return_mirrors_payment_and_cost_and_each_names_its_own_entry(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    give_back(engine, row(engine, PaymentBatch), row(engine, BatchLine).end_to_end)
    assert balances(engine) == {}
    back = max(rows(engine, BankEntry), key=lambda entry: entry.booked_on)
    mirrors = [line for line in rows(engine, JournalLine) if line.mirrors is not None]
    assert {(line.statement, line.entry) for line in mirrors} == {(back.message, back.position)}
    assert {line.booked_on for line in mirrors if line.part == "payment"} == {back.booked_on}
    pay_again(engine, approve_again(engine))
    gross = row(engine, Payable).gross
    assert balances(engine) == {"1400": gross, "1100": -gross}
    assert problems(engine) == []


def approve_again(engine: Engine) -> datetime:
    at = START + 6 * DAY
    do(engine, "payable", row(engine, Payable).id, "approve", by=APPROVER, at=at)
    return at


# Accounts.


def test_accounts_apply_from_their_day_and_earlier_bookings_keep_their_own(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    body = {"since": "2026-04-01", "source": "KADERNOTA-2026", "cost": "4305", "costCentre": "KP-09"}
    do(engine, "organisation", ZILVERDAM, "set-accounts", by=FINANCE, at=MAY, body=body)
    held = row(engine, BookAccounts)
    assert (held.cost, held.creditor, held.bank, held.source) == ("4305", "1400", "1100", "KADERNOTA-2026")
    book(engine, bookedOn="2026-04-01")
    cost = [line for line in rows(engine, JournalLine) if line.part == "cost"]
    assert {(line.cost_centre, line.booked_on) for line in cost} == {("KP-09", date(2026, 4, 1))}
    assert "4305" in {line.account for line in cost}
    assert {line.cost_centre for line in rows(engine, JournalLine) if line.part == "payment"} == {"KP-01"}


def test_the_day_before_new_accounts_still_has_the_old_ones(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    body = {"since": "2026-04-02", "source": "KADERNOTA-2026", "cost": "4305"}
    do(engine, "organisation", ZILVERDAM, "set-accounts", by=FINANCE, at=MAY, body=body)
    book(engine, bookedOn="2026-04-01")
    assert "4305" not in {line.account for line in rows(engine, JournalLine)}


def test_accounts_do_not_begin_in_a_closed_period(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    close(engine, "2026-04")
    body = {"since": "2026-04-30", "source": "KADERNOTA-2026", "cost": "4305"}
    found = refused(lambda: do(engine, "organisation", ZILVERDAM, "set-accounts", by=FINANCE, at=MAY, body=body))
    assert found == ["books.period-open"]


# Periods.


def test_nothing_is_booked_in_a_closed_period_except_what_may_move_to_the_first_open_day(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    close(engine, "2026-03")
    close(engine, "2026-04")
    before = snapshot(engine)
    assert refused(lambda: book(engine, bookedOn="2026-03-31")) == ["books.period-open"]
    assert snapshot(engine) == before
    made = book(engine, bookedOn="2026-03-31", closedPeriod="first-open-day")
    assert made.booked_on == date(2026, 5, 1)
    assert {line.booked_on for line in rows(engine, JournalLine) if line.part == "cost"} == {date(2026, 5, 1)}


def test_a_period_is_closed_once_when_it_is_over(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    assert refused(lambda: close(engine, "2026-05")) == ["books.period-has-ended"]
    assert refused(lambda: close(engine, "2026")) == ["books.period-has-ended"]
    close(engine, "2026-04")
    assert refused(lambda: close(engine, "2026-04")) == ["books.period-closed-once"]


def test_another_person_reopens_a_period_with_a_reason_and_then_it_is_open(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    assert refused(lambda: reopen(engine, "2026-03", by=APPROVER)) == ["books.period-is-closed"]
    close(engine, "2026-03")
    assert refused(lambda: reopen(engine, "2026-03", by=FINANCE)) == ["books.reopened-by-another"]
    reopen(engine, "2026-03", by=APPROVER)
    kept = row(engine, BookPeriod)
    assert (kept.closed_by, kept.reopened_by) == (FINANCE.person, APPROVER.person)
    assert book(engine, bookedOn="2026-03-31").booked_on == date(2026, 3, 31)
    close(engine, "2026-03")
    assert len(rows(engine, BookPeriod)) == 2


def test_a_bank_entry_in_a_closed_period_is_booked_on_the_first_open_day_and_keeps_its_own_day(
    prepared: Prepared,
) -> None:
    engine = prepared("paid", fill_paid)
    close(engine, "2026-03", at=START + 31 * DAY)
    give_back(engine, row(engine, PaymentBatch), row(engine, BatchLine).end_to_end, days=31)
    mirrors = [line for line in rows(engine, JournalLine) if line.mirrors and line.part == "payment"]
    assert {line.booked_on for line in mirrors} == {date(2026, 4, 2)}
    close(engine, "2026-04", at=MAY)
    do(engine, "payable", row(engine, Payable).id, "approve", by=APPROVER, at=MAY)
    pay_again(engine, MAY)
    last = max(rows(engine, JournalLine), key=lambda line: line.booked_on)
    assert (last.booked_on, last.document_on) == (MAY.date(), MAY.date())


def test_a_booking_is_dated_between_its_invoice_and_today(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    dated = row(engine, Payable).dated
    assert refused(lambda: book(engine, bookedOn="2026-05-05")) == ["step.not-in-future"]
    assert refused(lambda: book(engine, bookedOn=(dated - DAY).isoformat())) == ["step.not-before"]
    assert book(engine, bookedOn=dated.isoformat()).booked_on == dated


# Corrections.


def test_a_correction_mirrors_the_cost_leaves_the_payment_and_books_again(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    wrong = row(engine, Booking)
    before = {(line.booking, line.position): line for line in rows(engine, JournalLine)}
    body = {"since": "2026-04-01", "source": "KADERNOTA-2026", "costCentre": "KP-09"}
    do(engine, "organisation", ZILVERDAM, "set-accounts", by=FINANCE, at=MAY, body=body)
    do(engine, "booking", wrong.id, "correct", by=FINANCE, at=MAY, body={"reasons": "The wrong cost centre."})
    booked_again = row(engine, Booking, Booking.corrects == wrong.id)
    assert (row(engine, Booking, Booking.id == wrong.id).state, booked_again.state) == ("reversed", "booked")
    after = {(line.booking, line.position): line for line in rows(engine, JournalLine)}
    assert {key: after[key] for key in before} == before
    assert balances(engine, cost_centre="KP-01", part="cost") == {}
    gross, vat = row(engine, Payable).gross, row(engine, Payable).vat
    assert balances(engine, cost_centre="KP-09") == {"4300": gross - vat, "1520-BCF": vat, "1400": -gross}
    assert sum(line.part == "payment" for line in after.values()) == 2
    with Session(engine) as session:
        found = money_trail.of_payable(session, session.get_one(Payable, booked_again.payable))
        assert found.gaps == []
        expect_money_holds(session)
    assert problems(engine) == []


def test_a_correction_is_reversed_whole_when_the_payment_is_returned(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    for _ in range(2):
        standing = row(engine, Booking, Booking.state == "booked")
        body = {"reasons": "Wrong again."}
        do(engine, "booking", standing.id, "correct", by=FINANCE, at=START + 3 * DAY, body=body)
    give_back(engine, row(engine, PaymentBatch), row(engine, BatchLine).end_to_end)
    assert balances(engine) == {}
    assert {booking.state for booking in rows(engine, Booking)} == {"reversed"}
    assert problems(engine) == []


def test_a_booking_that_is_not_made_yet_is_not_corrected(prepared: Prepared) -> None:
    engine = prepared("ready-to-book", fill_ready)
    found = refused(
        lambda: do(
            engine, "booking", row(engine, Booking).id, "correct", by=FINANCE, at=MAY, body={"reasons": "Too early."}
        )
    )
    assert found == ["chart.state"]


# The trail.


def gaps(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        found = money_trail.of_payable(session, session.get_one(Payable, row(engine, Payable).id))
        return [(gap.link, gap.words) for gap in found.gaps]


WAITS = {
    "check": ("batch", "Not yet: finance checks it."),
    "approve": ("batch", "Not yet: another person approves it."),
    "build": ("batch", "Not yet: it stands in a batch."),
    "seal": ("batch", "is sealed."),
    "release": ("batch", "is released by another person."),
    "export": ("batch", "is exported."),
    "take-in-statement": ("bank", "Not yet: an entry of a statement says that the bank booked it."),
    "complete-evidence": ("journal", "waits for its evidence: no-own-contribution"),
    "book": ("journal", "is ready to be booked."),
}


def test_the_trail_names_what_is_still_missing(office: Engine) -> None:
    seen: dict[str, list[tuple[str, str]]] = {}

    def note_gaps(action: Action) -> bool:
        if rows(office, Payable):
            seen[action.event] = gaps(office)
        return False

    walk(office, receive(office), choose=sparing, before=note_gaps)
    assert seen.pop("close") == []
    assert seen.keys() == WAITS.keys()
    for event, found in seen.items():
        link, words = WAITS[event]
        assert [gap[0] for gap in found] == [link], event
        assert words in found[0][1], event


def test_the_trail_is_followed_in_both_directions(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    payable, measure = row(engine, Payable), row(engine, Measure)
    with Session(engine) as session:
        entry = session.get_one(BankEntry, (row(engine, BankEntry).message, row(engine, BankEntry).position))
        batch = session.get_one(PaymentBatch, row(engine, PaymentBatch).id)
        for found in (
            money_trail.payables_of_entry(session, entry),
            money_trail.payables_of_measure(session, session.get_one(Measure, measure.id)),
            money_trail.payables_of_batch(session, batch),
        ):
            assert [item.id for item in found] == [payable.id]
        whole = money_trail.of_payable(session, session.get_one(Payable, payable.id))
        assert [item.id for item in whole.measures] == [measure.id]
        assert whole.application is not None
        assert whole.application.id == row(engine, Application).id
        assert [takeover.organisation for takeover in whole.takeovers] == [ZILVERDAM]
        assert [line.end_to_end for line, _ in whole.payments] == [row(engine, BatchLine).end_to_end]
        assert whole.paying_entries() == [entry]
        expect_trails_hold(session, payable.stream)


def test_a_payment_returned_and_sent_again_keeps_both_trails(prepared: Prepared) -> None:
    engine = prepared("paid", fill_paid)
    give_back(engine, row(engine, PaymentBatch), row(engine, BatchLine).end_to_end)
    assert gaps(engine) == [("batch", "Not yet: another payment of it is approved; the bank gave it back.")]
    pay_again(engine, approve_again(engine))
    with Session(engine) as session:
        found = money_trail.of_payable(session, session.get_one(Payable, row(engine, Payable).id))
        assert [line.counts for line, _ in found.payments] == [False, True]
        assert [entry.amount > 0 for entry in found.entries] == [False, True, False]
        assert len(found.paying_entries()) == 1
        expect_trails_hold(session, found.payable.stream)
