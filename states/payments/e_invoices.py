"""E-invoices as an invoice form filled in: lines with their VAT, and defects."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, select

from rules.core.roles import Actor
from rules.payments import e_invoices
from rules.payments.amounts import CENT
from rules.payments.credit_notes import Sums, portion
from rules.payments.e_invoices import EInvoice, Item, Problem
from states.charts.payable import PayableState
from states.engine.bodies import InvoiceNumber
from states.engine.employers import EmployerDirectory
from states.engine.patterns import REFERENCE
from states.formats import ubl
from states.storage.account_marks import account_mark
from states.tables.payments import Payable, PayableKind
from states.tables.people import Organisation

NUMBER: TypeAdapter[str] = TypeAdapter(InvoiceNumber)
ZERO = Decimal(0)


class FilledInvoice(NamedTuple):
    """The fields that an e-invoice fills in, and its defects."""

    found: EInvoice
    number: str | None
    application: str | None
    addressed_to: str | None
    credits: str | None
    lines: list[dict[str, Any]]
    problems: list[Problem]


def read(session: Session, data: bytes, *, by: Actor, on: date) -> FilledInvoice:
    """Read an e-invoice for the employer of the caller; nothing is stored.

    Raises:
        DocumentRefusedError: it cannot be read.
    """
    found = ubl.read(data)
    employer = session.get(Organisation, by.organisation) if by.organisation else None
    same = employer is not None and normalised_name(employer.name) == normalised_name(found.buyer)
    number = usable_number(found.number)
    order = re.search(REFERENCE, found.order or "")
    return FilledInvoice(
        found,
        number,
        order[0] if order else None,
        by.organisation if same else None,
        credited_invoice(session, found, by) if found.credit else None,
        lines_of(found),
        e_invoices.problems(found, on=on, same_buyer=same, number_ok=number is not None),
    )


def usable_number(given: str) -> str | None:
    """The number of an invoice, if it can be stored unchanged."""
    try:
        return NUMBER.validate_python(given)
    except ValidationError:
        return None


def normalised_name(name: str) -> str:
    """A name without capitals, accents and spaces."""
    return re.sub(r"\W", "", name.casefold())


def credited_invoice(session: Session, found: EInvoice, by: Actor) -> str | None:
    """The invoice that a credit note names, if this employer has it from the same account."""
    if found.preceding is None or found.iban is None:
        return None
    mark = account_mark(session, found.iban)
    query = select(Payable.invoice).where(
        Payable.number == found.preceding,
        Payable.payee_mark == mark,
        Payable.kind == PayableKind.SUPPLIER_INVOICE,
        Payable.state != PayableState.REJECTED,
        col(Payable.organisation).in_(EmployerDirectory(session).known_as(by.organisation)),
    )
    return session.exec(query).first()


def lines_of(found: EInvoice) -> list[dict[str, Any]]:
    """The lines with their VAT: allowances deducted from the lines of their rate, the VAT of each rate divided."""
    positive = [item for item in (*found.lines, *found.charges) if item.net > 0]
    off = [*found.allowances, *(item._replace(net=-item.net) for item in found.lines if item.net < 0)]
    filled: dict[int, dict[str, Any]] = {}
    for rate in dict.fromkeys(item.rate for item in positive):
        places = [place for place, item in enumerate(positive) if item.rate == rate]
        nets = less_allowance([positive[place].net for place in places], e_invoices.of_rate(off, rate))
        stated = [item.vat for item in found.rates if item.rate == rate]
        for place, net, vat in zip(places, nets, vat_of(nets, rate, stated), strict=True):
            if net:
                filled[place] = line(positive[place], net, vat)
    return [filled[place] for place in sorted(filled)]


def less_allowance(nets: list[Decimal], off: Decimal) -> list[Decimal]:
    """Net amounts after an allowance, in proportion; unchanged if the allowance is larger than their sum."""
    if not 0 < off <= sum(nets, ZERO):
        return nets
    parts = portion([Sums(net, ZERO) for net in nets], off)
    return [net - part.net for net, part in zip(nets, parts, strict=True)]


def vat_of(nets: list[Decimal], rate: Decimal, stated: list[Decimal]) -> list[Decimal]:
    """The VAT of each line of a rate, adding up to the stated VAT if a cent per line is enough."""
    vats = [(net * rate / 100).quantize(CENT, rounding=ROUND_HALF_UP) for net in nets]
    left = sum(stated, ZERO) - sum(vats, ZERO)
    if abs(left) > CENT * len(vats):
        return vats  # the difference is shown to the user
    for place in range(int(abs(left) / CENT)):
        vats[place] += CENT if left > 0 else -CENT
    return vats


def line(item: Item, net: Decimal, vat: Decimal) -> dict[str, Any]:
    """A line as an invoice accepts it."""
    return {"text": item.text or None, "net": net, "vatRate": item.rate, "vat": vat, "gross": net + vat}
