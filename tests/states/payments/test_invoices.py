"""Invoices: VAT and addressees, costs outside the advice, own contributions, and evidence."""

from decimal import Decimal
from typing import Any

import pytest
from invoicing import LATER, PROVIDED, TODAY, book, fill_once, finance, invoice, line, only, pay, period, upload
from office import (
    BROEKZIJDE,
    DAY,
    GOUDVEEN,
    LAAGLAND,
    ZILVERDAM,
    act,
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
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import ENGINE, Role
from states.errors import MalformedError
from states.storage.content import content_of_subject
from states.storage.database import transaction
from states.tables.accounting import Booking, JournalLine
from states.tables.application import Application, Measure
from states.tables.ledger import LedgerEntry
from states.tables.payments import Payable

# VAT and its addressee.


def fill_province(engine: Engine) -> None:
    reference = receive(engine, employers=[LAAGLAND], office="provincial-executive")
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital"))


def fill_water_board(engine: Engine) -> None:
    reference = receive(engine, employers=[BROEKZIJDE], office="water-board-executive")
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital"))


OFFICES = {"municipality": fill_once, "province": fill_province, "water-board": fill_water_board}


@pytest.mark.parametrize(
    ("kind", "changes", "addressee", "vat"),
    [
        ("municipality", {}, "employer", "21.00"),
        ("municipality", {"addressee": "official"}, "official", None),
        ("municipality", {"kind": "advance", "receipt": "BON-1"}, "official", None),
        ("municipality", {"kind": "advance", "receipt": "BON-1", "addressee": "employer"}, "employer", "21.00"),
        ("province", {}, "employer", "21.00"),
        ("province", {"addressee": "official"}, "official", None),
        ("water-board", {}, "employer", None),
        ("water-board", {"addressee": "official"}, "official", None),
    ],
)
def test_only_vat_of_the_employers_own_invoice_is_recovered_and_other_vat_is_cost(
    prepared: Prepared, kind: str, changes: dict[str, str], addressee: str, vat: str | None
) -> None:
    engine = prepared(f"provided-{kind}", OFFICES[kind])
    invoice(engine, line(row(engine, Measure).id), **changes)
    assert row(engine, Payable).addressee == addressee
    pay(engine)
    assert row(engine, Booking).vat == Decimal("21.00")
    book(engine)
    lines = rows(engine, JournalLine)
    found = {item.account: item.debit - item.credit for item in lines if item.part == "cost"}
    compensable = {"1520-BCF": Decimal(vat), "4300": Decimal("100.00")} if vat else {"4300": Decimal("121.00")}
    assert found == {**compensable, "1400": Decimal("-121.00")}
    paid = {item.account: item.debit - item.credit for item in lines if item.part == "payment"}
    assert paid == {"1400": Decimal("121.00"), "1100": Decimal("-121.00")}
    assert problems(engine) == []


def test_an_advance_waits_for_the_receipt_itself_and_a_suppliers_invoice_does_not(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", OFFICES["municipality"])
    invoice(engine, line(row(engine, Measure).id), kind="advance", receipt="BON-1")
    payable, clerk = row(engine, Payable), finance(engine)
    call = lambda: do(engine, "payable", payable.id, "check", by=clerk, at=LATER)  # noqa: E731
    before = snapshot(engine)
    assert refused(call) == ["payable.advance-has-document"]
    assert snapshot(engine) == before
    upload(engine, payable)
    call()
    assert row(engine, Payable).state == "checked"


# Outside the advice.


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"measure": None}, "lines.0.measure"),
        ({"outside": "wage", "reasons": "R"}, "lines.0.outside"),
        ({"measure": None, "outside": "wage"}, "lines.0.reasons"),
        ({"certificateWorks": True}, "lines.0.certificateWorks"),
        ({"measure": None, "outside": "wage", "reasons": "R", "attributable": True}, "lines.0.attributable"),
        ({"periodFrom": "2026-03-02"}, "lines.0.periodUntil"),
        ({"periodUntil": "2026-03-02"}, "lines.0.periodFrom"),
        ({"periodFrom": "2026-03-03", "periodUntil": "2026-03-02"}, "lines.0.periodUntil"),
        (
            {"measure": None, "outside": "wage", "reasons": "R", **period(PROVIDED, PROVIDED)},
            "lines.0.periodFrom",
        ),
        ({"measure": "measure-elsewhere"}, "lines.0.measure"),
        ({"measure": None, "outside": "exempt", "reasons": "R"}, "lines.0.outside"),
        ({"net": "1.234"}, "lines.0.net"),
        ({"gross": "NaN"}, "lines.0.gross"),
        ({"vat": "-0.01"}, "lines.0.vat"),
    ],
)
def test_a_line_that_contradicts_itself_is_named_and_changes_nothing(
    prepared: Prepared, change: dict[str, Any], field: str
) -> None:
    engine = prepared("provided-municipality", fill_once)
    before = snapshot(engine)
    item = {name: thing for name, thing in {**line(row(engine, Measure).id), **change}.items() if thing is not None}
    with pytest.raises(MalformedError) as caught:
        invoice(engine, item)
    assert [found for found, _ in caught.value.problems] == [field]
    assert snapshot(engine) == before


