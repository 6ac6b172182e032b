"""Invoices for tests: cases with a provided measure, and helpers that invoice, pay and book it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from office import DAY, GOUDVEEN, START, ZILVERDAM, Action, at_event, do, iban, onward, person, receive, row, rows, walk
from scans import png
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.commands import invoice_documents
from states.commands.bank_files import take_in
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import transaction
from states.tables.accounting import Booking
from states.tables.application import Application, ApplicationEmployer
from states.tables.payments import Payable
from states.tables.work import WorkItem

LATER = START + 40 * DAY
TODAY = LATER.date()
PROVIDED = START.date()


def only(domain: str, **changes: Any) -> Callable[[list[Action]], Action | None]:
    """As ``onward``, with one measure in one domain, changed as asked."""

    def choose(proposed: list[Action]) -> Action | None:
        found = onward(proposed)
        if found is None or found.event != "assess-domain" or not found.example:
            return found
        if found.example["domain"] != domain:
            return replace(found, example={**found.example, "needed": False, "measures": []})
        measure = {**found.example["measures"][0], **changes}
        return replace(found, example={**found.example, "measures": [measure]})

    return choose


def line(measure: str | None, gross: str = "121.00", **more: Any) -> dict[str, Any]:
    """A line of 21 percent."""
    total = Decimal(gross)
    net = (total / Decimal("1.21")).quantize(Decimal("0.01"))
    amounts = {"net": f"{net}", "vatRate": "21", "vat": f"{total - net}", "gross": gross}
    return {**({"measure": measure} if measure else {}), **amounts, **more}


def invoice(engine: Engine, *lines: dict[str, Any], at: datetime = LATER, **changes: Any) -> None:
    """Finance of Zilverdam, or of the only employer, receives an invoice."""
    application = row(engine, Application)
    body = {
        "number": "F-1",
        "dated": at.date().isoformat(),
        "payee": "Beveiliging Voorbeeld BV",
        "iban": iban(900),
        "lines": list(lines),
        **changes,
    }
    by = changes.pop("by", None) or finance(engine)
    body.pop("by", None)
    do(engine, "application", application.id, "receive-invoice", by=by, at=at, body=body)


def finance(engine: Engine, role: Role = Role.FINANCE) -> Actor:
    tie = next(item for item in rows(engine, ApplicationEmployer) if item.position == 0)
    return person(role, tie.organisation)


def upload(engine: Engine, payable: Payable, *, at: datetime = LATER) -> None:
    """Finance sends the receipt itself."""
    examined = invoice_documents.examine(png(payable.id), on=at.date())
    with transaction(engine) as session:
        invoice_documents.take_in(session, session.get_one(Payable, payable.id), examined, by=finance(engine), at=at)


def pay(engine: Engine, *, at: datetime = LATER, employer: str | None = None) -> None:
    """Check, approve and pay the waiting payables of one employer, or of the first."""
    employer = employer or finance(engine).organisation
    clerk = person(Role.FINANCE, employer)
    for payable in rows(engine, Payable, Payable.organisation == employer, Payable.state == "received"):
        if payable.kind == "advance":
            upload(engine, payable)
        do(engine, "payable", payable.id, "check", by=clerk, at=at)
        do(engine, "payable", payable.id, "approve", by=person(Role.APPROVER, employer), at=at)
    batch = do(engine, "payment-batch", None, "build", by=clerk, at=at, body={"employer": employer}).row
    for event, by in (("seal", clerk), ("release", person(Role.RELEASER, employer)), ("export", clerk)):
        do(engine, "payment-batch", batch.id, event, by=by, at=at)
    with transaction(engine) as session:
        order = batch_document(session, session.get_one(type(batch), batch.id))
        take_in(session, demonstration_bank.answer(order, booked_on=at.date()), by=clerk, at=at)


def period(since: date, until: date) -> dict[str, str]:
    return {"periodFrom": since.isoformat(), "periodUntil": until.isoformat()}


def fill_once(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=only("digital"))


def book(engine: Engine, **evidence: Any) -> None:
    """Complete the evidence of every booking and make it."""
    for booking in rows(engine, Booking):
        if booking.state == "awaiting-evidence":
            body = {"noOwnContribution": True, "endOfOffice": "2028-03-31", **evidence}
            do(engine, "booking", booking.id, "complete-evidence", by=finance(engine), at=LATER, body=body)
        do(engine, "booking", booking.id, "book", by=finance(engine), at=LATER)


def fill_shared(engine: Engine) -> None:
    reference = receive(engine, employers=[ZILVERDAM, GOUDVEEN])
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital"))


def fill_recurring(engine: Engine) -> None:
    choose = only("digital", recurring=True)
    walk(engine, receive(engine), before=at_event("receive-invoice"), choose=choose)


def fill_shared_recurring(engine: Engine) -> None:
    reference = receive(engine, employers=[ZILVERDAM, GOUDVEEN])
    walk(engine, reference, before=at_event("receive-invoice"), choose=only("digital", recurring=True))


def billed(gross: str = "121.00", **more: Any) -> dict[str, Any]:
    """A line as the supplier wrote it, without a measure."""
    return line(None, gross, **more)


def through(engine: Engine, payable: Payable, *events: str) -> Payable:
    """Let finance and the approver of the payable's employer take some steps."""
    for event in events:
        role = Role.APPROVER if event == "approve" else Role.FINANCE
        do(engine, "payable", payable.id, event, by=person(role, payable.organisation), at=LATER)
    return row(engine, Payable, Payable.id == payable.id)


def waiting(engine: Engine, action: str) -> list[WorkItem]:
    return rows(engine, WorkItem, WorkItem.action == action, WorkItem.done_at.is_(None))  # type: ignore[attr-defined]
