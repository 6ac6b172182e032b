"""XAF: the journal of one employer as XML Auditfile Financieel 3.2, the format of the tax authority.

The file is valid by the published schema. It names no supplier and no person, who are in the payables.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from lxml import etree

from rules.payments.accounting_periods import days_of
from states.accounting.export_rows import JournalRow
from states.accounting.journal_query import accounts_of

NAMESPACE = "http://www.auditfiles.nl/XAF/3.2"
ACCOUNTS = {
    "cost": ("Kosten voorzieningen veilige woon- en werkplek", "P"),
    "vat": ("Te vorderen btw, BTW-compensatiefonds", "B"),
    "creditor": ("Crediteuren", "B"),
    "bank": ("Bank", "B"),
    "": ("Overig", "M"),
}
"""The name of each account, and its type: balance (B), profit and loss (P) or both (M)."""
JOURNALS = {"cost": ("INK", "Inkoop", "P"), "payment": ("BNK", "Bank", "B"), "": ("MEM", "Memoriaal", "M")}
"""The journal of each part."""


class Heading(NamedTuple):
    """The employer, period, day and software of the file."""

    employer: str
    name: str
    tax_number: str
    period: str
    """A year or a month of one."""
    made_on: date
    version: str


def document(heading: Heading, rows: Sequence[JournalRow]) -> bytes:
    """The audit file; the same bytes for the same heading and rows."""
    since, until = days_of(heading.period)
    # Written by name and read under one default namespace, which every element of the file has.
    default_namespace: Any = {None: NAMESPACE}
    root = etree.Element("auditfile", nsmap=default_namespace)
    add(
        etree.SubElement(root, "header"),
        fiscalYear=since.year,
        startDate=since,
        endDate=until,
        curCode="EUR",
        dateCreated=heading.made_on,
        softwareDesc="Veiligadvies",
        softwareVersion=heading.version[:20],
    )
    company = etree.SubElement(root, "company")
    add(
        company,
        companyIdent=heading.employer[:35],
        companyName=heading.name,
        taxRegistrationCountry="NL",
        taxRegIdent=heading.tax_number,
    )
    ledger(company, rows)
    periods = etree.SubElement(company, "periods")
    for month in range(1, 13):
        first, last = days_of(f"{since.year}-{month:02}")
        period = etree.SubElement(periods, "period")
        add(period, periodNumber=month, startDatePeriod=first, endDatePeriod=last)
    transactions(company, rows)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8", pretty_print=True)


def add(parent: etree._Element, **texts: object) -> None:
    """Add elements with texts, in order; None and empty texts are left out."""
    for name, value in texts.items():
        if value is not None and value != "":
            etree.SubElement(parent, name).text = str(value)


def ledger(company: etree._Element, rows: Sequence[JournalRow]) -> None:
    """The ledger accounts of the lines; the schema requires at least one."""
    used = accounts_of(rows)
    if not used:
        return
    general = etree.SubElement(company, "generalLedger")
    for account, row in used.items():
        described, kind = ACCOUNTS[row.side]
        item = etree.SubElement(general, "ledgerAccount")
        add(item, accID=account, accDesc=described, accTp=kind, leadCode=row.category, leadDescription=lead(row))


def lead(row: JournalRow) -> str:
    """The type of the code of an account."""
    return "Iv3 economische categorie" if row.category else ""


def transactions(company: etree._Element, rows: Sequence[JournalRow]) -> None:
    """Every line, by journal and by booking, with the totals of the file."""
    whole = etree.SubElement(company, "transactions")
    debit = sum((row.debit for row in rows), Decimal("0.00"))
    credit = sum((row.credit for row in rows), Decimal("0.00"))
    add(whole, linesCount=len(rows), totalDebit=debit, totalCredit=credit)
    for part, (key, described, kind) in JOURNALS.items():
        mine = [row for row in rows if row.part == part]
        if not mine:
            continue
        journal = etree.SubElement(whole, "journal")
        add(journal, jrnID=key, desc=described, jrnTp=kind)
        for _, lines in groupby(mine, key=lambda row: (row.booked_on, row.booking, row.mirrors is None)):
            transaction(journal, list(lines))


def transaction(journal: etree._Element, lines: Sequence[JournalRow]) -> None:
    """The lines of one booking from one transaction."""
    first = lines[0]
    item = etree.SubElement(journal, "transaction")
    described = f"{first.tax_class}{', teruggeboekt' if first.mirrors else ''}"
    number = f"{first.booking}-{first.position}"
    add(item, nr=number, desc=described, periodNumber=first.booked_on.month, trDt=first.booked_on)
    for row in lines:
        line = etree.SubElement(item, "trLine")
        add(
            line,
            nr=row.position,
            accID=row.account,
            docRef=row.booking,
            effDate=row.document_on or row.booked_on,
            desc=described,
            amnt=row.debit or row.credit,
            amntTp="D" if row.debit else "C",
            recRef=f"{row.statement}/{row.entry}" if row.statement else "",
            matchKeyID=row.payable,
            invRef=row.invoice_number,
            costID=row.cost_centre,
            projID=row.task_field,
            workCostArrRef=row.designation,
        )