def test_only_a_car_has_a_part_attributed_to_security(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    item = line(row(engine, Measure).id, attributable=True)
    assert refused(lambda: invoice(engine, item)) == ["tax.car-attributable"]


def fill_car(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=only("travel"))


def test_a_car_is_booked_in_two_classes(prepared: Prepared) -> None:
    engine = prepared("provided-car", fill_car)
    key = row(engine, Measure).id
    invoice(engine, line(key, "242.00", attributable=True), line(key, "121.00"))
    pay(engine)
    found = {item.tax_class: (item.designation.split(":")[0], item.amount, item.vat) for item in rows(engine, Booking)}
    assert found == {
        "exempt-by-designation": ("LB art. 31(4)(a)", Decimal("242.00"), Decimal("42.00")),
        "outside-scheme-free-space": ("LB art. 31(4)(a)", Decimal("121.00"), Decimal("21.00")),
    }


def test_costs_outside_the_advice_are_booked_as_such_and_their_reasons_are_content(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    words = "Op verzoek van het gezin"
    invoice(
        engine,
        line(row(engine, Measure).id),
        line(None, "60.50", outside="wage", reasons=words),
        line(None, "30.25", outside="free-space", reasons=words, certificateWorks=True),
    )
    payable = row(engine, Payable)
    with Session(engine) as session:
        content = content_of_subject(session, payable.stream, payable.id)[0].content
    assert [content["lines.1.reasons"], content["lines.2.reasons"]] == [words, words]
    assert all(words not in f"{entry.facts}{entry.changes}{entry.receipt}" for entry in rows(engine, LedgerEntry))
    pay(engine)
    found = {item.tax_class: (item.designation, item.amount, item.missing) for item in rows(engine, Booking)}
    assert found == {
        "exempt-by-designation": ("BESL 3.3.8(k)", Decimal("121.00"), ["no-own-contribution", "end-of-office"]),
        "outside-scheme-wage": ("LB art. 10", Decimal("60.50"), ["payroll-reference"]),
        "outside-scheme-free-space": ("LB art. 31a", Decimal("30.25"), ["free-space-designation"]),
    }
    book(engine, payrollReference="SAL-1", freeSpaceDesignation="WKR-1")
    assert {item.state for item in rows(engine, Booking)} == {"booked"}
    assert problems(engine) == []


def test_an_invoice_outside_the_advice_needs_no_waiting_measure(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id))
    own = line(None, outside="wage", reasons="R")
    invoice(engine, own, number="F-2", dated="2026-03-01", ownContribution="5.00")  # before the takeover, with a share
    assert refused(lambda: invoice(engine, line(row(engine, Measure).id), number="F-3")) == [
        "step.nothing-left-to-invoice"
    ]
    second = row(engine, Payable, Payable.number == "F-2")
    do(engine, "payable", second.id, "check", by=finance(engine), at=LATER)


# Own contribution.


def test_an_own_contribution_blocks_check_approval_and_the_exempt_booking(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id), ownContribution="0.01")
    payable = row(engine, Payable)
    asked = ["tax.no-own-contribution"]
    assert refused(lambda: do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)) == asked
    with transaction(engine) as session:  # as if it were discovered later
        session.get_one(Payable, payable.id).own_contribution = Decimal(0)
    do(engine, "payable", payable.id, "check", by=finance(engine), at=LATER)
    contribute(engine, "0.01")
    approver = finance(engine, Role.APPROVER)
    assert refused(lambda: do(engine, "payable", payable.id, "approve", by=approver, at=LATER)) == asked
    contribute(engine, "0.00")
    pay_approved = do(engine, "payable", payable.id, "approve", by=approver, at=LATER)
    assert pay_approved.row.state == "approved"
    pay(engine)
    booking = row(engine, Booking)
    contribute(engine, "0.01")
    body = {"noOwnContribution": True, "endOfOffice": "2028-03-31"}
    call = lambda: do(engine, "booking", booking.id, "complete-evidence", by=finance(engine), at=LATER, body=body)  # noqa: E731
    assert refused(call) == asked
    contribute(engine, "0.00")
    call()
    contribute(engine, "0.01")
    assert refused(lambda: do(engine, "booking", booking.id, "book", by=finance(engine), at=LATER)) == asked


