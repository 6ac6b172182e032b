"""Routes of signing in: the demonstration cast, the choice of a role, signing out, and the first address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session, col, select

from api.access.names import names_of_employers, names_of_staff
from api.demonstration.people import CAST
from api.http import page_sessions
from api.http.dependencies import ConfigurationDep, SessionDep, utc_now
from api.http.errors import SignInElsewhereError
from api.pages import wording
from api.pages.addresses import home_of, path
from api.pages.templates import render, show
from api.pages.visit import FormDep, VisitDep, cookie_name, is_https, require_own_origin
from rules.access.sign_in import leave_address
from rules.core.dates import office_day
from rules.core.roles import Actor, Role
from states.engine.founding import is_demonstration
from states.settings import LOOPBACK, Configuration
from states.tables.application import Application

router = APIRouter(include_in_schema=False)
SHOWN_STAGES = ("intake", "advice", "provision")


@dataclass(frozen=True)
class Card:
    """Card of a person in a role, with which one signs in."""

    value: str
    name: str
    role: str
    organisation: str


@dataclass(frozen=True)
class SignInPage:
    """Page to sign in: the cards of the demonstration office, and the page that follows."""

    groups: list[tuple[str, list[Card]]]
    """Cards under their headings."""
    after: str
    ended: bool = False


def own_path(given: str) -> str:
    """Return the path that a reader asked for; nothing for an address of another host."""
    parts = urlsplit(given)
    inside = not parts.scheme and not parts.netloc and given.startswith("/") and not given.startswith(("//", "/\\"))
    return parts.path if inside else ""


@router.get("/")
def first(request: Request, session: SessionDep, configuration: ConfigurationDep) -> Response:
    """Lead to the start page, or to signing in."""
    token = request.cookies.get(cookie_name(configuration), "")
    by = page_sessions.actor_of(session, token, at=utc_now()) if token else None
    return RedirectResponse(path("sign-in") if by is None else home_of(by.role), 303)


@router.get("/aanmelden")
def sign_in(
    session: SessionDep, configuration: ConfigurationDep, naar: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show the cast of the demonstration office, or how to sign in elsewhere."""
    groups = cast(session, configuration)
    return render("sign_in/sign_in.html", SignInPage(groups, own_path(naar)), title="Aanmelden")


def has_cast(session: Session, configuration: Configuration) -> bool:
    """Return whether one may sign in as anyone: in the demonstration office, on this machine, with no provider."""
    provider = configuration.jwks_url or configuration.jwks_file
    here = configuration.host in LOOPBACK and not is_https(configuration)
    return configuration.demonstration and here and not provider and is_demonstration(session)


def cast(session: Session, configuration: Configuration) -> list[tuple[str, list[Card]]]:
    """Return the cast of the demonstration office in groups under their headings; none outside of it."""
    if not has_cast(session, configuration):
        return []
    employers = names_of_employers(session, [member.organisation for member in CAST])
    groups: dict[str, list[Card]] = {"Het adviesbureau": [], "Ambtsdragers": officials(session)}
    for member in CAST:
        official = member.role is Role.APPLICANT
        heading = employers.get(member.organisation or "", "Ambtsdragers" if official else "Het adviesbureau")
        card = Card(
            f"{member.id}/{member.role}/{member.organisation or ''}",
            member.name,
            "Nog zonder zaak" if official else wording.capital(wording.role(member.role)),
            "",
        )
        groups.setdefault(heading, []).append(card)
    return list(groups.items())


def officials(session: Session) -> list[Card]:
    """Return a card for the official of the first case in each of some stages, by office and stage alone."""
    query = select(Application).where(col(Application.state).in_(SHOWN_STAGES)).order_by(col(Application.created_at))
    first: dict[str, Application] = {}
    for case in session.exec(query):
        first.setdefault(str(case.state), case)
    return [
        Card(
            f"{case.applicant}/{Role.APPLICANT}/",
            f"Een {wording.office(case.office)}",
            f"Met een zaak: {wording.state('application', stage)}",
            "",
        )
        for stage, case in first.items()
    ]


