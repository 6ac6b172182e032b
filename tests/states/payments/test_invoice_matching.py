"""Invoice matching: the security contact says which measures a supplier's invoice is for."""

from decimal import Decimal

import pytest
from invoicing import LATER, billed, fill_once, fill_shared, invoice, line, through, waiting
from office import CONTACT, FINANCE, GOUDVEEN, ZILVERDAM, act, do, problems, refused, row, rows, snapshot
from prepared_databases import Prepared
from sqlmodel import Session

from states.errors import MalformedError
from states.storage.content import content_of_subject
from states.tables.application import Application, Measure
from states.tables.ledger import LedgerEntry
from states.tables.payments import Payable, PayableLine


def test_the_security_contact_matches_an_invoice_while_finance_sees_amounts_only(prepared: Prepared) -> None:
    engine = prepared("shared", fill_shared)
    invoice(engine, billed("100.00", text="Camera bij Voorbeeldlaan 1"), billed("21.00"), toMatch=True)
    whole, measure = row(engine, Payable), row(engine, Measure)
    assert (whole.state, whole.gross, whole.entered_by) == ("to-match", Decimal("121.00"), FINANCE.person)
    assert rows(engine, PayableLine) == []
    assert [(item.role, item.organisation) for item in waiting(engine, "match")] == [("security-contact", ZILVERDAM)]
    assert all("Camera" not in f"{entry.facts}{entry.changes}" for entry in rows(engine, LedgerEntry))
    with Session(engine) as session:
        content = content_of_subject(session, whole.stream, whole.id)[0].content
    assert content["offered.0.text"] == "Camera bij Voorbeeldlaan 1"
    assert refused(lambda: through(engine, whole, "check")) == ["chart.state"]
    body = {"lines": [line(measure.id, "100.00"), line(None, "21.00", outside="wage", reasons="R")]}
    do(engine, "payable", whole.id, "match", by=CONTACT, at=LATER, body=body)
    parts = rows(engine, Payable)
    assert {part.organisation for part in parts} == {ZILVERDAM, GOUDVEEN}
    assert sum(part.gross for part in parts) == Decimal("121.00")
    assert {(part.state, part.entered_by, part.matched_by) for part in parts} == {
        ("received", FINANCE.person, CONTACT.person)
    }
    assert {part.invoice for part in parts} == {whole.invoice}
    assert row(engine, Measure).invoiced
    assert waiting(engine, "match") == waiting(engine, "receive-invoice") == []
    assert problems(engine) == []


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (["100.00"], ["payable.matched-as-billed"]),
        (["121.00", "0.01"], ["payable.matched-as-billed", "payable.line-adds-up"]),
        (["60.50", "60.50"], []),
    ],
)
def test_the_matched_amounts_add_up_to_the_bill(prepared: Prepared, lines: list[str], rules: list[str]) -> None:
    engine = prepared("provided-municipality", fill_once)
    invoice(engine, billed(), toMatch=True)
    key = row(engine, Measure).id
    body = {"lines": [line(key, gross) for gross in lines]}
    call = lambda: do(engine, "payable", row(engine, Payable).id, "match", by=CONTACT, at=LATER, body=body)  # noqa: E731
    if rules:
        before = snapshot(engine)
        assert refused(call)[: len(rules)][:1] == rules[:1]
        assert snapshot(engine) == before
    else:
        call()


def test_an_unmatched_invoice_discloses_no_measures(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    with pytest.raises(MalformedError) as caught:
        invoice(engine, line(row(engine, Measure).id, outside="wage", reasons="R"), toMatch=True)
    assert {field for field, _ in caught.value.problems} == {"lines.0.measure", "lines.0.outside", "lines.0.reasons"}
    for changes in ({"kind": "advance", "receipt": "B-1"}, {"replaces": "payable-1"}):
        with pytest.raises(MalformedError, match=r"toMatch|replaces"):
            invoice(engine, billed(), toMatch=True, **changes)


def test_the_example_of_a_match_is_accepted(prepared: Prepared) -> None:
    engine = prepared("provided-municipality", fill_once)
    for number in ("F-1", "F-2"):  # the second one finds no measure that waits
        invoice(engine, billed(), toMatch=True, number=number, apart="Another delivery")
        act(engine, row(engine, Application).id, "match", at=LATER)
    assert [str(item.outside or "") for item in rows(engine, PayableLine)] != ["", ""]
