"""The parts of a case, employers and people at addresses of their own, with the ETag that If-Match asks for."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Response

from api import views
from api.applications import etag
from api.cases import booking_view
from api.edge import Edge, OneEdge
from api.events import visible
from rules.roles import Role
from states import scope
from states.errors import NotFoundError
from states.tables.application import Measure, Takeover
from states.tables.base import Versioned
from states.tables.finance import Booking
from states.tables.people import Organisation, Person

router = APIRouter(prefix="/v1")
Id = Annotated[str, Path(alias="id", max_length=80)]
T = TypeVar("T", bound=Versioned)


def found(edge: Edge, table: type[T], what: str, key: str, response: Response) -> T:
    """A subject that the caller may see; its ETag is put on the answer.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    row = edge.session.get(table, key)
    if row is None or not visible(edge, row):
        raise NotFoundError(what, key)
    if edge.by.organisation not in (None, *scope.organisations(edge.session, row)):
        raise NotFoundError(what, key)
    response.headers["ETag"] = etag(row.version)
    return row


@router.get("/takeovers/{id}", tags=["takeovers"], operation_id="get-takeover")
def takeover(edge: OneEdge, response: Response, key: Id) -> views.TakeoverView:
    """One employer's takeover."""
    return views.TakeoverView.model_validate(found(edge, Takeover, "takeover", key, response))


@router.get("/measures/{id}", tags=["measures"], operation_id="get-measure")
def measure(edge: OneEdge, response: Response, key: Id) -> views.MeasureView:
    """One measure as the caller may see it."""
    return views.measure(edge.session, edge.by, found(edge, Measure, "measure", key, response))


@router.get("/bookings/{id}", tags=["bookings"], operation_id="get-booking")
def booking(edge: OneEdge, response: Response, key: Id) -> views.BookingView:
    """One booking."""
    return booking_view(found(edge, Booking, "booking", key, response))


@router.get("/organisations/{id}", tags=["people"], operation_id="get-organisation")
def organisation(edge: OneEdge, response: Response, key: Id) -> views.OrganisationView:
    """One employer; those who act for one see that one."""
    return views.OrganisationView.model_validate(found(edge, Organisation, "employer", key, response))


@router.get("/people/{id}", tags=["people"], operation_id="get-person")
def person(edge: OneEdge, response: Response, key: Id) -> views.PersonView:
    """One person, without the name: administrators look at everyone, everyone at themselves."""
    if edge.by.role is not Role.ADMINISTRATOR and edge.by.person != key:
        raise NotFoundError("person", key)
    row = edge.session.get(Person, key)
    if row is None:
        raise NotFoundError("person", key)
    response.headers["ETag"] = etag(row.version)
    return views.PersonView.model_validate(row)
