"""Payable on a page of its own: the invoice, its lines and documents, its money trail, and what the reader can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Response

from api.access.names import names_of_employers, names_of_staff
from api.http.dependencies import RequestContext
from api.pages import wording
from api.pages.addresses import path
from api.pages.forms.possible import PossibleStep, next_of, steps_of
from api.pages.visit import Visit, new_key
from api.routes import invoice_documents, money_trails, payments
from api.routes.money_trails import TrailView
from api.views.payments import PayableView
from rules.access.authority import roles_of
from states.tables.payments import Payable

KINDS = {
    "application/pdf": "PDF",
    "image/png": "afbeelding",
    "image/jpeg": "foto",
    "application/xml": "e-factuur",
}
"""The kinds of documents in words."""
MISSING = {
    "advice": "Het advies is nog niet vastgesteld.",
    "takeover": "De werkgever nam de maatregelen nog niet over.",
    "batch": "De betaling is nog niet naar de bank gestuurd.",
    "bank": "Er is nog geen regel van de bank die de betaling toont.",
    "journal": "De boeking is nog niet klaar.",
}
"""What each link of the trail that is not there yet means."""
WAITING = {
    "to-match": "De contactpersoon beveiliging koppelt deze factuur aan de maatregelen.",
    "received": "De financiële administratie controleert deze factuur.",
    "checked": "Een budgethouder keurt deze factuur goed.",
    "first-approved": "Een tweede budgethouder keurt deze factuur goed.",
    "returned": "Een budgethouder beslist of de betaling opnieuw gaat.",
    "approved": "Deze factuur gaat mee in de volgende betaalopdracht.",
    "batched": "Deze factuur zit in een betaalopdracht.",
    "credit": "Dit tegoed wacht op een factuur om mee te verrekenen.",
    "asked-back": "Het geld moet nog terugkomen.",
}
"""Who does what next, by state."""


@dataclass(frozen=True)
class Document:
    """Document with the invoice: what it is, and where its reader sees it."""

    id: str
    kind: str
    size: str
    added: str
    mark: str
    picture: str
    """The address of its first page as a picture; empty for who may not read it, or where there is none."""
    address: str
    """The address of the whole document; empty for who may not read it."""


@dataclass(frozen=True)
class TrailStep:
    """Step of the money: what happened, when or by whom, and where to see it."""

    title: str
    words: str
    address: str = ""


@dataclass(frozen=True)
class PayablePage:
    """Payable as the reader may see it."""

    number: str
    reference: str
    state: str
    facts: list[tuple[str, str]]
    lines: list[tuple[str, str, str, str, str]]
    totals: tuple[str, str, str]
    texts: list[str]
    documents: list[Document]
    reads_documents: bool
    trail: list[TrailStep]
    missing: list[str]
    next: PossibleStep | None
    possible: list[PossibleStep]
    refused: list[PossibleStep]
    waiting: str
    key: str = field(default_factory=new_key)
    notice: str = ""


def payable_page(visit: Visit, key: str, *, notice: str = "") -> PayablePage:
    """Return a payable as the reader may see it.

    Raises:
        NotFoundError: it does not exist, or the reader may not know that it does.
    """
    view = payments.payable(visit, Response(), key)
    trail = money_trails.of_payable(visit, key)
    row = visit.session.get_one(Payable, key)
    possible, refused = steps_of(visit, "payable", row, lambda event: path("payable-step", payable=key, event=event))
    people = names_of_staff(
        visit.session,
        [view.entered_by, view.matched_by, view.checked_by, view.approved_by, view.second_approved_by]
        + [each.released_by for each in trail.payments],
    )
    following, others = next_of("payable", possible)
    reads = visit.by.role in roles_of("document", "read")
    return PayablePage(
        number=view.number,
        reference=view.application,
        state=wording.capital(wording.state("payable", view.state)),
        facts=facts_of(visit, view),
        lines=lines_of(view),
        totals=(wording.euros(view.net), wording.euros(view.vat), wording.euros(view.gross)),
        texts=[*view.texts, *view.reasons],
        documents=documents_of(visit, key, reads=reads),
        reads_documents=reads,
        trail=trail_of(view, trail, people),
        missing=[MISSING[each.link] for each in trail.gaps],
        next=following,
        possible=others,
        refused=refused,
        waiting=WAITING.get(view.state, "Met deze factuur is alles gedaan."),
        notice=notice,
    )


def facts_of(visit: Visit, view: PayableView) -> list[tuple[str, str]]:
    """Return what the invoice says, under Dutch names."""
    employers = names_of_employers(visit.session, [view.organisation, view.addressed_to])
    rows: Sequence[tuple[str, str]] = (
        ("Leverancier", view.payee or ""),
        ("Rekening", spaced(view.iban or "")),
        ("Soort", wording.capital(wording.kind(view.kind))),
        ("Datum", wording.day(view.dated)),
        ("Betaler", employers.get(view.organisation, "")),
        ("Op naam van", employers.get(view.addressed_to or "", "")),
        ("Eigen bijdrage", wording.euros(view.own_contribution) if view.own_contribution else ""),
        ("Deel", str(view.part) if view.part_of or view.part > 1 else ""),
        ("Betaald op", wording.day(view.paid_on)),
        ("Teruggekomen", view.return_reason or ""),
    )
    return [(name, words) for name, words in rows if words]


def spaced(iban: str) -> str:
    """Return an account number in groups of four, as people read it."""
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))


def lines_of(view: PayableView) -> list[tuple[str, str, str, str, str]]:
    """Return the lines with what they are for as far as this reader may know it, and their amounts."""
    return [
        (
            "Buiten het advies: " + wording.kind(line.outside)
            if line.outside
            else "Maatregel uit het advies"
            if line.measure
            else "Nog niet gekoppeld",
            f"{wording.day(line.period_from)} tot en met {wording.day(line.period_until)}" if line.period_from else "",
            wording.euros(line.net),
            f"{line.vat_rate.normalize():f} %".replace(".", ","),
            wording.euros(line.gross),
        )
        for line in view.lines
    ]


def documents_of(context: RequestContext, key: str, *, reads: bool) -> list[Document]:
    """Return the documents of the invoice; only their readers get an address of what they show."""
    found = invoice_documents.listed(context, Response(), key).items
    return [
        Document(
            id=each.id,
            kind=KINDS.get(each.media_type, each.media_type),
            size=f"{max(1, round(each.size / 1024))} kB",
            added=wording.moment(each.added_at),
            mark=each.sha256,
            picture=path("payable-document-page", payable=key, document=each.id)
            if reads and each.media_type != "application/xml"
            else "",
            address=path("payable-document", payable=key, document=each.id) if reads else "",
        )
        for each in found
    ]


def trail_of(view: PayableView, trail: TrailView, people: dict[str, str]) -> list[TrailStep]:
    """Return the way of the money from the advice to the journal, as far as it came."""
    steps = []
    if trail.advice is not None and trail.advice.adopted_on:
        steps.append(TrailStep("Advies vastgesteld", wording.day(trail.advice.adopted_on)))
    steps += [
        TrailStep("Maatregelen overgenomen", wording.day(each.taken_over_on))
        for each in trail.takeovers
        if each.taken_over_on
    ]
    steps += [
        TrailStep(title, people.get(person, "een collega"))
        for title, person in (
            ("Factuur ingevoerd", view.entered_by),
            ("Gekoppeld aan maatregelen", view.matched_by),
            ("Gecontroleerd", view.checked_by),
            ("Goedgekeurd", view.approved_by),
            ("Voor de tweede keer goedgekeurd", view.second_approved_by),
        )
        if person
    ]
    for each in trail.payments:
        words = f"{wording.euros(each.amount)}, kenmerk {each.end_to_end}, {wording.state('payment-batch', each.state)}"
        released = f", vrijgegeven door {people.get(each.released_by, 'een collega')}" if each.released_by else ""
        steps.append(TrailStep("Betaalopdracht", words + released, path("batch", batch=each.batch)))
    steps += [
        TrailStep(
            "Regel van de bank",
            f"{wording.day(each.booked_on)}, {wording.euros(each.amount)}",
            path("bank-message", message=each.message),
        )
        for each in trail.entries
    ]
    steps += [
        TrailStep(
            "Boeking",
            f"{wording.euros(each.amount)}, {wording.state('booking', each.state)}",
            path("booking", booking=each.id),
        )
        for each in trail.bookings
    ]
    return steps
