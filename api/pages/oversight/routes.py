"""Routes of oversight: chains, decisions with their receipts, and opened content."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.http.pagination import CursorText
from api.pages.oversight import chains, decisions
from api.pages.templates import show
from api.pages.visit import VisitDep
from states.engine.bodies import PlainLine

router = APIRouter(include_in_schema=False)
Key = Annotated[str, Query(max_length=10)]
Position = CursorText | None
Reference = Annotated[PlainLine, Query(pattern=r"^([A-Za-z0-9-]{2,40})?$")]


@router.get("/toezicht")
def all_chains(visit: VisitDep, cursor: Position = None) -> Response:
    """Show the chains that changed last."""
    return show(visit, "oversight/chains.html", chains.list_page(visit, cursor), title="Toezicht")


@router.get("/toezicht/ketens/{chain}")
def one_chain(visit: VisitDep, chain: str) -> Response:
    """Verify one chain and show its entries."""
    return show(visit, "oversight/chain.html", chains.chain_page(visit, chain), title="Keten")


@router.get("/toezicht/besluiten")
def cases(visit: VisitDep, zaak: Reference = "", cursor: Position = None) -> Response:
    """Show the cases of which the decisions can be read."""
    return show(visit, "oversight/cases.html", decisions.cases_page(visit, zaak.strip(), cursor), title="Besluiten")


@router.get("/toezicht/besluiten/{reference}")
def of_case(visit: VisitDep, reference: str, op: Key = "", cursor: Position = None) -> Response:
    """Show the decisions of one case."""
    page = decisions.decisions_page(visit, reference, op, cursor)
    return show(visit, "oversight/decisions.html", page, title=f"Besluiten van zaak {reference}")


@router.get("/toezicht/inzage")
def opened(visit: VisitDep, cursor: Position = None) -> Response:
    """Show who opened the content of a case that others handle."""
    return show(visit, "oversight/openings.html", chains.openings(visit, cursor), title="Ingeziene inhoud")
