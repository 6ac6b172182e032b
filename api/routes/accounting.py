"""Accounting: the journal in every export format, the accounts and periods of an employer, and the reports."""

from datetime import date, datetime
from importlib.metadata import version as installed
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session, select

from api.access.books import readable_books, visible_in_books
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.pagination import Cursor, Limit, next_link, split_page
from api.http.parameters import LongId
from api.views import base
from api.views.payments import BookingPage, booking_view
from rules.core.dates import office_day
from rules.payments import accounting_periods as rules
from states.accounting import accounts, journal_query, periods, reports, xaf
from states.accounting.export_rows import ClassRow, JournalRow, OpenItem, SpendingRow
from states.accounting.spreadsheets import Control, Sheet, as_csv, as_workbook, control
from states.charts.booking import BookingState
from states.engine.bodies import Day, PlainLine
from states.errors import RefusedError, UnfitValueError
from states.tables.accounting import Booking
from states.tables.people import Organisation

router = APIRouter(prefix="/v1", tags=["books"])
Form = Annotated[Literal["json", "csv", "xlsx"], Query(alias="format", description="Format of the rows")]
JournalForm = Annotated[Literal["json", "csv", "xlsx", "xaf"], Query(alias="format", description="Format of the rows")]
Period = Annotated[str | None, Query(pattern=rules.PERIOD, description="A year or a month, such as 2026-03")]
Year = Annotated[int, Query(ge=2021, le=2099, description="A year of the books")]
Employer = Annotated[
    PlainLine | None, Query(max_length=60, description="One employer; for roles that see the books of all employers")
]
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def files(*media: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of answers that may also be files of these media types."""
    return {200: {"content": {each: {"schema": {"type": "string", "format": "binary"}} for each in media}}}


def file_response(content: bytes, kind: str, name: str, totals: Control) -> Response:
    """Return a file with its control totals in the headers."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Control-Count": str(totals.count),
        "X-Control-SHA256": totals.sha256,
    }
    for total in ("debit", "credit", "total"):
        if (amount := getattr(totals, total)) is not None:
            headers[f"X-Control-{total.title()}"] = str(amount)
    return Response(content, media_type=kind, headers=headers)


def sheet_response(context: RequestContext, sheet: Sheet, form: str, *, about: dict[str, Any], name: str) -> Response:
    """Return rows as a CSV file or a workbook."""
    totals = control(sheet)
    if form == "csv":
        return file_response(as_csv(sheet), "text/csv; charset=utf-8", f"{name}.csv", totals)
    made_on = office_day(context.at)
    return file_response(as_workbook(sheet, about=about, made_on=made_on), WORKBOOK, f"{name}.xlsx", totals)


class Journal(base.View):
    """Journal lines with their control totals."""

    items: list[JournalRow]
    control: Control


@router.get(
    "/journal-lines",
    response_model=Journal,
    operation_id="list-journal-lines",
    summary="List or download the journal",
    responses=files("text/csv", WORKBOOK, "application/xml"),
)
def journal_lines(
    context: RequestContextDep,
    period: Period = None,
    employer: Employer = None,
    form: JournalForm = "json",
) -> Journal | Response:
    """List the journal of the caller's employer as JSON, CSV, XLSX with a control sheet, or XAF 3.2 of one employer."""
    names = readable_books(context, employer)
    since, until = rules.days_of(period) if period else (None, None)
    rows = journal_query.journal(context.session, names, since, until)
    sheet = Sheet("journal", JournalRow, rows)
    if form == "json":
        return Journal(items=rows, control=control(sheet))
    name = "-".join(["journal", *([period] if period else [])])
    if form == "xaf":
        return audit_file(context, names, period, sheet, name)
    about = {"employer": ", ".join(names or ["all"]), "period": period or "all"}
    return sheet_response(context, sheet, form, about=about, name=name)


def audit_file(
    context: RequestContext, names: journal_query.Employers, period: str | None, sheet: Sheet, name: str
) -> Response:
    """Return the journal of one employer and period as XAF 3.2.

    Raises:
        UnfitValueError: the period or the employer is missing.
        RefusedError: the employer's tax number is not known.
    """
    if period is None:
        raise UnfitValueError([("period", "An audit file covers one period: give a year such as 2026, or a month.")])
    if names is None:
        raise UnfitValueError([("employer", "An audit file covers one employer: name it.")])
    employer = context.session.get_one(Organisation, names[0])
    # The current tax number, whatever the period.
    current = accounts.on_day(context.session, employer, office_day(context.at))
    missing = rules.names_taxpayer(organisation=employer.id, tax_number=current.tax_number)
    if missing is not None or current.tax_number is None:
        raise RefusedError([missing] if missing else [])
    heading = xaf.Heading(
        employer.id, employer.name, current.tax_number, period, office_day(context.at), installed("veiligadvies")
    )
    written = xaf.document(heading, [row for row in sheet.rows if isinstance(row, JournalRow)])
    return file_response(written, "application/xml", f"{name}.xaf", control(sheet))


