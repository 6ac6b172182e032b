"""Visitor: somebody who is signed in in a browser, opens pages of a served office and sends their forms."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Self

import httpx
from browsing import Page, expect_lawful
from served import Api

from api.http import page_sessions
from api.pages.visit import cookie_name
from rules.core.roles import Actor
from states.storage.database import transaction


@dataclass
class Form:
    """Form of a page: where it is sent, and what its fields hold."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Parser that collects the forms that a page sends by POST, with their hidden and filled fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.inside: Form | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = Form(given.get("action", "")) if given.get("method") == "post" else None
            if self.inside is not None:
                self.found.append(self.inside)
        elif tag == "input" and self.inside is not None and given.get("name"):
            chosen = given.get("type") not in {"radio", "checkbox"} or "checked" in given
            self.inside.fields.update({given["name"]: given.get("value", "")} if chosen else {})

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None


class Visitor:
    """Somebody in a role with a session, who follows no redirect until asked."""

    def __init__(self, api: Api, by: Actor) -> None:
        with transaction(api.engine) as session:
            token = page_sessions.begin(session, by, at=datetime.now(UTC))
        self.client = httpx.Client(
            base_url=str(api.client.base_url),
            trust_env=False,
            timeout=60,
            headers={"Cookie": f"{cookie_name(api.configuration)}={token}"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path)

    def read(self, path: str) -> str:
        """Return the text of a page that must open and keep the laws of every page."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        expect_lawful(Page(answer))
        return answer.text

    def form(self, path: str, action: str | None = None) -> Form:
        """Return the form of a page that is sent to an address, by default to the page."""
        found = [form for form in Forms(self.read(path)).found if form.action == (action or path)]
        assert len(found) == 1, (path, action, found)
        return found[0]

    def send(self, path: str, action: str | None = None, **typed: str) -> httpx.Response:
        """Fill in the form of a page and send it."""
        form = self.form(path, action)
        return self.post(form.action, {**form.fields, **typed})

    def post(self, path: str, typed: dict[str, str]) -> httpx.Response:
        """Send fields as a form of one of our pages."""
        return self.client.post(path, data=typed, headers={"Sec-Fetch-Site": "same-origin"})

    def follow(self, answer: httpx.Response) -> str:
        """Return the page to which a sent form leads."""
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return self.read(answer.headers["Location"])
