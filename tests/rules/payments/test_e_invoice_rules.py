"""E-invoice rules: every sum is compared with its parts, and each problem names its term and its rule."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rules.payments.e_invoices import EInvoice, Item, Rate, problems, total

ON = date(2026, 3, 2)
D = Decimal
HIGH, LOW = D(21), D(9)
CAMERA, FITTING, MANUAL = (
    Item("Camera", D("100.00"), HIGH),
    Item("Fitting", D("50.00"), HIGH),
    Item("Manual", D("20.00"), LOW),
)
INVOICE = EInvoice(
    credit=False,
    number="F-2026-0042",
    dated=ON,
    due_on=date(2026, 4, 1),
    currency="EUR",
    seller="Beveiliging Voorbeeld BV",
    payee="Beveiliging Voorbeeld BV",
    iban="NL02ABNA0123456789",
    buyer="Gemeente Zilverdam",
    order="VA-2026-ABCDEFGH",
    preceding=None,
    lines_net=D("170.00"),
    allowances_net=D("13.00"),
    charges_net=D("7.00"),
    net=D("164.00"),
    vat=D("31.92"),
    gross=D("195.92"),
    prepaid=D("0.00"),
    rounding=D("0.08"),
    due=D("196.00"),
    rates=(Rate(HIGH, D("143.00"), D("30.03")), Rate(LOW, D("21.00"), D("1.89"))),
    lines=(CAMERA, FITTING, MANUAL),
    allowances=(Item("Discount", D("10.00"), HIGH), Item("Discount", D("3.00"), LOW)),
    charges=(Item("Freight", D("3.00"), HIGH), Item("Freight", D("4.00"), LOW)),
)
"""Three lines at two rates, with an allowance and a charge at each, and rounded to whole euros."""


def found(invoice: EInvoice = INVOICE, **changes: Any) -> list[tuple[str, str | None, str]]:
    """The problems of an e-invoice with changes: the term, the rule of the standard, and the sentence."""
    every = problems(replace(invoice, **changes), on=ON, same_buyer=True, number_ok=True)
    return [(item.term, item.standard, item.finding.message) for item in every]


def says(term: str, by: str, sums: str) -> tuple[str, str, str]:
    """A problem of a sum, in full."""
    stated, computed = sums.split(" | ")
    words = f"{term}, {stated}; by {by} its parts make {computed}. Ask the supplier for an invoice that adds up."
    return term, by, words


def test_an_e_invoice_that_adds_up_has_no_problem() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"lines_net": D("170.01")}, ("BT-106", "BR-CO-10", "the sum of the lines, is 170.01 | 170.00")),
        ({"allowances_net": D("12.99")}, ("BT-107", "BR-CO-11", "the sum of the allowances, is 12.99 | 13.00")),
        ({"charges_net": D("7.01")}, ("BT-108", "BR-CO-12", "the sum of the charges, is 7.01 | 7.00")),
        (
            {"net": D("164.01"), "gross": D("195.93"), "due": D("196.01")},
            ("BT-109", "BR-CO-13", "the total without VAT, is 164.01 | 164.00"),
        ),
        (
            {"vat": D("31.93"), "gross": D("195.93"), "due": D("196.01")},
            ("BT-110", "BR-CO-14", "the total VAT, is 31.93 | 31.92"),
        ),
        ({"gross": D("195.91"), "due": D("195.99")}, ("BT-112", "BR-CO-15", "the total with VAT, is 195.91 | 195.92")),
        ({"due": D("195.92")}, ("BT-115", "BR-CO-16", "the amount due, is 195.92 | 196.00")),
    ],
)
def test_a_sum_that_is_not_that_of_its_parts_is_named_by_term_and_rule(
    changes: dict[str, Any], problem: tuple[str, str, str]
) -> None:
    assert found(**changes) == [says(*problem)]


def test_what_was_paid_already_is_taken_off_the_amount_due_and_is_a_problem_of_its_own() -> None:
    ((term, by, words),) = found(prepaid=D("6.00"), due=D("190.00"))
    assert (term, by) == ("BT-113", None)
    assert words.startswith("BT-113 says that 6.00 was paid already")


@pytest.mark.parametrize(
    ("place", "off", "problem"),
    [
        (0, "0.01", "the amount of a rate at 21 %, is 143.01 | 143.00"),
        (1, "-0.01", "the amount of a rate at 9 %, is 20.99 | 21.00"),
    ],
)
def test_the_amount_of_a_rate_is_that_of_its_lines_less_allowances_plus_charges(
    place: int, off: str, problem: str
) -> None:
    rates = list(INVOICE.rates)
    rates[place] = rates[place]._replace(base=rates[place].base + D(off))
    assert found(rates=tuple(rates)) == [says("BT-116", "BR-S-08", problem)]


def taxed(lines: int, vat: str) -> EInvoice:
    """An e-invoice of so many lines of 10 euros at 21 percent, with this VAT."""
    net = D("10.00") * lines
    return replace(
        INVOICE,
        lines=(Item("Key", D("10.00"), HIGH),) * lines,
        allowances=(),
        charges=(),
        rates=(Rate(HIGH, net, D(vat)),),
        lines_net=net,
        allowances_net=D(0),
        charges_net=D(0),
        net=net,
        vat=D(vat),
        gross=net + D(vat),
        rounding=D(0),
        due=net + D(vat),
    )


@pytest.mark.parametrize(
    ("lines", "vat", "computed"),
    [
        (1, "2.11", None),
        (1, "2.09", None),
        (1, "2.12", "2.10"),
        (3, "6.31", None),
        (3, "6.32", "6.30"),
        (4, "8.42", None),
        (4, "8.38", None),
        (4, "8.43", "8.40"),
        (4, "8.37", "8.40"),
    ],
)
def test_the_vat_of_a_rate_may_differ_by_half_a_cent_a_line_and_by_one_cent_at_least(
    lines: int, vat: str, computed: str | None
) -> None:
    problem = says("BT-117", "BR-CO-17", f"the VAT of a rate at 21 %, is {vat} | {computed}")
    assert found(taxed(lines, vat)) == ([] if computed is None else [problem])


def test_half_a_cent_of_vat_is_rounded_up() -> None:
    lines = (Item("Key", D("0.50"), HIGH),)  # 21 % is 0.105 and counts as 0.11
    one = replace(
        taxed(1, "0.00"), lines=lines, lines_net=D("0.50"), net=D("0.50"), rates=(Rate(HIGH, D("0.50"), D("0.12")),)
    )
    assert found(one, vat=D("0.12"), gross=D("0.62"), due=D("0.62")) == []
    too_little = found(one, rates=(Rate(HIGH, D("0.50"), D("0.09")),), vat=D("0.09"), gross=D("0.59"), due=D("0.59"))
    assert too_little == [says("BT-117", "BR-CO-17", "the VAT of a rate at 21 %, is 0.09 | 0.11")]


@pytest.mark.parametrize("part", ["lines", "allowances", "charges"])
def test_a_rate_that_the_breakdown_leaves_out_is_missed(part: str) -> None:
    key, key_net = Item("Key", D("5.00"), D(0)), D("-5.00") if part == "allowances" else D("5.00")
    net, rest = INVOICE.net + key_net, INVOICE.due + key_net
    changes: dict[str, Any] = {
        part: (*getattr(INVOICE, part), key),
        f"{part}_net": getattr(INVOICE, f"{part}_net") + D("5.00"),
        "net": net,
        "gross": INVOICE.gross + key_net,
        "due": rest,
    }
    problem = says("BT-116", "BR-S-08", f"the amount of a rate at 0 %, is 0 | {key_net}")
    assert found(**changes) == [problem]


def test_rates_that_are_missed_are_named_in_order_after_those_of_the_breakdown() -> None:
    assert found(rates=()) == [
        says("BT-110", "BR-CO-14", "the total VAT, is 31.92 | 0"),
        says("BT-116", "BR-S-08", "the amount of a rate at 9 %, is 0 | 21.00"),
        says("BT-116", "BR-S-08", "the amount of a rate at 21 %, is 0 | 143.00"),
    ]


def test_nothing_adds_up_to_zero_euros() -> None:
    assert isinstance(total(()), Decimal)
    assert total((CAMERA, MANUAL)) == D("120.00")


@pytest.mark.parametrize(
    ("changes", "rule", "term"),
    [
        ({"dated": date(2026, 3, 3)}, "step.not-in-future", "BT-2"),
        ({"currency": "USD"}, "payable.in-euros", "BT-5"),
        ({"iban": "NL00ABNA0123456789"}, "payable.iban-valid", "BT-84"),
        ({"iban": None}, "e-invoice.says-where-to-pay", "BT-84"),
        ({"prepaid": D("1.00"), "due": D("195.00")}, "e-invoice.nothing-paid-yet", "BT-113"),
    ],
)
def test_what_else_is_wrong_is_found_by_its_own_rule(changes: dict[str, Any], rule: str, term: str) -> None:
    (item,) = problems(replace(INVOICE, **changes), on=ON, same_buyer=True, number_ok=True)
    assert (item.term, item.standard, item.finding.rule) == (term, None, rule)


def test_an_invoice_of_tomorrow_says_which_days_are_meant() -> None:
    ((_, _, words),) = found(dated=date(2026, 3, 3))
    assert words.startswith("The invoice")
    assert "2026-03-03" in words
    assert "2026-03-02" in words


def test_a_credit_note_needs_no_account_for_money_comes_from_the_supplier() -> None:
    assert found(credit=True, iban=None) == []


def test_the_buyer_and_the_number_are_problems_in_the_order_of_the_terms() -> None:
    every = problems(replace(INVOICE, iban=None, lines_net=D(0)), on=ON, same_buyer=False, number_ok=False)
    assert [(item.term, item.finding.rule) for item in every] == [
        ("BT-1", "e-invoice.number-fits"),
        ("BT-44", "e-invoice.to-this-employer"),
        ("BT-84", "e-invoice.says-where-to-pay"),
        ("BT-106", "e-invoice.adds-up"),
    ]
