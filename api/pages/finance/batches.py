"""Batches of payments: what is ready to pay and what is left out with why, and each batch as the bank shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fastapi import Response
from sqlmodel import col, select

from api.access.names import names_of_staff
from api.pages import wording
from api.pages.addresses import path
from api.pages.forms.possible import PossibleStep, next_of, steps_of
from api.pages.visit import Visit, new_key
from api.routes import payments
from api.views.base import Words
from api.views.payments import BatchView, LeftOut
from rules.access.authority import roles_of
from rules.access.readers import FETCHES_ORDERS, sees
from states.tables.payments import Payable, PaymentBatch

SHOWN = 50
"""Rows of one page."""
WAITING = {
    "open": "De financiële administratie verzegelt deze opdracht.",
    "sealed": "Een ander geeft deze opdracht vrij.",
    "released": "De financiële administratie levert het bestand aan bij de bank.",
    "exported": "De bank verwerkt deze opdracht. Lees daarna het bankafschrift in.",
}
"""Who does what next, by state."""
WITH_FILE = frozenset({"exported", "settled", "rejected"})


@dataclass(frozen=True)
class BatchRow:
    """Row of the list: its name, its state, how many payments, how much and when."""

    id: str
    name: str
    address: str
    state: str
    count: int
    total: str
    day: str


@dataclass(frozen=True)
class LeftOutRow:
    """Payable that does not go along, with each reason and its article."""

    number: str
    address: str
    amount: str
    reasons: list[tuple[str, str]]


@dataclass(frozen=True)
class Proposal:
    """Batch that would be made now."""

    count: int
    total: str
    day: str
    left_out: list[LeftOutRow]


@dataclass(frozen=True)
class BatchesPage:
    """List of batches, and what the next one would hold."""

    proposal: Proposal | None
    may_build: bool
    rows: list[BatchRow]
    next: str
    notice: str = ""


@dataclass(frozen=True)
class PaymentRow:
    """Payment in a batch: for which invoice, under which reference, how much, and what the bank said."""

    number: str
    address: str
    reference: str
    amount: str
    said: str
    counts: bool


@dataclass(frozen=True)
class BatchPage:
    """Batch with the figures by which one compares it at the bank."""

    name: str
    state: str
    count: int
    total: str
    mark: str
    day: str
    message: str
    people: list[tuple[str, str]]
    said: str
    verified: bool
    lines: list[PaymentRow]
    left_out: list[LeftOutRow]
    file: str
    next: PossibleStep | None
    possible: list[PossibleStep]
    refused: list[PossibleStep]
    waiting: str
    key: str = field(default_factory=new_key)
    notice: str = ""


def numbers_of(visit: Visit, payables: Iterable[str]) -> dict[str, str]:
    """Return the number of each invoice, by its payable."""
    asked = select(Payable.id, Payable.number).where(col(Payable.id).in_(set(payables)))
    return dict(visit.session.exec(asked).all())


def left_out_rows(found: Sequence[LeftOut], numbers: dict[str, str]) -> list[LeftOutRow]:
    """Return what is left out, each with its reasons in Dutch."""
    return [
        LeftOutRow(
            number=numbers.get(each.payable, ""),
            address=path("payable", payable=each.payable),
            amount=wording.euros(each.amount),
            reasons=[
                (finding.message_nl.replace(each.payable, "Deze factuur"), finding.article) for finding in each.findings
            ],
        )
        for each in found
    ]


def batches_page(visit: Visit, cursor: str | None, *, notice: str = "") -> BatchesPage:
    """Return the batches, newest first, and what is ready to pay."""
    found = payments.batches(visit, cursor=cursor, limit=SHOWN)
    proposal = proposal_of(visit) if cursor is None else None
    return BatchesPage(
        proposal=proposal,
        may_build=proposal is not None and proposal.count > 0 and visit.by.role in roles_of("payment-batch", "build"),
        rows=[
            BatchRow(
                id=each.id,
                name=name_of(each),
                address=path("batch", batch=each.id),
                state=wording.capital(wording.state("payment-batch", each.state)),
                count=each.count,
                total=wording.euros(each.total),
                day=wording.day(each.execution_on),
            )
            for each in found.items
        ],
        next=found.next or "",
        notice=notice,
    )


def proposal_of(visit: Visit) -> Proposal:
    """Return the batch that would be made now for the reader's employer."""
    found = payments.propose(visit, str(visit.by.organisation))
    numbers = numbers_of(visit, (each.payable for each in found.left_out))
    return Proposal(
        found.count, wording.euros(found.total), wording.day(found.execution_on), left_out_rows(found.left_out, numbers)
    )


def name_of(view: BatchView) -> str:
    """Return the name by which people and the bank know a batch."""
    return view.message_id or view.id.upper()


def batch_page(visit: Visit, key: str, *, notice: str = "") -> BatchPage:
    """Return a batch as the bank shows it.

    Raises:
        NotFoundError: it does not exist, or belongs to another employer.
    """
    view = payments.batch(visit, Response(), key)
    row = visit.session.get_one(PaymentBatch, key)
    numbers = numbers_of(visit, [line.payable for line in view.lines] + [each.payable for each in view.left_out])
    people = names_of_staff(visit.session, [view.created_by, view.released_by])
    possible, refused = steps_of(visit, "payment-batch", row, lambda event: path("batch-step", batch=key, event=event))
    following, others = next_of("payment-batch", possible)
    return BatchPage(
        name=name_of(view),
        state=wording.capital(wording.state("payment-batch", view.state)),
        count=view.count,
        total=wording.euros(view.total),
        mark=view.sha256 or "",
        day=wording.day(view.execution_on),
        message=view.message_id or "",
        people=[
            (title, people.get(person, "een collega"))
            for title, person in (("Gemaakt door", view.created_by), ("Vrijgegeven door", view.released_by))
            if person
        ],
        said=said_of(view.bank_status_words, view.bank_reason_words),
        verified=view.payee_is_verified,
        lines=[
            PaymentRow(
                number=numbers.get(line.payable, ""),
                address=path("payable", payable=line.payable),
                reference=line.end_to_end,
                amount=wording.euros(line.amount),
                said=said_of(line.bank_status_words, line.bank_reason_words),
                counts=line.counts,
            )
            for line in view.lines
        ],
        left_out=left_out_rows(view.left_out, numbers),
        file=path("batch-file", batch=key) if view.state in WITH_FILE and sees(visit.by.role, FETCHES_ORDERS) else "",
        next=following,
        possible=others,
        refused=refused,
        waiting=WAITING.get(view.state, "Deze opdracht is afgerond."),
        notice=notice,
    )


def said_of(*words: Words | None) -> str:
    """Return what the bank said, in Dutch."""
    return ": ".join(each.nl for each in words if each)
