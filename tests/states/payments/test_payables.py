"""Payables: every cent of an invoice has one payer, one batch and one booking."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from banking import order
from batches import build, step
from office import (
    APPROVER,
    DAY,
    FINANCE,
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
    receive,
    refused,
    row,
    rows,
    snapshot,
    sparing,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session

from states.charts.application import Stage
from states.errors import MalformedError
from states.tables.application import Application, Measure
from states.tables.payments import Payable


def fill_two(engine: Engine) -> None:
    """A mayor of two municipalities who both took over, one measure of which is attributed to the second."""

    def attribute(proposed: list[Action]) -> Action | None:
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
def test_an_invoice_has_a_possible_day_and_account(
    prepared: Prepared, changes: dict[str, str], rules: list[str]
) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    item = line(row(engine, Measure).id, "100.00", "21", "21.00")
    if rules:
        assert refused(lambda: invoice(engine, item, **changes)) == rules
    else:
        invoice(engine, item, **changes)


def test_a_number_with_spaces_and_underscores_is_kept_and_sent_in_bank_characters(prepared: Prepared) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    invoice(engine, line(row(engine, Measure).id, "100.00", "21", "21.00"), number="F 2026_0012")
    payable = row(engine, Payable)
    assert payable.number == "F 2026_0012"
    for event, by in (("check", FINANCE), ("approve", APPROVER)):
        do(engine, "payable", payable.id, event, by=by, at=START + DAY)
    batch = build(engine)
    step(engine, batch, "seal")
    assert b"<Ustrd>Factuur F 2026-0012</Ustrd>" in order(engine)


def test_an_invoice_is_for_a_measure_of_the_case(prepared: Prepared) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    with pytest.raises(MalformedError) as caught:
        invoice(engine, line("measure-elsewhere", "1.00", "0", "0.00"))
    assert [field for field, _ in caught.value.problems] == ["lines.0.measure"]


@pytest.mark.parametrize("account", ["NL02ABNA0123456789", "NL02 ABNA 0123 4567 89", "nl02abna0123456789"])
def test_the_same_invoice_is_recorded_once_however_its_account_is_written(prepared: Prepared, account: str) -> None:
    engine = prepared("invoiceable", fill_invoiceable)
    item = line(row(engine, Measure).id, "100.00", "21", "21.00", final=False)
    invoice(engine, item)
    before = snapshot(engine)
    assert refused(lambda: invoice(engine, item, iban=account)) == ["payable.not-a-duplicate"]
    assert snapshot(engine) == before
    for changes in ({"iban": iban(77)}, {"number": "F-2"}, {"number": "f.01"}):  # another account, number or spelling
        assert refused(lambda changes=changes: invoice(engine, item, **changes)) == ["payable.no-lookalike"]
        invoice(engine, item, apart="Another supplier, or another delivery of that day.", **changes)


def test_a_rejected_invoice_can_be_replaced_by_the_corrected_one(prepared: Prepared) -> None:
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