@router.post("/aanmelden")
async def begin(request: Request, session: SessionDep, configuration: ConfigurationDep) -> Response:
    """Sign in as a member of the cast.

    Raises:
        SignInElsewhereError: this is not the demonstration office.
    """
    require_own_origin(request)
    form = await request.form(max_fields=10, max_files=1)
    if not has_cast(session, configuration):
        raise SignInElsewhereError("Meld u aan bij uw eigen organisatie.")
    person, role, organisation = ([*str(form.get("als", "")).split("/"), "", "", ""])[:3]
    found = [
        each
        for each in page_sessions.duties_of(session, person)
        if (each.role, each.organisation or "") == (role, organisation)
    ]
    if not found:
        return RedirectResponse(path("sign-in"), 303)
    return signed_in(session, configuration, found[0], own_path(str(form.get("naar", ""))))


def signed_in(
    session: Session, configuration: Configuration, by: Actor, after: str = "", *, began: datetime | None = None
) -> Response:
    """Begin a session and lead to the page that was asked for; another role goes on with the first sign-in's limit."""
    token = page_sessions.begin(session, by, at=utc_now(), began=began)
    answer = RedirectResponse(after or home_of(by.role), 303)
    answer.set_cookie(cookie_name(configuration), token, httponly=True, samesite="lax", secure=is_https(configuration))
    return answer


def forget_cookie(answer: Response, configuration: Configuration) -> None:
    """Let the browser forget the cookie of its session."""
    answer.delete_cookie(cookie_name(configuration), secure=is_https(configuration), httponly=True, samesite="lax")


@router.get("/rol")
def roles(visit: VisitDep) -> Response:
    """Show the roles in which the person may act."""
    held = page_sessions.duties_of(visit.session, visit.by.person)
    names = names_of_employers(visit.session, [each.organisation for each in held])
    person = names_of_staff(visit.session, [visit.by.person]).get(visit.by.person, "")
    cards = [
        Card(
            f"{each.role}/{each.organisation or ''}",
            person,
            wording.capital(wording.role(each.role)),
            names.get(each.organisation or "", ""),
        )
        for each in held
    ]
    return show(visit, "sign_in/role.html", SignInPage([("", cards)], ""), title="Kies een rol")


@router.post("/rol")
def choose_role(visit: VisitDep, form: FormDep) -> Response:
    """Go on in another role of the same person."""
    role, _, organisation = str(form.get("als", "")).partition("/")
    held = page_sessions.duties_of(visit.session, visit.by.person)
    found = next((each for each in held if (each.role, each.organisation or "") == (role, organisation)), None)
    if found is None:
        return RedirectResponse(path("role"), 303)
    began = page_sessions.end(visit.session, visit.token, at=visit.at)
    return signed_in(visit.session, visit.configuration, found, began=began)


@router.post("/afmelden")
def sign_out(visit: VisitDep, form: FormDep) -> Response:
    """End this session, or every session of the person."""
    if form.get("overal"):
        page_sessions.end_all(visit.session, visit.by.person, at=visit.at)
    page_sessions.end(visit.session, visit.token, at=visit.at)
    answer = render("sign_in/signed_out.html", title="Afgemeld")
    forget_cookie(answer, visit.configuration)
    return answer


@router.get("/weg")
def away(request: Request, session: SessionDep, configuration: ConfigurationDep) -> Response:
    """Leave at once: the session ends, what the browser kept is cleared, and a neutral page takes the place."""
    answer = RedirectResponse(leave_address(office_day(utc_now())), 303)
    if request.headers.get("sec-fetch-site") == "cross-site":
        return answer  # a link of another site ends nobody's session
    token = request.cookies.get(cookie_name(configuration), "")
    if token:
        page_sessions.end(session, token, at=utc_now())
    answer.headers["Clear-Site-Data"] = '"storage"'  # pages are not cached, and cookies of sibling sites are not ours
    forget_cookie(answer, configuration)
    return answer