class OpenItems(base.View):
    """Open items with their control totals."""

    items: list[OpenItem]
    control: Control


@router.get(
    "/reports/open-items",
    response_model=OpenItems,
    operation_id="report-open-items",
    summary="Report open items",
    responses=files("text/csv", WORKBOOK),
)
def open_items(context: RequestContextDep, employer: Employer = None, form: Form = "json") -> OpenItems | Response:
    """Report what is owed and not paid, paid and not booked, or on a statement and not matched."""
    rows = reports.open_items(context.session, readable_books(context, employer))
    sheet = Sheet("open-items", OpenItem, rows)
    if form == "json":
        return OpenItems(items=rows, control=control(sheet))
    return sheet_response(context, sheet, form, about={"on": office_day(context.at)}, name="open-items")


class TaxClasses(base.View):
    """Bookings of a year by tax class, with their control totals."""

    items: list[ClassRow]
    control: Control


@router.get(
    "/reports/tax-classes",
    response_model=TaxClasses,
    operation_id="report-tax-classes",
    summary="Report the bookings by tax class",
    responses=files("text/csv", WORKBOOK),
)
def tax_classes(
    context: RequestContextDep, year: Year, employer: Employer = None, form: Form = "json"
) -> TaxClasses | Response:
    """Report what was booked in a year, per employer and per tax class."""
    rows = reports.tax_classes(context.session, readable_books(context, employer), year)
    sheet = Sheet("tax-classes", ClassRow, rows)
    if form == "json":
        return TaxClasses(items=rows, control=control(sheet))
    return sheet_response(context, sheet, form, about={"year": year}, name=f"tax-classes-{year}")


class Spending(base.View):
    """Spending in addition to the ministry's contribution; a report, not a claim."""

    items: list[SpendingRow]
    note: str
    control: Control


@router.get(
    "/reports/spending",
    response_model=Spending,
    operation_id="report-spending",
    summary="Report the spending by kind of employer",
    responses=files("text/csv", WORKBOOK),
)
def spending(
    context: RequestContextDep, year: Year, employer: Employer = None, form: Form = "json"
) -> Spending | Response:
    """Report what each kind of employer spent in a year in addition to the ministry's contribution; not a claim."""
    rows = reports.spending(context.session, readable_books(context, employer), year)
    sheet = Sheet("spending", SpendingRow, rows)
    if form == "json":
        return Spending(items=rows, note=reports.NO_CLAIM, control=control(sheet))
    return sheet_response(context, sheet, form, about={"year": year, "note": reports.NO_CLAIM}, name=f"spending-{year}")


class AccountsView(base.View):
    """Accounts that are valid on a day, and the document that set them."""

    since: date
    cost: str
    creditor: str
    vat: str
    bank: str
    cost_centre: str
    task_field: str
    category: str
    tax_number: str | None
    source: str


class PeriodView(base.View):
    """Closed period."""

    period: str
    since: date
    until: date
    closed_by: str
    closed_at: datetime


class Books(base.View):
    """Accounts and closed periods of an employer."""

    organisation: str
    accounts: AccountsView
    closed: list[PeriodView]
    first_open_day: date = Field(description="The first day from today on which something can be booked")


@router.get("/organisations/{id}/books", operation_id="get-books", summary="Read the accounts and closed periods")
def books(context: RequestContextDep, key: LongId, on: Day | None = None) -> Books:
    """Return the accounts that are valid on a day (by default today), and the closed periods."""
    readable_books(context, key)
    session: Session = context.session
    row, day = session.get_one(Organisation, key), on or office_day(context.at)
    closed = periods.closed(session, key)
    return Books(
        organisation=key,
        accounts=AccountsView.model_validate(accounts.on_day(session, row, day)),
        closed=[PeriodView.model_validate(item) for item in closed],
        first_open_day=periods.open_day(closed, office_day(context.at)),
    )


@router.get(
    "/bookings",
    response_model=BookingPage,
    operation_id="list-bookings",
    summary="List or download bookings",
    responses={200: {**next_link("list-bookings")[200], **files("text/csv")[200]}},
)
def bookings(
    context: RequestContextDep,
    state: BookingState | None = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    cursor: Cursor = None,
    limit: Limit = 500,
) -> BookingPage | Journal | Response:
    """List the bookings of the caller's employer, or its journal as CSV; /v1/journal-lines has more formats."""
    if form == "csv":
        return journal_lines(context, form="csv")
    query = select(Booking)
    if state is not None:
        query = query.where(Booking.state == state)
    if cursor is not None:
        query = query.where(Booking.id > cursor)
    found = context.session.exec(visible_in_books(context, query, Booking).order_by(Booking.id).limit(limit + 1)).all()
    shown, following = split_page(found, limit)
    return BookingPage(items=[booking_view(row) for row in shown], next=following)
