"""Invoice rules: similar numbers, credits and parts divided to the cent, never more than was billed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.core.translations import PastAct
from rules.payments.amounts import CENT, split
from rules.payments.credit_notes import Sums, part_of, portion, share
from rules.payments.invoice_documents import largest, largest_e_invoice, most_pages
from rules.payments.invoices import rate_adds_up, spelling
from rules.payments.second_approver import second_limit, second_needed
from rules.procedure.separation_of_duties import SEPARATED

ON = date(2026, 3, 2)
CENTS = st.integers(0, 10_000_00).map(lambda cents: cents * CENT)


@pytest.mark.parametrize(
    ("number", "compared"),
    [
        ("F-1", "F1"),
        ("f.01", "F1"),
        ("F/0001", "F1"),
        ("2026-0012", "20260012"),
        ("0012", "12"),
        ("F-10", "F10"),
        ("0", "0"),
        ("A0B1", "A0B1"),
    ],
)
def test_a_number_is_compared_without_marks_capitals_or_zeros_in_front(number: str, compared: str) -> None:
    assert spelling(number) == compared


@given(st.lists(CENTS, min_size=1, max_size=5), st.data())
def test_a_whole_amount_is_shared_and_nobody_gets_more_than_is_left(rooms: list[Decimal], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, int(sum(rooms) / CENT)).map(lambda cents: cents * CENT))
    parts = share(amount, rooms)
    assert sum(parts) == amount
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))


@given(CENTS, st.integers(1, 5), st.data())
def test_credit_after_credit_takes_back_what_was_split_to_the_cent(
    amount: Decimal, payers: int, data: st.DataObject
) -> None:
    left = list(split(amount, payers))
    for last in (False, False, False, True):
        cents = int(sum(left) / CENT)
        credit = CENT * (cents if last else data.draw(st.integers(0, cents)))
        left = [room - part for room, part in zip(left, share(credit, left), strict=True)]
        assert min(left) >= 0
    assert left == [0] * payers


def test_a_credit_that_fits_every_share_is_split_like_an_invoice() -> None:
    rooms = [Decimal("100.00")] * 3
    assert share(Decimal("10.00"), rooms) == list(split(Decimal("10.00"), 3))
    assert share(Decimal("10.00"), [Decimal("1.00"), *rooms]) == [
        Decimal(text) for text in ("1.00", "4.00", "2.50", "2.50")
    ]


LINES = st.lists(st.tuples(CENTS, CENTS).map(lambda pair: Sums(max(pair), min(pair))), min_size=1, max_size=6)


@given(LINES, st.data())
def test_a_part_and_its_rest_are_the_whole_in_net_vat_and_gross(lines: list[Sums], data: st.DataObject) -> None:
    total = sum((line.gross for line in lines), Decimal(0))
    if not total:
        return
    amount = data.draw(st.integers(0, int(total / CENT)).map(lambda cents: cents * CENT))
    parts = portion(lines, amount)
    assert sum((part.gross for part in parts), Decimal(0)) == amount
    for line, part in zip(lines, parts, strict=True):
        assert 0 <= part.net <= line.net
        assert 0 <= part.vat <= line.vat
        assert part.gross <= line.gross


def test_the_vat_of_a_part_follows_its_line_to_the_half_cent() -> None:
    line = Sums(Decimal("100.00"), Decimal("21.00"))
    assert part_of(line, Decimal("60.50")) == Sums(Decimal("50.00"), Decimal("10.50"))
    assert part_of(line, Decimal("0.03")) == Sums(Decimal("0.02"), Decimal("0.01"))
    assert part_of(Sums(Decimal(0), Decimal(0)), Decimal(0)) == Sums(Decimal(0), Decimal(0))
    assert portion([line, line], Decimal("0.01"))[1] == Sums(Decimal("0.00"), Decimal("0.00"))


def test_half_a_cent_of_vat_in_a_part_is_rounded_up() -> None:
    assert part_of(Sums(Decimal("0.10"), Decimal("0.02")), Decimal("0.03")) == Sums(Decimal("0.02"), Decimal("0.01"))


@pytest.mark.parametrize(
    ("costs", "amount", "parts"),
    [
        ("1.00 1.00", "0.03", "0.02 0.01"),  # a cent and a half each
        ("0.03 0.03 0.03", "0.08", "0.03 0.03 0.02"),  # two cents over, and room for one in a line
        ("0.00 0.02 0.03", "0.04", "0.00 0.02 0.02"),
    ],
)
def test_the_cents_that_cannot_be_shared_go_to_the_first_lines_with_room(costs: str, amount: str, parts: str) -> None:
    lines = [Sums(Decimal(cost), Decimal("0.00")) for cost in costs.split()]
    assert [str(part.gross) for part in portion(lines, Decimal(amount))] == parts.split()


@pytest.mark.parametrize(("vat", "fine"), [("0.12", True), ("0.10", True), ("0.09", False), ("0.13", False)])
def test_half_a_cent_of_vat_of_a_rate_is_rounded_up(vat: str, *, fine: bool) -> None:
    found = rate_adds_up(vat_rate=Decimal(21), net=Decimal("0.50"), vat=Decimal(vat), lines=1)  # 0.105 counts as 0.11
    assert (found is None) is fine


@pytest.mark.parametrize(
    ("lines", "off", "fine"),
    [
        (1, "0.01", True),
        (1, "0.02", False),
        (2, "0.01", True),
        (3, "0.01", True),
        (4, "0.02", True),
        (4, "0.03", False),
    ],
)
def test_the_vat_of_a_rate_may_differ_by_half_a_cent_a_line(lines: int, off: str, fine: bool) -> None:
    for sign in (1, -1):
        vat = Decimal("21.00") + sign * Decimal(off)
        found = rate_adds_up(vat_rate=Decimal(21), net=Decimal(100), vat=vat, lines=lines)
        assert (found is None) == fine


@pytest.mark.parametrize(
    ("kind", "limit"), [("province", "10000.00"), ("municipality", "10000.00"), ("water-board", "5000.00")]
)
def test_above_the_limit_of_an_employer_a_second_person_approves(kind: str, limit: str) -> None:
    assert second_limit(kind, ON) == Decimal(limit)
    for amount, needed in ((Decimal(limit), False), (Decimal(limit) + CENT, True)):
        for sign in (1, -1):
            assert second_needed(amount=sign * amount, employer_kind=kind, on=ON) is needed


def test_documents_have_a_largest_size_and_number_of_pages() -> None:
    assert (largest(ON), largest_e_invoice(ON), most_pages(ON)) == (20 * 2**20, 8 * 2**20, 40)


def test_each_step_of_a_payment_is_done_by_another_person_except_preparation() -> None:
    steps = (
        PastAct.ENTERED_INVOICE,
        PastAct.MATCHED_INVOICE,
        PastAct.CHECKED_INVOICE,
        PastAct.APPROVED_INVOICE,
    )
    always = (PastAct.APPLIED, PastAct.HANDLED_APPLICATION)
    assert {
        "match": (PastAct.APPLIED,),
        "check": always,
        "reject": (*always, PastAct.CHECKED_INVOICE),
        "approve": (*always, *steps[:3]),
        "approve-second": (*always, *steps),
    } == {event: found for (chart, event), found in SEPARATED.items() if chart == "payable"}
    assert set(SEPARATED["payment-batch", "release"]) == {
        PastAct.BUILT_BATCH,
        PastAct.SEALED_BATCH,
        PastAct.ENTERED_BATCH_INVOICE,
        PastAct.MATCHED_BATCH_INVOICE,
        PastAct.CHECKED_BATCH_INVOICE,
        PastAct.APPROVED_BATCH_INVOICE,
        PastAct.HANDLED_BATCH_APPLICATION,
        PastAct.APPLIED_IN_BATCH,
    }
