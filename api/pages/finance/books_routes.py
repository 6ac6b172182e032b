"""Routes of the books: bookings and their steps, the journal and the reports as files, and the periods."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.http.pagination import Cursor
from api.pages.addresses import path
from api.pages.finance.books import booking_page, books_page, periods_page
from api.pages.finance.reports import reports_page
from api.pages.forms.step import Place, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from api.routes import accounting
from rules.payments.accounting_periods import PERIOD
from states.charts.booking import BookingState
from states.errors import NotFoundError
from states.tables.accounting import Booking

router = APIRouter(include_in_schema=False)
Done = Annotated[str, Query(max_length=80)]
Year = Annotated[int | None, Query(ge=2021, le=2099)]
Sheet = Annotated[Literal["csv", "xlsx"], Query()]
ReportName = Literal["open-posten", "belasting", "uitgaven"]
OF_PERIODS = frozenset({"close-period", "reopen-period"})


@router.get("/betalen/boeken")
def books(visit: VisitDep, staat: BookingState | None = None, cursor: Cursor = None, gedaan: Done = "") -> Response:
    """Show the bookings in one state."""
    page = books_page(visit, staat, cursor, notice=notice_of(gedaan))
    return show(visit, "finance/books.html", page, title="Boeken")


@router.get("/betalen/boeken/journaal")
def journal(
    visit: VisitDep,
    vorm: Annotated[Literal["csv", "xlsx", "xaf"], Query()] = "csv",
    periode: Annotated[str | None, Query(pattern=PERIOD)] = None,
) -> Response:
    """Return the journal of the reader's employer as a file."""
    found = accounting.journal_lines(visit, period=periode, form=vorm)
    assert isinstance(found, Response)
    return found


@router.get("/betalen/boeken/{booking}")
def booking(visit: VisitDep, booking: str, gedaan: Done = "") -> Response:
    """Show one booking with its evidence."""
    return show(visit, "finance/booking.html", booking_page(visit, booking, notice=notice_of(gedaan)), title="Boeking")


def booking_place(visit: Visit, booking: str, event: str) -> Place:
    """Return the place of a step of a booking."""
    row = visit.session.get(Booking, booking)
    here, back = path("booking-step", booking=booking, event=event), path("booking", booking=booking)
    return Place("booking", event, booking, here, back, back, reference=None if row is None else row.stream)


@router.get("/betalen/boeken/{booking}/doen/{event}")
def booking_step(visit: VisitDep, booking: str, event: str) -> Response:
    """Show the form of a step of a booking."""
    return show_step(visit, booking_place(visit, booking, event))


@router.post("/betalen/boeken/{booking}/doen/{event}")
def take_booking_step(request: Request, visit: VisitDep, form: FormDep, booking: str, event: str) -> Response:
    """Carry out a step of a booking."""
    return take_step(request, visit, form, booking_place(visit, booking, event))


@router.get("/betalen/perioden")
def periods(visit: VisitDep, gedaan: Done = "") -> Response:
    """Show the periods of the books."""
    return show(visit, "finance/periods.html", periods_page(visit, notice=notice_of(gedaan)), title="Perioden")


Period = Annotated[str, Path(pattern=PERIOD)]


def period_place(visit: Visit, period: str, event: str) -> Place:
    """Return the place of the form that closes or reopens a period.

    Raises:
        NotFoundError: there is no such form.
    """
    if event not in OF_PERIODS:
        raise NotFoundError("step", event)
    here, back = path("period-step", period=period, event=event), path("periods")
    return Place("organisation", event, str(visit.by.organisation), here, back, back, preset={"period": period})


@router.get("/betalen/perioden/{period}/doen/{event}")
def period_step(visit: VisitDep, period: Period, event: str) -> Response:
    """Show the form that closes or reopens a period."""
    return show_step(visit, period_place(visit, period, event))


@router.post("/betalen/perioden/{period}/doen/{event}")
def take_period_step(request: Request, visit: VisitDep, form: FormDep, period: Period, event: str) -> Response:
    """Close or reopen a period."""
    return take_step(request, visit, form, period_place(visit, period, event))


@router.get("/betalen/rapporten")
def reports(visit: VisitDep, rapport: ReportName = "open-posten", jaar: Year = None) -> Response:
    """Show one of the reports."""
    return show(visit, "finance/reports.html", reports_page(visit, rapport, jaar), title="Rapporten")


@router.get("/betalen/rapporten/{report}")
def report_file(visit: VisitDep, report: ReportName, vorm: Sheet = "csv", jaar: Year = None) -> Response:
    """Return a report as a file."""
    year = jaar or visit.at.year
    found: object
    if report == "open-posten":
        found = accounting.open_items(visit, form=vorm)
    elif report == "belasting":
        found = accounting.tax_classes(visit, year, form=vorm)
    else:
        found = accounting.spending(visit, year, form=vorm)
    assert isinstance(found, Response)
    return found
