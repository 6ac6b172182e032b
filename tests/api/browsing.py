"""Browsing: signs a person in, reads pages, checks the laws of every page on each, and sends their forms."""

import re
import weakref
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import httpx
from served import Api

from api.http import page_sessions
from api.pages.addresses import ADDRESSES
from api.pages.visit import cookie_name
from rules.core.roles import Actor
from states.storage.database import transaction

HANDLE = re.compile(r"(?:takeover|measure|payable|signal|work|loan|batch|booking|objection|letter)-[a-z0-9]{12}")
"""What an id looks like, which no reader should have to know."""
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'")


class Page:
    """Page as a browser reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        self.root: Element = parser.parse(answer.text)
        self.faults = [(place, code) for place, code, _ in parser.errors]

    def all(self, tag: str) -> list[Element]:
        """Return every element of a tag."""
        return list(self.root.iter(tag))

    def words(self, element: Element | None = None) -> str:
        """Return the words of an element, or of the main part."""
        return " ".join("".join((element if element is not None else self.main).itertext()).split())

    @property
    def main(self) -> Element:
        """Return the main part."""
        return self.all("main")[0]

    @property
    def title(self) -> str:
        """Return the title of the document."""
        return self.words(self.all("title")[0])

    @property
    def heading(self) -> str:
        """Return the heading."""
        return self.words(self.all("h1")[0])

    def link(self, words: str) -> str:
        """Return the address of the first link whose words begin so."""
        found = [each for each in self.all("a") if self.words(each).startswith(words)]
        assert found, f"no link {words!r} among {[self.words(each) for each in self.all('a')]}"
        return str(found[0].get("href"))

    def form(self, button: str) -> tuple[Element, Element]:
        """Return the form with a button of these words, and the button."""
        for form in self.all("form"):
            for each in form.iter("button"):
                if self.words(each).startswith(button):
                    return form, each
        raise AssertionError(f"no button {button!r} among {[self.words(each) for each in self.all('button')]}")

    def errors(self) -> dict[str, str]:
        """Return the errors at fields, by the name of the field."""
        found = {}
        for each in self.all("p"):
            if each.get("class") == "error" and (key := each.get("id")):
                found[key.removeprefix("veld-").removesuffix("-error").replace("-", ".")] = self.words(each)
        return found


def fields_of(form: Element) -> dict[str, list[str]]:
    """Return what a browser would send of a form as it is."""
    found: dict[str, list[str]] = {}
    for each in form.iter():
        name = each.get("name")
        if not name or each.tag not in {"input", "select", "textarea"}:
            continue
        if each.tag == "textarea":
            found.setdefault(name, []).append((each.text or "").removeprefix("\n"))
        elif each.tag == "select":
            chosen = [option.get("value", "") for option in each.iter("option") if option.get("selected") is not None]
            found.setdefault(name, []).append(chosen[0] if chosen else "")
        elif each.get("type") in {"checkbox", "radio"}:
            if each.get("checked") is not None:
                found.setdefault(name, []).append(each.get("value", "on"))
        elif each.get("type") != "file":
            found.setdefault(name, []).append(each.get("value", ""))
    return found


class Browser:
    """Browser of one person; every page that it reads must keep the laws."""

    def __init__(self, api: Api, by: Actor | None = None) -> None:
        self.api = api
        self.client = httpx.Client(
            base_url=api.client.base_url, trust_env=False, timeout=30, headers={"Accept": "text/html"}
        )
        weakref.finalize(self, self.client.close)
        self.token = ""
        if by is not None:
            with transaction(api.engine) as session:
                self.token = page_sessions.begin(session, by, at=datetime.now(UTC))
            self.client.cookies.set(cookie_name(api.configuration), self.token)

    def get(self, path: str, *, status: int = 200) -> Page:
        """Read a page, following where it leads."""
        return self.read(self.client.get(path, follow_redirects=True), status)

    def send(self, page: Page, button: str, fields: Mapping[str, Any] | None = None, *, status: int = 200) -> Page:
        """Send the form that has a button, with some fields filled in, and read what follows."""
        return self.read(self.post(page, button, fields), status)

    def post(self, page: Page, button: str, fields: Mapping[str, Any] | None = None, *, follow: bool = True) -> Any:
        """Send the form that has a button as a browser does."""
        form, pressed = page.form(button)
        sent = fields_of(form)
        for name, value in (fields or {}).items():
            sent[name] = value if isinstance(value, list) else [value]
        if (name := pressed.get("name")) is not None:
            sent[name] = [pressed.get("value", "")]
        action = form.get("action") or str(page.answer.url)
        return self.client.post(action, data=sent, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=follow)

    def read(self, answer: httpx.Response, status: int) -> Page:
        """Return an answer as a page that keeps the laws."""
        assert answer.status_code == status, (answer.status_code, answer.url, answer.text[-1500:])
        page = Page(answer)
        expect_lawful(page)
        return page


def expect_lawful(page: Page) -> None:
    """Assert the laws of every page."""
    text = page.answer.text
    assert page.faults == [], (str(page.answer.url), page.faults)
    assert len(page.all("h1")) == len(page.all("main")) == 1
    (html,) = [page.root] if page.root.tag == "html" else page.all("html")
    assert html.get("lang") == "nl"
    expect_title(page)
    ids = [each.get("id") for each in page.root.iter() if each.get("id")]
    assert len(ids) == len(set(ids)), [each for each in ids if ids.count(each) > 1]
    assert not any(each.get("style") or any(name.startswith("on") for name in each.attrib) for each in page.root.iter())
    assert not page.all("style")
    assert all(each.get("src") for each in page.all("script"))
    for policy in POLICY:
        assert policy in page.answer.headers["Content-Security-Policy"]
    for table in page.all("table"):
        assert [page.words(each) for each in table.iter("caption")], "a table without a caption"
    expect_labels(page, ids)
    expect_forms(page)
    assert len([each for each in page.root.iter() if each.get("data-primary") is not None]) <= 1
    shown = [each for each in page.words(page.all("body")[0]).split() if HANDLE.fullmatch(each.strip(".,:()"))]
    assert shown == [], shown
    assert "None" not in page.words().split()
    assert "=&#34;" not in text, "an attribute with escaped quotes"
    for address in re.findall(r'(?:href|src|action)="([^"]*)"', text):
        assert address.startswith(("/", "#", "?", "tel:", "data:,", "data:image/")), address
        assert not address.startswith("//"), address


def expect_title(page: Page) -> None:
    """Assert that the title is from the table of addresses, or of a step, and names nobody."""
    title = page.title.removesuffix(" | Veiligadvies")
    assert title, "a page without a title"
    if page.status >= 400:
        assert title.startswith("Fout: "), title
    known = {each.title for each in ADDRESSES.values()}
    path = page.answer.url.path
    if page.status == 200 and "/doen/" not in path:
        assert any(title.startswith(each) for each in known), title


def expect_labels(page: Page, ids: list[str | None]) -> None:
    """Assert that every field has a label, and that what describes it exists."""
    labelled = {each.get("for") for each in page.all("label")}
    inside = {id(field) for label in page.all("label") for field in label.iter() if field is not label}
    for tag in ("input", "select", "textarea"):
        for field in page.all(tag):
            if field.get("type") == "hidden":
                continue
            assert field.get("id") in labelled or id(field) in inside, field.attrib
    for each in page.root.iter():
        for name in (each.get("aria-describedby") or "").split():
            assert name in ids, name


def expect_forms(page: Page) -> None:
    """Assert that every form that changes something has an action, and proves where it comes from."""
    for form in page.all("form"):
        if (form.get("method") or "get").lower() != "post":
            continue
        assert form.get("action")
        names = {each.get("name") for each in form.iter("input")}
        if form.get("action") == "/aanmelden":
            continue
        assert "csrf" in names, form.attrib
        if form.get("action") not in {"/afmelden", "/rol"}:
            assert "key" in names, form.attrib
