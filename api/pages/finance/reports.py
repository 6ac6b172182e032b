"""Reports of the books on a page: what is open, the tax of a year, and the spending of a year, with their files."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages import wording
from api.pages.finance.books import article_of, years_of
from api.pages.visit import Visit
from api.routes import accounting
from states.accounting.export_rows import OpenItem

SHOWN = 50
"""Rows of a report on the page; its file has all of them."""
KINDS = {"payable": "Factuur", "booking": "Boeking", "bank-entry": "Regel van de bank"}


@dataclass(frozen=True)
class Report:
    """Report: its heads, its first rows, and the name of its files."""

    name: str
    title: str
    explanation: str
    heads: list[str]
    amounts: frozenset[int]
    """Which columns hold numbers."""
    rows: list[list[str]]
    count: int


@dataclass(frozen=True)
class ReportsPage:
    """One report, and the others to choose from."""

    year: int
    years: list[int]
    names: dict[str, str]
    of_year: bool
    """Whether the report is about one year."""
    report: Report


NAMES = {"open-posten": "Open posten", "belasting": "Belasting", "uitgaven": "Uitgaven"}
"""The reports under the names of the tabs."""


def reports_page(visit: Visit, name: str, year: int | None) -> ReportsPage:
    """Return one report, of a year; without one, of this year."""
    years = years_of(visit)
    shown = year or years[0]
    if name == "open-posten":
        report = open_items(visit)
    else:
        report = tax_classes(visit, shown) if name == "belasting" else spending(visit, shown)
    return ReportsPage(shown, years, NAMES, name != "open-posten", report)


def open_items(visit: Visit) -> Report:
    """Return what is owed and not paid, paid and not booked, or not matched."""
    found = accounting.open_items(visit)
    rows: Sequence[OpenItem] = found.items if isinstance(found, accounting.OpenItems) else []
    return Report(
        "open-posten",
        "Open posten",
        "Wat nog betaald, geboekt of gekoppeld moet worden. Oudste eerst.",
        ["Soort", "Factuur", "Sinds", "Staat", "Bedrag"],
        frozenset({4}),
        [
            [
                KINDS.get(each.kind, each.kind),
                each.number or "geen",
                wording.day(each.since),
                wording.state(each.kind, each.state) if each.kind in {"payable", "booking"} else "wacht op een besluit",
                wording.euros(each.amount),
            ]
            for each in rows[:SHOWN]
        ],
        len(rows),
    )


def tax_classes(visit: Visit, year: int) -> Report:
    """Return what was booked in a year by tax class."""
    found = accounting.tax_classes(visit, year)
    rows = found.items if isinstance(found, accounting.TaxClasses) else []
    return Report(
        "belasting",
        f"Belasting over {year}",
        "Wat geboekt is, naar de behandeling in de loonbelasting.",
        ["Behandeling", "Artikel", "Boekingen", "Kosten", "Btw terug", "Samen"],
        frozenset({2, 3, 4, 5}),
        [
            [
                wording.capital(wording.kind(each.tax_class)),
                article_of(each.designation),
                str(each.bookings),
                wording.euros(each.cost),
                wording.euros(each.compensable_vat),
                wording.euros(each.gross),
            ]
            for each in rows[:SHOWN]
        ],
        len(rows),
    )


def spending(visit: Visit, year: int) -> Report:
    """Return what was spent in a year, with the contribution of the ministry."""
    found = accounting.spending(visit, year)
    rows = found.items if isinstance(found, accounting.Spending) else []
    return Report(
        "uitgaven",
        f"Uitgaven in {year}",
        "Wat is uitgegeven, naast de bijdrage van het ministerie. Dit is geen aanvraag om geld.",
        ["Van", "Werkgevers", "Kosten", "Bijdrage"],
        frozenset({1, 2, 3}),
        [
            [
                "Ministerie" if each.employer_kind == "ministry" else wording.capital(wording.kind(each.employer_kind)),
                str(each.employers),
                wording.euros(each.cost) or "geen",
                wording.euros(each.contribution) or "geen",
            ]
            for each in rows[:SHOWN]
        ],
        len(rows),
    )
