"""E-invoices: their fields are filled in, and each contradiction is named by its term."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from e_invoices import e_invoice

from rules.payments.e_invoices import problems
from states.errors import DocumentRefusedError
from states.formats import ubl
from states.payments.e_invoices import less_allowance, lines_of, normalised_name, vat_of

ON = date(2026, 3, 2)
D = Decimal


def found(**changes: Any) -> list[tuple[str, str | None]]:
    """The terms that do not fit, each with the rule of the standard."""
    read = ubl.read(e_invoice(**changes))
    return [(item.term, item.standard) for item in problems(read, on=ON, same_buyer=True, number_ok=True)]


def test_an_e_invoice_is_read_term_by_term() -> None:
    read = ubl.read(e_invoice())
    assert (read.credit, read.number, read.dated, read.due_on) == (False, "F-2026-0042", ON, date(2026, 4, 1))
    assert (read.seller, read.payee, read.buyer) == ("Beveiliging Voorbeeld BV",) * 2 + ("Gemeente Zilverdam",)
    assert (read.iban, read.order, read.currency) == ("NL02ABNA0123456789", "VA-2026-ABCDEFGH", "EUR")
    assert [(item.net, item.rate) for item in read.lines] == [
        (D("100"), D("21")),
        (D("50"), D("21")),
        (D("20"), D("9")),
    ]
    assert (read.net, read.vat, read.gross, read.due) == (D("165.00"), D("32.25"), D("197.25"), D("197.25"))
    assert found() == []


def test_a_credit_note_names_the_invoice_that_it_takes_off() -> None:
    read = ubl.read(e_invoice(credit=True, iban=None))
    assert (read.credit, read.preceding, read.iban) == (True, "F-1", None)
    assert found(credit=True, iban=None) == []
    assert found(iban=None) == [("BT-84", None)]


@pytest.mark.parametrize(
    ("changes", "terms"),
    [
        ({"lines_net": "170.01"}, [("BT-106", "BR-CO-10")]),
        ({"allowances": "10.01"}, [("BT-107", "BR-CO-11")]),
        ({"charges": "4.99"}, [("BT-108", "BR-CO-12")]),
        ({"net": "165.01", "gross": "197.26", "payable": "197.26"}, [("BT-109", "BR-CO-13")]),
        ({"vat": "32.26", "gross": "197.26", "payable": "197.26"}, [("BT-110", "BR-CO-14")]),
        ({"gross": "197.24", "payable": "197.24"}, [("BT-112", "BR-CO-15")]),
        ({"payable": "197.24"}, [("BT-115", "BR-CO-16")]),
        ({"prepaid": "10.00", "payable": "187.25"}, [("BT-113", None)]),
        ({"rates": [("21", "145.00", "30.47"), ("9", "20.00", "1.78")]}, [("BT-117", "BR-CO-17")] * 2),
        ({"rates": [("21", "145.00", "30.46"), ("9", "20.00", "1.79")]}, []),
        (
            {"rates": [("21", "165.00", "32.25")]},
            [("BT-116", "BR-S-08"), ("BT-117", "BR-CO-17"), ("BT-116", "BR-S-08")],
        ),
        ({"currency": "USD"}, [("BT-5", None)]),
        ({"dated": "2026-03-03"}, [("BT-2", None)]),
        ({"iban": "NL00ABNA0123456789"}, [("BT-84", None)]),
    ],
)
def test_a_total_that_does_not_add_up_is_named_by_its_term_and_rule(
    changes: dict[str, Any], terms: list[tuple[str, str | None]]
) -> None:
    assert found(**changes) == terms


def test_the_name_and_the_number_are_checked() -> None:
    read = ubl.read(e_invoice())
    terms = [item.term for item in problems(read, on=ON, same_buyer=False, number_ok=False)]
    assert terms == ["BT-1", "BT-44"]
    assert normalised_name("Gemeente Zilver-dam") == normalised_name("GEMEENTE ZILVERDAM")


def test_lines_are_filled_in_with_their_vat_and_together_are_what_is_stated() -> None:
    lines = lines_of(ubl.read(e_invoice()))
    assert sum(item["net"] for item in lines) == D("165.00")
    assert sum(item["vat"] for item in lines) == D("32.25")
    assert all(item["gross"] == item["net"] + item["vat"] for item in lines)
    assert [item["text"] for item in lines] == ["Camera Voorbeeldlaan 1", "Montage", "Handboek", None]
    assert [item["vatRate"] for item in lines] == [D("21"), D("21"), D("9"), D("21")]


def test_a_line_below_zero_takes_off_the_others_of_its_rate() -> None:
    lines = [("Camera", "100.00", "21"), ("Korting", "-40.00", "21")]
    read = ubl.read(e_invoice(lines=lines, allowance="0", charge="0"))
    assert [item["net"] for item in lines_of(read)] == [D("60.00")]
    assert less_allowance([D("10.00")], D("10.01")) == [D("10.00")]
    assert less_allowance([D("10.00")], D("0.00")) == [D("10.00")]


def test_the_vat_of_a_rate_is_divided_by_a_cent_a_line_at_most() -> None:
    nets = [D("0.10"), D("0.10")]
    assert vat_of(nets, D("21"), [D("0.04")]) == [D("0.02"), D("0.02")]
    assert vat_of(nets, D("21"), [D("0.05")]) == [D("0.03"), D("0.02")]
    assert vat_of(nets, D("21"), [D("0.02")]) == [D("0.01"), D("0.01")]
    assert vat_of(nets, D("21"), [D("0.07")]) == [D("0.02"), D("0.02")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Line|well-formed"),
        (b"no xml", "Line 1"),
        (b"<Invoice>\n<unclosed>\n</Invoice>", "Line 3"),
        (
            b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<a>&e;</a>',
            "Line 2.*entities",
        ),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "well-formed"),
        (b"<Invoice/>", "no UBL 2.1"),
        (e_invoice(lines=[]), "from 1 to 60"),
        (e_invoice(lines=[("x", "1.00", "21")] * 61), "from 1 to 60"),
        (e_invoice(gross="1.234"), "BT-112.*two decimals"),
        (e_invoice(net="NaN"), "BT-109"),
        (e_invoice(vat="1e2"), "BT-110"),
        (e_invoice(dated="02-03-2026"), "BT-2.*2026-01-31"),
        (e_invoice(lines=[("x", "1.00", "101")]), "BT-152.*21"),
        (e_invoice().replace(b"<cbc:IssueDate>2026-03-02</cbc:IssueDate>", b""), "BT-2"),
        (e_invoice(number=" "), "BT-1"),
        (e_invoice().replace(b"LegalMonetaryTotal", b"OtherTotal"), "BG-22"),
    ],
)
def test_an_unreadable_invoice_is_refused_with_its_line_or_term(data: bytes, words: str) -> None:
    with pytest.raises(DocumentRefusedError, match=f"(?s){words}") as caught:
        ubl.read(data)
    assert "root:" not in str(caught.value)