def contribute(engine: Engine, amount: str) -> None:
    """Record an own contribution, or its repayment."""
    with transaction(engine) as session:
        session.get_one(Payable, row(engine, Payable).id).own_contribution = Decimal(amount)


# Penalties and interest.


@pytest.mark.parametrize(("kind", "article"), [("penalty", "Awb 4:17"), ("interest", "Awb 4:98")])
def test_a_penalty_and_interest_are_no_wage_and_need_no_evidence_of_a_provision(
    prepared: Prepared, kind: str, article: str
) -> None:
    engine = prepared("provided-municipality", fill_once)
    body = {
        "application": row(engine, Application).id,
        "invoice": "invoice-penalty",
        "organisation": ZILVERDAM,
        "kind": kind,
        "number": "DWS-1",
        "dated": TODAY.isoformat(),
        "receivedOn": TODAY.isoformat(),
        "payee": "A. Voorbeeld",
        "iban": iban(800),
        "awarded": "138.00",
    }
    do(engine, "payable", None, "receive", by=ENGINE, at=LATER, body=body)
    pay(engine)
    booking = row(engine, Booking)
    assert (booking.tax_class, booking.designation, booking.amount) == ("not-wage", article, Decimal("138.00"))
    assert (booking.state, booking.vat, booking.missing) == ("ready", Decimal("0.00"), [])
    assert booking.evidence["invoice"]["number"] == "DWS-1"


# Evidence.


def fill_home(engine: Engine) -> None:
    reference = receive(engine, employers=[GOUDVEEN], inOfficeUntil="2028-03-31")
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("home"))


def test_available_evidence_is_filled_in_automatically_and_the_rest_is_requested(prepared: Prepared) -> None:
    engine = prepared("provided-home", fill_home)
    application, measure = row(engine, Application), row(engine, Measure)
    invoice(engine, line(measure.id), by=person(Role.FINANCE, GOUDVEEN))
    pay(engine)
    booking = row(engine, Booking)
    assert booking.evidence == {
        "adopted-advice": {"reference": application.id, "adoptedOn": application.adopted_on.isoformat()},
        "measures": {measure.id: "home-measure"},
        "invoice": {
            "number": "F-1",
            "dated": TODAY.isoformat(),
            "net": "100.00",
            "vat": "21.00",
            "gross": "121.00",
        },
    }
    assert booking.missing == ["risk-inventory", "no-own-contribution", "certificate-works"]
    own = person(Role.FINANCE, GOUDVEEN)
    do(engine, "organisation", GOUDVEEN, "record-inventory", by=own, at=LATER, body={"riskInventory": "RIE-9"})
    with pytest.raises(MalformedError, match="risk-inventory, no-own-contribution, certificate-works"):
        do(engine, "booking", booking.id, "complete-evidence", by=own, at=LATER, body={})
    do(engine, "booking", booking.id, "complete-evidence", by=own, at=LATER, body={"certificateWorks": True})
    assert row(engine, Booking).missing == ["no-own-contribution"]
    assert row(engine, Booking).evidence["risk-inventory"] == "RIE-9"
    act(engine, application.id, "complete-evidence", at=LATER)
    assert (row(engine, Booking).state, row(engine, Booking).missing) == ("ready", [])
    assert problems(engine) == []


def test_works_for_the_certificate_that_are_recorded_outside_need_no_declaration(prepared: Prepared) -> None:
    engine = prepared("provided-home", fill_home)
    works = line(None, "60.50", outside="wage", reasons="R", certificateWorks=True)
    invoice(engine, line(row(engine, Measure).id), works)
    pay(engine)
    exempt = row(engine, Booking, Booking.tax_class == "exempt-by-designation")
    assert exempt.missing == ["risk-inventory", "no-own-contribution"]


def test_lent_goods_have_the_end_of_office_as_their_end(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, line(row(engine, Measure).id))
    pay(engine)
    booking, application = row(engine, Booking), row(engine, Application)
    assert booking.missing == ["no-own-contribution", "end-of-office"]
    early = {"noOwnContribution": True, "endOfOffice": (application.certain_since - DAY).isoformat()}
    call = lambda: do(engine, "booking", booking.id, "complete-evidence", by=finance(engine), at=LATER, body=early)  # noqa: E731
    assert refused(call) == ["step.not-before"]
    act(engine, application.id, "complete-evidence", at=LATER)
    assert row(engine, Booking).state == "ready"
