"""Demonstration bank: its statements and returns follow from the order alone."""

from datetime import date
from decimal import Decimal

import pytest
from bank_orders import DEBTOR, order, transfer
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from states.formats import camt053
from states.formats.demonstration_bank import OPENING, answer, returned
from states.formats.errors import BankTextError, OrderError
from states.formats.pain001 import LARGEST, document

DAY = date(2026, 1, 5)


@given(st.lists(st.decimals(Decimal("0.01"), LARGEST, places=2), min_size=1, max_size=20))
def test_from_order_to_statement_every_transfer_is_booked_once_for_its_amount(amounts: list[Decimal]) -> None:
    transfers = [transfer(number, amount=amount) for number, amount in enumerate(amounts, 1)]
    found = camt053.read(answer(document(order(transfers)), booked_on=DAY))
    assert found.account == DEBTOR
    assert [(each.end_to_end_id, each.amount) for each in found.entries] == [
        (each.end_to_end_id, -each.amount) for each in transfers
    ]
    assert {(each.booked_on, each.payment_information_id) for each in found.entries} == {(DAY, "VA-2026-0001-1")}
    assert len({each.reference for each in found.entries}) == len(transfers)
    assert not any(each.is_return for each in found.entries)


def test_a_large_statement_keeps_its_lines_and_stays_within_the_limit() -> None:
    found = camt053.read(answer(document(order(transfer(number) for number in range(1, 40_001))), booked_on=DAY))
    assert len(found.entries) == 40_000
    assert len({each.line for each in found.entries}) == 40_000
    assert found.entries[-1].line > 65_535


def test_a_batch_booked_as_one_total_names_the_payment_information_alone() -> None:
    (found,) = camt053.read(
        answer(document(order([transfer(1), transfer(2)], batch_booking=True)), booked_on=DAY)
    ).entries
    assert (found.payment_information_id, found.end_to_end_id) == ("VA-2026-0001-1", None)
    assert found.amount == Decimal("-0.03")


def test_the_balances_open_and_close_around_the_bookings() -> None:
    statement = etree.fromstring(answer(document(order([transfer(1), transfer(2)])), booked_on=DAY))
    amounts = [Decimal(each) for each in statement.xpath("//*[local-name()='Bal']/*[local-name()='Amt']/text()")]
    assert amounts == [OPENING, OPENING - Decimal("0.03")]


def test_a_returned_payment_has_its_reason() -> None:
    sent = document(order([transfer(1), transfer(2)]))
    (found,) = camt053.read(returned(sent, "VA-00000002", booked_on=DAY, reason="AC01")).entries
    assert (found.end_to_end_id, found.amount) == ("VA-00000002", Decimal("0.02"))
    assert (found.is_return, found.return_reason) == (True, "AC01")


def test_the_same_order_gives_the_same_bytes_and_another_order_another_statement() -> None:
    sent = document(order([transfer(1)]))
    answers = [
        answer(sent, booked_on=DAY),
        answer(sent, booked_on=date(2026, 1, 6)),
        returned(sent, "VA-00000001", booked_on=DAY),
        returned(sent, "VA-00000001", booked_on=DAY, reason="AC01"),
    ]
    assert answers[0] == answer(sent, booked_on=DAY)
    assert answers[2] == returned(sent, "VA-00000001", booked_on=DAY)
    assert len({camt053.read(each).id for each in answers}) == len(answers)
    assert len({camt053.read(each).entries[0].reference for each in answers}) == len(answers)


def test_the_bank_refuses_an_order_that_it_cannot_answer() -> None:
    sent = document(order([transfer(1)]))
    with pytest.raises(OrderError, match="no payment VA-2"):
        returned(sent, "VA-2", booked_on=DAY)
    with pytest.raises(OrderError, match="ISO code"):
        returned(sent, "VA-00000001", booked_on=DAY, reason="<a/>")
    with pytest.raises(OrderError, match="holds 0 PmtInf"):
        answer(sent[: sent.index(b"<PmtInf>")] + b"</CstmrCdtTrfInitn></Document>", booked_on=DAY)
    with pytest.raises(BankTextError):
        answer(sent.replace(b"VA-00000001", b"&lt;b&gt;"), booked_on=DAY)
