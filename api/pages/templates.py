"""Templates: the environment in which pages are rendered, and what every page has around its content."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.access.names import names_of_employers, names_of_staff
from api.pages import static_files, wording
from api.pages.addresses import home_of, navigation, path
from api.pages.visit import Visit

HERE = Path(__file__).parent
ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
ENVIRONMENT.filters.update(wording.FILTERS)
ENVIRONMENT.globals.update(
    path=path, static=static_files.address, state=wording.state, event=wording.event, version=static_files.VERSION
)


@dataclass(frozen=True)
class Frame:
    """Frame of a page: who is signed in, in which role, and where they can go."""

    name: str
    role: str
    organisation: str | None
    official: bool
    home: str
    navigation: list[tuple[str, str]]
    here: str
    csrf: str


def frame_of(visit: Visit) -> Frame:
    """Return what stands around every page of someone who is signed in."""
    by = visit.by
    return Frame(
        name=names_of_staff(visit.session, [by.person]).get(by.person, "uzelf"),
        role=by.role,
        organisation=names_of_employers(visit.session, [by.organisation]).get(by.organisation or ""),
        official=by.role == "applicant",
        home=home_of(by.role),
        navigation=navigation(by.role),
        here=visit.path,
        csrf=visit.csrf,
    )


def render(
    template: str, model: Any = None, *, title: str, frame: Frame | None = None, status: int = 200, quiet: bool = False
) -> HTMLResponse:
    """Render a page.

    Args:
        template: its path in this folder.
        model: what it shows, one dataclass that holds only what the reader may see.
        title: the title of the document; it names nobody.
        frame: what stands around it; None for pages without sign-in.
        status: the HTTP status.
        quiet: whether it is a page of an official, which does not name the system.
    """
    shown = ENVIRONMENT.get_template(template).render(
        page=model,
        title=title,
        frame=frame,
        failed=status >= HTTPStatus.BAD_REQUEST,
        quiet=quiet or (frame is not None and frame.official),
    )
    return HTMLResponse(shown, status)


def show(visit: Visit, template: str, model: Any = None, *, title: str, status: int = 200) -> HTMLResponse:
    """Render a page for someone who is signed in; the arguments are those of :func:`render`."""
    return render(template, model, title=title, frame=frame_of(visit), status=status)
