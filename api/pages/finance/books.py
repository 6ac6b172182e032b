"""Books of an employer on pages: its bookings and what each still lacks, its periods, and its accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from fastapi import Response
from sqlmodel import func, select

from api.access.books import visible_in_books
from api.access.names import names_of_staff
from api.pages import wording
from api.pages.addresses import path
from api.pages.finance.batches import numbers_of
from api.pages.forms.possible import PossibleStep, next_of, steps_of
from api.pages.visit import Visit, new_key
from api.routes import accounting, money_trails, single_parts
from api.views.payments import BookingPage as BookingsPage
from api.views.payments import BookingView
from rules.access.authority import roles_of
from rules.core.dates import office_day
from states.charts.booking import BookingState
from states.tables.accounting import Booking

SHOWN = 50
"""Rows of one page."""
MONTHS = 12
"""Months of which the page of periods shows whether each is closed."""
TABS: Mapping[BookingState, str] = {
    BookingState.AWAITING_EVIDENCE: "Wacht op bewijs",
    BookingState.READY: "Klaar om te boeken",
    BookingState.BOOKED: "Geboekt",
    BookingState.EXPORTED: "Overgedragen",
    BookingState.REVERSED: "Teruggeboekt",
}
"""The states under the names of the tabs, in their order."""
EVIDENCE = {
    "adopted-advice": "het vastgestelde advies",
    "measures": "de maatregelen",
    "invoice": "de factuur",
    "risk-inventory": "de risico-inventarisatie (RI&E)",
    "no-own-contribution": "de verklaring dat er geen eigen bijdrage is",
    "end-of-office": "de dag waarop het ambt eindigt",
    "certificate-works": "de werken voor het certificaat",
    "payroll-reference": "het kenmerk van de loonadministratie",
    "free-space-designation": "de aanwijzing van de vrije ruimte",
}
"""The items of evidence in words."""
WAITING = {
    "proposed": "Het bewijs wordt gewogen.",
    "awaiting-evidence": "De financiële administratie vult het bewijs aan.",
    "ready": "De financiële administratie boekt dit.",
    "booked": "De financiële administratie draagt dit over aan de boekhouding.",
}
"""Who does what next, by state."""


@dataclass(frozen=True)
class BookingRow:
    """Row of the list: for which invoice, how much, how it is taxed, and what it lacks."""

    id: str
    address: str
    number: str
    amount: str
    treatment: str
    day: str
    missing: list[str]


@dataclass(frozen=True)
class BooksPage:
    """Bookings in one state, and the downloads of the journal."""

    tabs: list[tuple[str, str, int, bool]]
    name: str
    state: str
    rows: list[BookingRow]
    next: str
    acts: bool
    years: list[int]
    notice: str = ""


@dataclass(frozen=True)
class BookingPage:
    """Booking with its evidence and its lines in the journal."""

    number: str
    payable: str
    reference: str
    state: str
    facts: list[tuple[str, str]]
    evidence: list[str]
    missing: list[str]
    lines: list[tuple[str, str, str, str, str]]
    next: PossibleStep | None
    possible: list[PossibleStep]
    refused: list[PossibleStep]
    waiting: str
    key: str = field(default_factory=new_key)
    notice: str = ""


@dataclass(frozen=True)
class PeriodRow:
    """Month or year of the books: whether it is closed, by whom, and where that changes."""

    code: str
    name: str
    closed: str
    """By whom and when; empty if it is open."""
    address: str
    """Where it is closed or reopened; empty where the reader cannot."""
    why_not: str = ""


@dataclass(frozen=True)
class PeriodsPage:
    """Periods of the books."""

    rows: list[PeriodRow]
    accounts: list[tuple[str, str]]
    first_open_day: str
    notice: str = ""


def treatment_of(view: BookingView) -> str:
    """Return how a payment is taxed, with its article."""
    return f"{wording.capital(wording.kind(view.tax_class))} ({article_of(view.designation)})"


def article_of(designation: str) -> str:
    """Return the article of a tax class; what follows it explains it in English."""
    return designation.partition(":")[0]


def missing_of(view: BookingView) -> list[str]:
    """Return what is missing, in words."""
    return [EVIDENCE.get(item, item.replace("-", " ")) for item in view.missing]


def books_page(visit: Visit, state: BookingState | None, cursor: str | None, *, notice: str = "") -> BooksPage:
    """Return the bookings in one state; without a state, of the first that waits for a person."""
    query = visible_in_books(visit, select(Booking.state, func.count()), Booking).group_by(Booking.state)
    counts: dict[BookingState, int] = dict(visit.session.exec(query).all())
    waiting = (BookingState.AWAITING_EVIDENCE, BookingState.READY, BookingState.BOOKED)
    shown = state or next((one for one in waiting if counts.get(one)), BookingState.READY)
    found = accounting.bookings(visit, state=shown, cursor=cursor, limit=SHOWN)
    items = found.items if isinstance(found, BookingsPage) else []
    numbers = numbers_of(visit, (each.payable for each in items))
    return BooksPage(
        tabs=[(one.value, name, counts.get(one, 0), one is shown) for one, name in TABS.items()],
        name=TABS.get(shown, "Voorgesteld"),
        state=shown.value,
        rows=[
            BookingRow(
                id=each.id,
                address=path("booking", booking=each.id),
                number=numbers.get(each.payable, ""),
                amount=wording.euros(each.amount),
                treatment=treatment_of(each),
                day=wording.day(each.booked_on),
                missing=missing_of(each),
            )
            for each in items
        ],
        next=found.next or "" if isinstance(found, BookingsPage) else "",
        acts=visit.by.role in roles_of("booking", "book"),
        years=years_of(visit),
        notice=notice,
    )


def years_of(visit: Visit) -> list[int]:
    """Return this year and the two before."""
    this = office_day(visit.at).year
    return [this, this - 1, this - 2]


def booking_page(visit: Visit, key: str, *, notice: str = "") -> BookingPage:
    """Return a booking with its evidence and its lines in the journal.

    Raises:
        NotFoundError: it does not exist, or the reader may not know that it does.
    """
    view = single_parts.booking(visit, Response(), key)
    trail = money_trails.of_booking(visit, key)
    row = visit.session.get_one(Booking, key)
    possible, refused = steps_of(visit, "booking", row, lambda event: path("booking-step", booking=key, event=event))
    facts: Sequence[tuple[str, str]] = (
        ("Bedrag", wording.euros(view.amount)),
        ("Waarvan btw", wording.euros(view.vat)),
        ("Belasting", treatment_of(view)),
        ("Geboekt op", wording.day(view.booked_on)),
        ("Overgedragen op", wording.day(view.exported_on)),
    )
    following, others = next_of("booking", possible)
    return BookingPage(
        number=trail.payable.number,
        payable=path("payable", payable=view.payable),
        reference=view.application,
        state=wording.capital(wording.state("booking", view.state)),
        facts=[(name, words) for name, words in facts if words],
        evidence=[
            wording.capital(EVIDENCE[item]) for item in view.evidence if item in EVIDENCE and item not in view.missing
        ],
        missing=[wording.capital(words) for words in missing_of(view)],
        lines=[
            (
                wording.day(each.booked_on),
                each.account,
                SIDES.get(each.side or "", each.side or ""),
                wording.euros(each.debit) if each.debit else "",
                wording.euros(each.credit) if each.credit else "",
            )
            for each in trail.journal
            if each.booking == key
        ],
        next=following,
        possible=others,
        refused=refused,
        waiting=WAITING.get(view.state, "Deze boeking is klaar."),
        notice=notice,
    )


SIDES = {"cost": "kosten", "vat": "btw", "creditor": "crediteuren", "bank": "bank"}
"""The sides of a journal line in words."""


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def periods_page(visit: Visit, *, notice: str = "") -> PeriodsPage:
    """Return the last months and years, and whether each is closed."""
    books = accounting.books(visit, str(visit.by.organisation))
    closed = {each.period: each for each in books.closed}
    names = names_of_staff(visit.session, [each.closed_by for each in books.closed])
    month, codes = office_day(visit.at).replace(day=1), []
    for _ in range(MONTHS):
        month = month_before(month)
        codes.append(f"{month:%Y-%m}")
    codes += [str(year) for year in years_of(visit)[1:]]
    rows = []
    for code in sorted({*codes, *closed}, reverse=True):
        shut = closed.get(code)
        event = "close-period" if shut is None else "reopen-period"
        same = shut is not None and shut.closed_by == visit.by.person
        may = visit.by.role in roles_of("organisation", event) and not same
        rows.append(
            PeriodRow(
                code=code,
                name=period_in_words(code),
                closed=f"{names.get(shut.closed_by, 'een collega')}, {wording.day(shut.closed_at)}" if shut else "",
                address=path("period-step", period=code, event=event) if may else "",
                why_not="U sloot deze periode. Een ander heropent haar." if same else "",
            )
        )
    held = books.accounts
    return PeriodsPage(
        rows=rows,
        accounts=[
            ("Kosten", held.cost),
            ("Crediteuren", held.creditor),
            ("Btw", held.vat),
            ("Bank", held.bank),
            ("Kostenplaats", held.cost_centre),
            ("Taakveld", held.task_field),
            ("Categorie", held.category),
        ],
        first_open_day=wording.day(books.first_open_day),
        notice=notice,
    )


def period_in_words(code: str) -> str:
    """Return a year, or a month of one, in words."""
    year, _, month = code.partition("-")
    return f"{wording.MONTHS[int(month) - 1]} {year}" if month else f"heel {year}"
