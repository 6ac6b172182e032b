"""Error pages: what went wrong in the words of a reader, where the API answers with problem+json."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.http.errors import ApiError
from api.pages.addresses import path
from api.pages.templates import render
from api.pages.visit import MOST_FIELDS, ForgedFormError, SignInNeededError, require_own_origin
from states.errors import StatesError

Handler = Callable[[Request, Exception], Response]
FormAgain = Callable[[Exception, "Failure"], Response]
OF_THE_API = ("/v1", "/openapi.json", "/health", "/problems", "/docs")
WORDS = {
    403: ("Dit kan niet in uw rol", "Kies een andere rol, of vraag een collega die dit wel mag."),
    404: ("Deze pagina is er niet", "Het adres klopt niet, of u mag niet zien wat hier staat."),
    409: ("Dit kan nu niet", "Lees waarom, en kijk wat wel kan."),
    410: ("De inhoud is gewist", "De bewaartermijn is voorbij. De feiten en het verloop staan er nog."),
    412: ("Iemand anders veranderde dit intussen", "Er is niets opgeslagen. Kijk wat er nu staat en doe het opnieuw."),
    413: ("Dit is te groot", "Stuur een kleiner bestand of een kortere tekst."),
    422: ("Er klopt iets niet", "Kijk wat er staat en verbeter het."),
    503: ("Het lukt even niet", "Probeer het over een minuut opnieuw. Er is niets kwijt."),
}
MOST_TYPED = 2**16
"""Bytes of a form that is shown again after the session ended."""
SHORT = 3
"""Characters of what need not be copied, such as a choice of yes or no."""
OTHERWISE = ("Er ging iets mis", "Dat ligt aan ons. Probeer het opnieuw. Lukt het niet? Meld de tijd aan de beheerder.")


@dataclass(frozen=True)
class Failure:
    """Failure of a request: its status, what went wrong, what to do, and each reason."""

    status: int
    heading: str
    advice: str
    reasons: list[tuple[str, str]] = field(default_factory=list)
    """Each reason with its article, or nothing."""
    fields: dict[str, str] = field(default_factory=dict)
    """What is wrong with each field of a form."""
    held: list[dict[str, Any]] = field(default_factory=list)
    """Who has the work in hand."""


def failure_of(answer: Response) -> Failure:
    """Return the failure that an answer of the API describes."""
    problem = json.loads(bytes(answer.body))
    heading, advice = WORDS.get(answer.status_code, OTHERWISE)
    findings = [(each["messageNl"], each["article"]) for each in problem.get("findings", [])]
    fields = {each["field"]: each["message"] for each in problem.get("errors", [])}
    plain = [(problem["detail"], "")] if answer.status_code in {403, 409, 503} and not findings else []
    return Failure(answer.status_code, heading, advice, findings or plain, fields, problem.get("held", []))


def is_for_page(request: Request) -> bool:
    """Return whether a browser asked for a page; of an address that does not exist, a browser says what it takes."""
    if request.url.path.startswith(OF_THE_API):
        return False
    return "route" in request.scope or "text/html" in request.headers.get("accept", "")


@dataclass(frozen=True)
class NotSent:
    """Form that came after the session had ended: what was typed in it, which is shown and kept nowhere."""

    typed: list[str]
    official: bool


async def sign_in_needed(request: Request, _: Exception) -> Response:
    """Send the reader to sign in, and back to the page that was asked for; of a form, show what was typed."""
    asked = f"?naar={quote(request.url.path)}" if request.method == "GET" and request.url.path != "/" else ""
    typed = [] if request.method == "GET" else await typed_in(request)
    if not typed:
        return RedirectResponse(f"{path('sign-in')}{asked}", 303)
    official = request.url.path.startswith(path("mine"))
    page = NotSent(typed, official)
    return render("layouts/not_sent.html", page, title="Niet verstuurd", status=401, quiet=official)


async def typed_in(request: Request) -> list[str]:
    """Return what was typed in a form of our own; nothing of a large one, or of one from another site."""
    size = request.headers.get("content-length", "")
    try:
        require_own_origin(request)
    except ForgedFormError:
        return []
    if not size.isdecimal() or int(size) > MOST_TYPED:
        return []
    async with request.form(max_fields=MOST_FIELDS, max_files=MOST_FIELDS) as form:
        return [
            value
            for name, value in form.multi_items()
            if isinstance(value, str) and len(value.strip()) > SHORT and name not in {"csrf", "key", "version"}
        ]


def forged_form(request: Request, error: Exception) -> Response:
    """Say that a form did not come from a page of this session."""
    return page_of(request, Failure(403, "Dit formulier is niet meer geldig", str(error)))


def for_pages(handler: Handler) -> Handler:
    """Return a handler that answers as the API does, and with a page where a page was asked for."""

    def handle(request: Request, error: Exception) -> Response:
        answer = handler(request, error)
        if not is_for_page(request) or not isinstance(answer, JSONResponse):
            return answer
        failure = failure_of(answer)
        again: FormAgain | None = getattr(request.state, "form_again", None)
        if again is not None and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            try:
                return again(error, failure)
            except (StatesError, ApiError):  # the case or the right to see it is gone in the meantime
                return page_of(request, failure)
        return page_of(request, failure)

    return handle


def page_of(request: Request, failure: Failure) -> HTMLResponse:
    """Return the page of a failure."""
    quiet = request.url.path.startswith(path("mine"))
    return render("layouts/failure.html", failure, title=failure.heading, status=failure.status, quiet=quiet)


def install(app: FastAPI) -> None:
    """Let every error of a page be answered with a page; the handlers of the API are installed before."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, for_pages(handler))  # type: ignore[arg-type]  # all of ours are synchronous
    app.add_exception_handler(SignInNeededError, sign_in_needed)
    app.add_exception_handler(ForgedFormError, forged_form)
