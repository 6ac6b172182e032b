"""Routes of letters: the address that a letter names, which leads its recipient on and tells others nothing."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.pages.letters.landing import landing_of
from api.pages.visit import VisitDep
from states.errors import NotFoundError
from states.tables.letters import Outbox

router = APIRouter(include_in_schema=False)


@router.get("/brief/{letter}")
def letter(visit: VisitDep, letter: str) -> Response:
    """Lead the recipient of a letter to the page on which what it asks can be done; this changes nothing.

    Raises:
        NotFoundError: there is no such letter, or it was sent to someone else.
    """
    row = visit.session.get(Outbox, letter)
    if row is None or row.recipient != visit.by.person:
        raise NotFoundError("letter", letter)
    return RedirectResponse(landing_of(row.letter, row.application, visit.by.role), 303)
