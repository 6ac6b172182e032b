"""UBL 2.1 e-invoices, as Peppol BIS Billing 3.0 and the NLCIUS use them: reads the content without judging it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from rules.payments.e_invoices import EInvoice, Item, Rate
from states.errors import DocumentRefusedError
from states.formats.safe_xml import DECLARED, FORBIDDEN, HARDENED

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
SPACES = {"cac": f"{UBL}CommonAggregateComponents-2", "cbc": f"{UBL}CommonBasicComponents-2"}
INVOICE, CREDIT_NOTE = f"{{{UBL}Invoice-2}}Invoice", f"{{{UBL}CreditNote-2}}CreditNote"
PERCENT = re.compile(r"(?:100|[0-9]{1,2})(?:\.[0-9]{1,2}0*)?", re.ASCII)
AMOUNT = re.compile(r"-?[0-9]{1,10}(?:\.[0-9]{1,2})?", re.ASCII)
MOST_LINES = 60
TEXT = 4000
ZERO = Decimal(0)
Element = etree._Element  # noqa: SLF001  # the only name lxml has for what it returns


def refused(line: Any, reason: str, remedy: str) -> DocumentRefusedError:
    """An e-invoice cannot be read; the error names the line."""
    where = "" if line is None else f"Line {line}: "
    return DocumentRefusedError(f"{where}{reason}. {remedy}.")


def parse(data: bytes) -> Element:
    """The root of an e-invoice; entities, document types and other encodings than UTF-8 never reach the parser.

    Raises:
        DocumentRefusedError: it is no well-formed UBL invoice or credit note, or declares what an invoice never does.
    """
    if found := FORBIDDEN.search(data):
        raise refused(
            data.count(b"\n", 0, found.start()) + 1,
            DECLARED,
            "UBL has neither: ask the supplier for the e-invoice itself",
        )
    parser = etree.XMLParser(**HARDENED)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        words = "the file is not well-formed XML in UTF-8"
        raise refused(error.lineno or None, words, "Ask the supplier for the e-invoice itself") from None
    if root.tag not in {INVOICE, CREDIT_NOTE}:
        words = "the file is no UBL 2.1 Invoice or CreditNote"
        raise refused(root.sourceline, words, "Peppol BIS Billing 3.0 and the NLCIUS are read; a PDF is added as one")
    return root


def text(element: Element, *paths: str) -> str | None:
    """The text under the first path that has any."""
    for path in paths:
        found = element.find(path, SPACES)
        if found is not None and found.text and found.text.strip():
            return found.text.strip()[:TEXT]
    return None


def needed(element: Element, term: str, *paths: str) -> str:
    """As :func:`text`, for a required value.

    Raises:
        DocumentRefusedError: it is not.
    """
    if (found := text(element, *paths)) is not None:
        return found
    raise refused(element.sourceline, f"{term} is missing ({paths[0]})", "An e-invoice by EN 16931 has it")


def amount(element: Element, term: str, path: str, *, percent: bool = False) -> Decimal | None:
    """An amount or rate; None if it is missing.

    Raises:
        DocumentRefusedError: it is none, or has more than two decimals.
    """
    found = element.find(path, SPACES)
    if found is None:
        return None
    written = (found.text or "").strip()
    if not (PERCENT if percent else AMOUNT).fullmatch(written):
        right = "a rate such as 21 or 21.00" if percent else "digits with at most two decimals, such as 121.00"
        raise refused(found.sourceline, f"{term} is no amount that can be read ({path})", f"Right is {right}")
    return Decimal(written).quantize(Decimal("0.01"))


def sum_of(element: Element, term: str, path: str) -> Decimal:
    """An amount; zero if it is missing."""
    return amount(element, term, path) or ZERO


def owed(element: Element, term: str, path: str) -> Decimal:
    """A required amount.

    Raises:
        DocumentRefusedError: it is not.
    """
    needed(element, term, path)
    return sum_of(element, term, path)


def day(element: Element, term: str, *paths: str) -> date | None:
    """A date; None if it is missing.

    Raises:
        DocumentRefusedError: it is none.
    """
    written = text(element, *paths)
    if written is None:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise refused(element.sourceline, f"{term} is no date ({paths[0]})", "Right is a date as 2026-01-31") from None


def rate_of(element: Element, path: str) -> Decimal:
    """The VAT rate of a line, an allowance or a charge; zero if its category has none."""
    return amount(element, "BT-152", f"{path}/cbc:Percent", percent=True) or ZERO


def read(data: bytes) -> EInvoice:
    """The content of an e-invoice.

    Raises:
        DocumentRefusedError: it cannot be read; the message names the line and the term.
    """
    root = parse(data)
    credit = root.tag == CREDIT_NOTE
    kind = "CreditNote" if credit else "Invoice"
    total = root.find("cac:LegalMonetaryTotal", SPACES)
    if total is None:
        raise refused(root.sourceline, "BG-22, the totals, is missing", "An e-invoice by EN 16931 has it")
    lines = root.findall(f"cac:{kind}Line", SPACES)
    if not 0 < len(lines) <= MOST_LINES:
        words = f"the file has {len(lines)} lines; from 1 to {MOST_LINES} are read"
        raise refused(root.sourceline, words, "Ask the supplier for invoices of fewer lines")
    items = [
        Item(
            text(line, "cac:Item/cbc:Name", "cac:Item/cbc:Description") or "",
            owed(line, "BT-131", "cbc:LineExtensionAmount"),
            rate_of(line, "cac:Item/cac:ClassifiedTaxCategory"),
        )
        for line in lines
    ]
    sides: dict[bool, list[Item]] = {True: [], False: []}
    for element in root.findall("cac:AllowanceCharge", SPACES):
        item = Item("", owed(element, "BT-92", "cbc:Amount"), rate_of(element, "cac:TaxCategory"))
        sides[needed(element, "BG-20", "cbc:ChargeIndicator") == "true"].append(item)
    party = "cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"
    seller = needed(root, "BT-27", f"cac:AccountingSupplierParty/{party}", "cac:AccountingSupplierParty//cbc:Name")
    dated = day(root, "BT-2", "cbc:IssueDate")
    if dated is None:
        raise refused(root.sourceline, "BT-2, the date, is missing", "An e-invoice by EN 16931 has it")
    account = "cac:PaymentMeans/cac:PayeeFinancialAccount"
    return EInvoice(
        credit=credit,
        number=needed(root, "BT-1", "cbc:ID"),
        dated=dated,
        due_on=day(root, "BT-9", "cbc:DueDate", "cac:PaymentMeans/cbc:PaymentDueDate"),
        currency=needed(root, "BT-5", "cbc:DocumentCurrencyCode"),
        seller=seller,
        payee=text(root, f"{account}/cbc:Name", "cac:PayeeParty/cac:PartyName/cbc:Name") or seller,
        iban=text(root, f"{account}/cbc:ID"),
        buyer=needed(root, "BT-44", f"cac:AccountingCustomerParty/{party}", "cac:AccountingCustomerParty//cbc:Name"),
        order=text(root, "cac:OrderReference/cbc:ID", "cbc:BuyerReference"),
        preceding=text(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),
        lines_net=owed(total, "BT-106", "cbc:LineExtensionAmount"),
        allowances_net=sum_of(total, "BT-107", "cbc:AllowanceTotalAmount"),
        charges_net=sum_of(total, "BT-108", "cbc:ChargeTotalAmount"),
        net=owed(total, "BT-109", "cbc:TaxExclusiveAmount"),
        vat=sum_of(root, "BT-110", "cac:TaxTotal/cbc:TaxAmount"),
        gross=owed(total, "BT-112", "cbc:TaxInclusiveAmount"),
        prepaid=sum_of(total, "BT-113", "cbc:PrepaidAmount"),
        rounding=sum_of(total, "BT-114", "cbc:PayableRoundingAmount"),
        due=owed(total, "BT-115", "cbc:PayableAmount"),
        rates=tuple(
            Rate(
                rate_of(element, "cac:TaxCategory"),
                owed(element, "BT-116", "cbc:TaxableAmount"),
                owed(element, "BT-117", "cbc:TaxAmount"),
            )
            for element in root.findall("cac:TaxTotal/cac:TaxSubtotal", SPACES)
        ),
        lines=tuple(items),
        allowances=tuple(sides[False]),
        charges=tuple(sides[True]),
    )
