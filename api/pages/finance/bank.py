"""Bank files on pages: statements and status reports, what is missing, and lines that wait with a proposal for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from api.pages import wording
from api.pages.addresses import path
from api.pages.error_pages import Failure
from api.pages.visit import Visit, new_key
from api.routes import bank_files, payments
from api.routes.bank_files import BankEntryView, BankMessageView, StatementGap
from api.views.payments import BatchView
from rules.access.authority import roles_of
from states.charts.batch import BatchState
from states.errors import BankFileRefusedError, BankFileTooLargeError

SHOWN = 50
"""Rows of one page."""
RECENT = 20
"""Batches in which a payment is sought for a line."""
FEW = 3
"""Proposals for one line."""
KINDS = {"camt.053": "Afschrift", "pain.002": "Bericht over een opdracht"}
"""The kinds of files in words."""
MEGABYTE = 2**20


@dataclass(frozen=True)
class Problem:
    """Problem with a file that was sent: what is wrong and what to do, in Dutch, and the reader's own words."""

    heading: str
    advice: list[str]
    detail: str = ""
    """What exactly is wrong, in English; empty where the advice says all."""


@dataclass(frozen=True)
class MessageRow:
    """Row of the list: what file, when, and how many of its lines wait."""

    id: str
    address: str
    kind: str
    name: str
    received: str
    balances: str
    waiting: int


@dataclass(frozen=True)
class BankPage:
    """Files of the bank, and what is missing between them."""

    rows: list[MessageRow]
    gaps: list[str]
    waiting: MessageRow | None
    """The newest file with lines that wait."""
    may_send: bool
    most: int
    """The largest file in megabytes."""
    next: str
    problem: Problem | None = None
    notice: str = ""
    key: str = field(default_factory=new_key)


@dataclass(frozen=True)
class Proposal:
    """Payment that a line may belong to, with the address where it is matched."""

    reference: str
    why: str
    address: str


@dataclass(frozen=True)
class EntryRow:
    """Line of a statement: when, how much, which reference, and what became of it."""

    position: int
    day: str
    amount: str
    reference: str
    outcome: str
    reasons: list[tuple[str, str]]
    proposals: list[Proposal]
    match: str = ""
    set_aside: str = ""
    address: str = ""


@dataclass(frozen=True)
class MessagePage:
    """File of the bank with its lines."""

    kind: str
    name: str
    facts: list[tuple[str, str]]
    waiting: list[EntryRow]
    done: list[EntryRow]
    hidden: int
    """How many lines are not shown."""
    payments: list[tuple[str, str]]
    acts: bool
    notice: str = ""


def problem_of(error: Exception, failure: Failure) -> Problem:
    """Return what is wrong with a file that was refused."""
    kept = "Er is niets veranderd."
    if isinstance(error, BankFileTooLargeError):
        most = f"Een bestand mag hoogstens {bank_files.LARGEST // MEGABYTE} MB zijn."
        return Problem("Het bestand is te groot", [kept, most, "Vraag de bank om een kortere periode per bestand."])
    if isinstance(error, BankFileRefusedError):
        where = [f"De fout staat op regel {error.line}."] if error.line is not None else []
        read = "Wij lezen een afschrift (camt.053) of een bericht over een opdracht (pain.002)."
        ask = "Stuur het bestand zoals de bank het geeft. Het moet van uw eigen rekening zijn."
        return Problem("Dit bestand is niet ingelezen", [kept, *where, read, ask], str(error))
    words = [" ".join(filter(None, (reason, f"({article})" if article else ""))) for reason, article in failure.reasons]
    return Problem(failure.heading, [kept, *(words or [failure.advice])])


def bank_page(visit: Visit, cursor: str | None, *, problem: Problem | None = None, notice: str = "") -> BankPage:
    """Return the files of the bank, newest first."""
    found = bank_files.messages(visit, cursor=cursor, limit=SHOWN)
    rows = [
        MessageRow(
            id=each.id,
            address=path("bank-message", message=each.id),
            kind=KINDS.get(each.kind, each.kind),
            name=each.statement,
            received=wording.moment(each.received_at),
            balances=f"{wording.euros(each.opening)} naar {wording.euros(each.closing)}"
            if each.opening is not None and each.closing is not None
            else "",
            waiting=each.waiting,
        )
        for each in found.items
    ]
    return BankPage(
        rows=rows,
        gaps=[gap_in_words(gap) for gap in found.gaps],
        waiting=next((row for row in rows if row.waiting), None),
        may_send=visit.by.role in roles_of("organisation", "take-in-statement"),
        most=bank_files.LARGEST // MEGABYTE,
        next=found.next or "",
        problem=problem,
        notice=notice,
    )


