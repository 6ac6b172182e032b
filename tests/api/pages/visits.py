"""Visits without a browser: signs in by a page session, opens pages, and sends their forms as a browser would."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from xml.etree.ElementTree import Element

import html5lib
import httpx
from browsing import Page, expect_lawful
from served import Api

from api.http import page_sessions
from api.pages.visit import cookie_name
from rules.core.roles import Actor
from states.storage.database import transaction


@dataclass(frozen=True)
class Shown:
    """Page as it was shown: its answer and its elements."""

    answer: httpx.Response
    tree: Element

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status_code

    @property
    def path(self) -> str:
        """The path and the query at which it was shown."""
        return self.answer.url.raw_path.decode()

    @property
    def title(self) -> str:
        """The title of the document."""
        return words_of(next(self.tree.iter("title")))

    @property
    def heading(self) -> str:
        """The one h1."""
        (found,) = self.tree.iter("h1")
        return words_of(found)

    @property
    def text(self) -> str:
        """What the main part says."""
        return words_of(next(self.tree.iter("main")))

    @property
    def raw(self) -> str:
        """The whole document as it came."""
        return self.answer.text

    def links(self, start: str) -> list[str]:
        """The addresses of links that begin in some way."""
        return [link for each in self.tree.iter("a") if (link := each.get("href", "")).startswith(start)]

    def form(self, action: str) -> Element:
        """The form that is sent to an address."""
        return next(each for each in self.tree.iter("form") if each.get("action", "").startswith(action))

    def field(self, name: str) -> Element:
        """The first field of a name."""
        return next(each for each in self.tree.iter() if each.get("name") == name)

    def error_of(self, name: str) -> str:
        """What is said to be wrong at a field."""
        described = {str(each.get("id")): words_of(each) for each in self.tree.iter() if each.get("id")}
        return described.get(f"veld-{name.replace('.', '-')}-error", "")


def words_of(element: Element) -> str:
    """The words of an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def filled(form: Element) -> Iterator[tuple[str, str]]:
    """The fields of a form as they are filled in."""
    for each in form.iter():
        name = each.get("name")
        if name is None:
            continue
        if each.tag == "input":
            if each.get("type") not in {"radio", "checkbox", "file"} or each.get("checked") is not None:
                yield name, each.get("value", "")
        elif each.tag == "textarea":
            yield name, (each.text or "").removeprefix("\n")
        elif each.tag == "select":
            options = list(each.iter("option"))
            chosen = [one for one in options if one.get("selected") is not None] or options[:1]
            yield from ((name, one.get("value", "")) for one in chosen)


class Visitor:
    """Somebody who is signed in with a browser."""

    def __init__(self, api: Api, by: Actor) -> None:
        with transaction(api.engine) as session:
            token = page_sessions.begin(session, by, at=datetime.now(UTC))
        self.client = httpx.Client(
            base_url=api.client.base_url,
            trust_env=False,
            timeout=60,
            follow_redirects=True,
            cookies={cookie_name(api.configuration): token},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def open(self, path: str) -> Shown:
        """Open a page."""
        return shown(self.client.get(path))

    def send(
        self, page: Shown, action: str, changes: dict[str, Any] | None = None, *, press: str = "", files: Any = None
    ) -> Shown:
        """Send a form of a page with changes to what is filled in; ``press`` is the name of the button."""
        form = page.form(action)
        fields: dict[str, Any] = {}
        for name, value in filled(form):
            fields.setdefault(name, []).append(value)
        fields |= changes or {}
        if press:
            fields[press] = "ja"
        headers = {"Sec-Fetch-Site": "same-origin"}
        return shown(self.client.post(form.get("action", ""), data=fields, files=files, headers=headers))


def shown(answer: httpx.Response) -> Shown:
    """Parse an answer, which must keep the laws of every page."""
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        expect_lawful(Page(answer))
    return Shown(answer, html5lib.parse(answer.text, namespaceHTMLElements=False))
