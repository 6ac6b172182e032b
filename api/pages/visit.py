"""Visit: a request for a page by someone who is signed in, with the checks that every form sent must pass."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

from api.http import page_sessions
from api.http.dependencies import ConfigurationDep, RequestContext, SessionDep, reject_unknown_query, utc_now
from api.http.errors import ApiError, BeyondRoleError
from api.pages.addresses import ADDRESSES, Address
from states.settings import Configuration

SAFE = frozenset({"GET", "HEAD"})
MOST_FIELDS = 1000
"""Fields of a form, and files of one."""


class SignInNeededError(ApiError):
    """Nobody is signed in in this browser, or the session ended."""


class ForgedFormError(ApiError):
    """A form was not sent from a page of this session."""


@dataclass(frozen=True)
class Visit(RequestContext):
    """Request for a page: the context of the API, and the token of the session."""

    token: str
    path: str

    @property
    def csrf(self) -> str:
        """Return the text that proves that a form comes from a page of this session."""
        return page_sessions.csrf_token(self.token)


def cookie_name(configuration: Configuration) -> str:
    """Return the name of the session's cookie.

    Over https the prefix binds it to this host. On this machine over http it has the port, which cookies ignore.
    """
    return f"veiligadvies-{configuration.port}" if not is_https(configuration) else "__Host-veiligadvies"


def is_https(configuration: Configuration) -> bool:
    """Return whether people reach the office over https."""
    return (configuration.public_url or "").startswith("https:")


def visit(request: Request, session: SessionDep, configuration: ConfigurationDep) -> Visit:
    """Return the visit of someone who is signed in and may open this page.

    Raises:
        SignInNeededError: nobody is signed in.
        BeyondRoleError: the page is for other roles.
        ForgedFormError: the request changes something and does not come from our own page.
    """
    at = utc_now()
    token = request.cookies.get(cookie_name(configuration), "")
    by = page_sessions.actor_of(session, token, at=at) if token else None
    if by is None:
        raise SignInNeededError("Meld u aan om verder te gaan.")
    if request.method not in SAFE:
        require_own_origin(request)
    address = address_of(request)
    if address is not None and by.role not in address.roles:
        raise BeyondRoleError("Deze pagina hoort niet bij uw rol.")
    reject_unknown_query(request)
    return Visit(session, by, at, configuration, token, request.url.path)


def address_of(request: Request) -> Address | None:
    """Return the address of the page that a request is for; its path in the table is that of its route."""
    path = getattr(request.scope.get("route"), "path", None)
    return next((each for each in ADDRESSES.values() if each.path == path), None)


def require_own_origin(request: Request) -> None:
    """Check that a browser sent a form from a page of this host.

    Raises:
        ForgedFormError: it says otherwise, or says nothing.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    same = site == "same-origin" if site is not None else urlsplit(origin or "").netloc == request.headers.get("host")
    if not same:
        raise ForgedFormError("Dit formulier kwam niet van een pagina van dit portaal. Er is niets veranderd.")


VisitDep = Annotated[Visit, Depends(visit)]


@asynccontextmanager
async def own_form(request: Request, visited: Visit) -> AsyncIterator[FormData]:
    """Read a form that was sent from a page of this session; its files are closed afterwards.

    Raises:
        ForgedFormError: it lacks the session's own text.
    """
    async with request.form(max_fields=MOST_FIELDS, max_files=MOST_FIELDS) as form:
        given = form.get("csrf")
        if not isinstance(given, str) or not secrets.compare_digest(given.encode(), visited.csrf.encode()):
            raise ForgedFormError("Dit formulier hoort bij een eerdere aanmelding. Er is niets veranderd.")
        yield form


async def sent_form(request: Request, visited: VisitDep) -> AsyncIterator[FormData]:
    """Yield the fields of a form, as :func:`own_form` reads them."""
    async with own_form(request, visited) as form:
        yield form


FormDep = Annotated[FormData, Depends(sent_form)]


def new_key() -> str:
    """Return an idempotency key for a form that is shown."""
    return secrets.token_urlsafe(18)


def key_of(form: FormData) -> str:
    """Return the idempotency key of a form that was sent; a new one where it has none."""
    return str(form.get("key") or new_key())
