"""Single parts: one takeover, measure, booking, loan, objection, employer or person, with its ETag."""

from typing import TypeVar

from fastapi import APIRouter, Response
from sqlmodel import col, select

from api.access.cases import require_subject, visible_loans
from api.access.people import require_person
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.idempotency import Answer, answer_once
from api.http.pagination import Cursor, Limit, newest_first, next_link, split_page
from api.http.parameters import Key, LongId
from api.http.urls import etag, href
from api.views import applications, loans_and_objections, payments, people
from api.views.payments import booking_view
from states.charts.loan import LoanState
from states.commands.fire import fire
from states.events.provision.loan_requests import NewLoan
from states.tables.accounting import Booking
from states.tables.application import Measure, Takeover
from states.tables.base import Subject
from states.tables.loans import Loan, Objection
from states.tables.people import Organisation

router = APIRouter(prefix="/v1")
Id = LongId
T = TypeVar("T", bound=Subject)


def load_subject(context: RequestContext, table: type[T], what: str, key: str, response: Response) -> T:
    """Return a subject that the caller may see, and put its ETag on the response.

    Raises:
        NotFoundError: it does not exist, or the caller may not know that it does.
    """
    row = require_subject(context, table, what, key)
    response.headers["ETag"] = etag(row.version)
    return row


@router.get("/takeovers/{id}", tags=["takeovers"], operation_id="get-takeover", summary="Read one takeover")
def takeover(context: RequestContextDep, response: Response, key: Id) -> applications.TakeoverView:
    """Return one takeover."""
    return applications.TakeoverView.model_validate(load_subject(context, Takeover, "takeover", key, response))


@router.get("/measures/{id}", tags=["measures"], operation_id="get-measure", summary="Read one measure")
def measure(context: RequestContextDep, response: Response, key: Id) -> applications.MeasureView:
    """Return one measure as the caller may see it."""
    return applications.measures(context, [load_subject(context, Measure, "measure", key, response)])[0]


@router.get("/bookings/{id}", tags=["bookings"], operation_id="get-booking", summary="Read one booking")
def booking(context: RequestContextDep, response: Response, key: Id) -> payments.BookingView:
    """Return one booking."""
    return booking_view(load_subject(context, Booking, "booking", key, response))


@router.post(
    "/loans",
    status_code=201,
    response_model=loans_and_objections.LoanView,
    tags=["loans"],
    operation_id="request-loan",
    summary="Request a loan without an application",
)
def request_loan(
    context: RequestContextDep,
    body: NewLoan,
    idempotency_key: Key = None,
) -> Response:
    """Request a loan without an application; with one, use request-loan of that application."""

    def do() -> Answer:
        row = fire(context.session, "loan", None, "request", by=context.by, at=context.at, body=body).row
        shown = loans_and_objections.loan(context, row).model_dump(mode="json", by_alias=True)
        return Answer(201, shown, {"Location": href("loan", row.id), "ETag": etag(row.version)})

    return answer_once(context, idempotency_key, "POST /v1/loans", body, do)


@router.get(
    "/loans", tags=["loans"], operation_id="list-loans", summary="List loans", responses=next_link("list-loans")
)
def loans(
    context: RequestContextDep, state: LoanState | None = None, cursor: Cursor = None, limit: Limit = 100
) -> loans_and_objections.LoanPage:
    """List the loans of the caller or the caller's employer, or all for the office, newest first."""
    query = visible_loans(context, select(Loan))
    if state is not None:
        query = query.where(Loan.state == state)
    last = None if cursor is None else require_subject(context, Loan, "loan", cursor)
    place = col(Loan.requested_on), col(Loan.id)
    query = newest_first(query, place, None if last is None else (last.requested_on, last.id))
    shown, following = split_page(context.session.exec(query.limit(limit + 1)).all(), limit)
    items = loans_and_objections.loans(context, shown)
    return loans_and_objections.LoanPage(items=items, next=following)


@router.get("/loans/{id}", tags=["loans"], operation_id="get-loan", summary="Read one loan")
def loan(context: RequestContextDep, response: Response, key: Id) -> loans_and_objections.LoanView:
    """Return one loan as the caller may see it."""
    return loans_and_objections.loan(context, load_subject(context, Loan, "loan", key, response))


@router.get("/objections/{id}", tags=["objections"], operation_id="get-objection", summary="Read one objection")
def objection(context: RequestContextDep, response: Response, key: Id) -> loans_and_objections.ObjectionView:
    """Return one objection as the caller may see it."""
    return loans_and_objections.objection(context, load_subject(context, Objection, "objection", key, response))


@router.get("/organisations/{id}", tags=["people"], operation_id="get-organisation", summary="Read one employer")
def organisation(context: RequestContextDep, response: Response, key: Id) -> people.OrganisationView:
    """Return one employer; a caller who acts for an employer sees only that one."""
    return people.OrganisationView.model_validate(load_subject(context, Organisation, "employer", key, response))


@router.get("/people/{id}", tags=["people"], operation_id="get-person", summary="Read one person")
def person(context: RequestContextDep, response: Response, key: Id) -> people.PersonView:
    """Return one person, without the name; administrators, coordinators and the head of the office may see everyone."""
    row = require_person(context, key)
    response.headers["ETag"] = etag(row.version)
    return people.person(context.session, row)
