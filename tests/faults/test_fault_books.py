"""Fault tests of the books: after a kill at any moment they balance, nothing is booked twice, trails are complete."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from office import FINANCE
from scene import KILLED, SENT, JobRunner, OfficeCopy, fill_sent, moments_of
from sqlmodel import Session, select

from states.reporting.money_trail import of_payable
from states.tables.payments import Payable

UNBALANCED = "SELECT booking, part FROM journal_line GROUP BY 1, 2 HAVING sum(debit) <> sum(credit)"
SUMS = """
    SELECT p.id, p.state, p.gross,
           coalesce(sum(l.credit - l.debit) FILTER (WHERE l.part = 'payment' AND l.side = 'bank'), 0),
           coalesce(sum(l.credit - l.debit) FILTER (WHERE l.part = 'cost' AND l.side = 'creditor'), 0)
    FROM payable p LEFT JOIN booking b ON b.payable = p.id LEFT JOIN journal_line l ON l.booking = b.id
    GROUP BY 1, 2, 3
"""
LATER = SENT + timedelta(days=2)


@pytest.fixture(scope="module")
def sent(filled: Any) -> Iterator[Any]:
    """Copies of an office that sent its payments to the bank."""
    with filled(fill_sent) as made:
        yield made


def prepare(copy: OfficeCopy) -> None:
    copy.put("statement")
    copy.put("return", "later")


def expect_books_hold(copy: OfficeCopy, *, ended: bool) -> None:
    """Assert that the books balance and each trail agrees; after the end also that all payments are booked."""
    assert copy.rows(UNBALANCED) == []
    for payable, state, gross, paid, cost in copy.rows(SUMS):
        assert paid == (gross if state == "paid" else 0), payable
        assert cost in ({gross} if ended and state == "paid" else {0, gross}), payable
        assert state == "paid" or cost == 0, payable
    with Session(copy.engine) as session:
        for row in session.exec(select(Payable)):
            gaps = of_payable(session, row).gaps
            assert [gap.words for gap in gaps if gap.words.startswith("Missing")] == []
            assert gaps == [] or not ended or row.state != "paid"
    assert copy.problems() == []


def test_payments_are_booked_once_and_each_trail_is_whole_wherever_the_booking_dies(
    job_runner: JobRunner, sent: Any
) -> None:
    order = {"at": LATER, "by": FINANCE}
    with sent.one() as copy:
        prepare(copy)
        moments = job_runner.moments("books", copy, **order)
        undisturbed = copy.summary()
        expect_books_hold(copy, ended=True)
        assert sorted(copy.rows("SELECT state FROM payable")) == [("paid",), ("paid",), ("returned",)]
        assert copy.rows("SELECT count(*) FROM journal_line WHERE mirrors IS NOT NULL") == [(5,)]
    for moment in moments_of(moments, "books")[::2]:
        with sent.one() as copy:
            prepare(copy)
            assert job_runner.run("books", copy, **order, kill=f"moment:{moment}")["status"] == KILLED, moment
            expect_books_hold(copy, ended=False)
            job_runner.run_successfully("books", copy, **order)
            expect_books_hold(copy, ended=True)
            assert copy.summary() == undisturbed, moment