def gap_in_words(gap: StatementGap) -> str:
    """Return which statement is missing, or which does not follow from the one before."""
    if gap.opening is not None and gap.expected is not None:
        return (
            f"Afschrift {gap.sequence} van {gap.year} begint met {wording.euros(gap.opening)}."
            f" Het vorige eindigde met {wording.euros(gap.expected)}."
        )
    return f"Afschrift {gap.sequence} van {gap.year} ontbreekt. Vraag het op bij de bank."


def message_page(visit: Visit, key: str, *, notice: str = "") -> MessagePage:
    """Return one file of the bank with its lines; those that wait first, each with what it may belong to.

    Raises:
        NotFoundError: it does not exist, or belongs to another employer.
    """
    view = bank_files.message(visit, key)
    acts = visit.by.role in roles_of("organisation", "match-bank-entry")
    waits = [entry for entry in view.entries if entry.waits]
    rest = [entry for entry in view.entries if not entry.waits]
    orders = recent_orders(visit) if waits and acts else []
    return MessagePage(
        kind=KINDS.get(view.kind, view.kind),
        name=view.statement,
        facts=facts_of(view),
        waiting=[entry_row(key, entry, orders, acts=acts) for entry in waits[:SHOWN]],
        done=[entry_row(key, entry, [], acts=False) for entry in rest[:SHOWN]],
        hidden=len(view.entries) - min(len(waits), SHOWN) - min(len(rest), SHOWN),
        payments=[
            (each.end_to_end, ": ".join(one.nl for one in (each.status_words, each.reason_words) if one))
            for each in view.payments
        ],
        acts=acts,
        notice=notice,
    )


def facts_of(view: BankMessageView) -> list[tuple[str, str]]:
    """Return what the file says of itself."""
    rows: Sequence[tuple[str, str]] = (
        ("Ingelezen", wording.moment(view.received_at)),
        ("Volgnummer", str(view.sequence or "")),
        ("Van", wording.day(view.issued_on)),
        ("Beginsaldo", wording.euros(view.opening)),
        ("Eindsaldo", wording.euros(view.closing)),
        ("Regels", str(len(view.entries)) if view.entries else ""),
        ("Controlegetal (SHA-256)", view.sha256),
    )
    return [(name, words) for name, words in rows if words]


def entry_row(key: str, entry: BankEntryView, orders: Sequence[BatchView], *, acts: bool) -> EntryRow:
    """Return the row of a line."""
    return EntryRow(
        position=entry.position,
        day=wording.day(entry.booked_on),
        amount=wording.euros(entry.amount),
        reference=entry.end_to_end or entry.payment_information or entry.reference or "geen kenmerk",
        outcome=outcome_of(entry),
        reasons=[(entry.finding.message_nl, entry.finding.article)] if entry.finding is not None else [],
        proposals=proposals_for(key, entry, orders),
        match=entry_address(key, entry.position, "match-bank-entry") if acts else "",
        set_aside=entry_address(key, entry.position, "set-aside-bank-entry") if acts else "",
        address=path("payable", payable=entry.payable) if entry.payable else "",
    )


def outcome_of(entry: BankEntryView) -> str:
    """Return what became of a line."""
    if entry.waits:
        return "wacht op u"
    if not entry.matched:
        return "weggelegd"
    came_back = f": {entry.reason_words.nl}" if entry.reason_words else ""
    return f"teruggekomen{came_back}" if entry.is_return else "betaald"


def entry_address(key: str, position: int, event: str) -> str:
    """Return the address of the form with which a line is assessed."""
    return path("bank-entry", message=key, position=str(position), event=event)


def recent_orders(visit: Visit) -> list[BatchView]:
    """Return the newest orders that were sent to the bank."""
    return [
        each
        for state in (BatchState.EXPORTED, BatchState.SETTLED)
        for each in payments.batches(visit, state=state, limit=RECENT).items
    ]


def proposals_for(key: str, entry: BankEntryView, orders: Sequence[BatchView]) -> list[Proposal]:
    """Return the payments of the same amount that a line may belong to; whole orders first."""
    amount = abs(entry.amount)
    found = [(each.message_id, "een hele opdracht") for each in orders if each.message_id and each.total == amount]
    found += [
        (line.end_to_end, "een betaling")
        for each in orders
        for line in each.lines
        if line.counts and line.amount == amount and (each.count > 1 or each.total != amount)
    ]
    address = entry_address(key, entry.position, "match-bank-entry")
    return [
        Proposal(reference, f"{what} van {wording.euros(Decimal(amount))}", f"{address}?betaling={reference}")
        for reference, what in found[:FEW]
    ]
