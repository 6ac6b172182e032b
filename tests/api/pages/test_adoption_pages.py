"""Adoption in the browser: the security authority returns a domain, sees what changed, adopts, and goes on."""

from collections.abc import Iterator
from functools import partial

import pytest
from browsing import Browser
from office import ADVISER, AUTHORITY
from served import Api, Serve, sparing

from api.pages.adoption.differences import Stretch, differences

stayed, added, removed = (partial(Stretch, kind) for kind in ("stayed", "added", "removed"))


@pytest.fixture
def office(serve: Serve) -> Iterator[Api]:
    """Serve an office for one test."""
    with serve() as api:
        yield api


def submitted(api: Api) -> str:
    """Bring a case to the security authority; returns its address."""
    case = api.receive()
    api.walk(case, choose=sparing, before="adopt-advice")
    return case


def page_of(case: str) -> str:
    """Return the address of the page on which a case is adopted."""
    return f"/vaststellen/{case.rpartition('/')[2]}"


def test_a_domain_is_returned_rewritten_and_adopted_and_then_comes_the_next_case(office: Api) -> None:
    first, second = submitted(office), submitted(office)
    browser = Browser(office, AUTHORITY)
    found = browser.get("/vaststellen")
    assert all(case.rpartition("/")[2] in found.words() for case in (first, second))
    page = browser.get(page_of(first))
    form = browser.get(page.link("Geef (digitale) informatie terug"))
    refused = browser.send(form, "Geef het domein terug", status=422)
    assert list(refused.errors()) == ["reasons"]
    page = browser.send(refused, "Geef het domein terug", {"reasons": "De tweede telefoon is niet onderbouwd."})
    assert "Het domein is terug bij de adviseur." in page.words()
    assert "De tweede telefoon is niet onderbouwd." in page.words()
    assert "Stel het advies vast" not in page.words()

    action = next(
        item
        for item in office.actions(first)
        if item["name"] == "assess-domain" and (item["example"] or {}).get("domain") == "digital"
    )
    before = office.read(first, ADVISER)["advice"]["versions"][-1]["domains"]
    written = next(each for each in before if each["domain"] == "digital")["findings"][-1]["text"]
    body = {**action["example"], "finding": f"{written} Met reden erbij."}
    assert office.do(action, body).is_success
    office.walk(first, choose=sparing, before="adopt-advice")

    page = browser.get(page_of(first))
    assert "Met reden erbij." in page.words(page.all("ins")[0])
    assert page.all("del") == []
    assert "[nieuw:" in page.words(page.all("ins")[0])
    form = browser.get(page.link("Stel het advies vast"))
    facts = {"adoptedOn": office.action(first, "adopt-advice")["example"]["adoptedOn"]}
    page = browser.send(form, "Stel het advies vast", {**facts, "threatAnalysis": "DA-1", "homeAssessment": "WA-1"})
    assert "Het advies is vastgesteld." in page.words()
    assert page.answer.url.path == page_of(second)
    assert office.stage(first) == "takeover"
    assert first.rpartition("/")[2] not in browser.get("/vaststellen").words()


def test_the_pages_of_adoption_are_for_the_security_authority(office: Api) -> None:
    case = submitted(office)
    for path in ("/vaststellen", page_of(case), f"{page_of(case)}/doen/vaststellen"):
        Browser(office, ADVISER).get(path, status=403)
    assert "/vaststellen" not in Browser(office, ADVISER).get("/start").answer.text


def test_a_case_that_nobody_knows_is_not_found(api: Api) -> None:
    page = Browser(api, AUTHORITY).get("/vaststellen/VA-2026-NIEMAND1", status=404)
    assert page.heading == "Deze pagina is er niet"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("een slot", "een slot", [stayed("een slot")]),
        (
            "een slot",
            "een nieuw slot",
            [stayed("een "), added("nieuw "), stayed("slot")],
        ),
        (
            "een oud slot",
            "een slot",
            [stayed("een "), removed("oud "), stayed("slot")],
        ),
        ("oud", "nieuw", [removed("oud"), added("nieuw")]),
        ("", "nieuw", [added("nieuw")]),
    ],
)
def test_differences_are_words_that_came_and_words_that_went(before: str, after: str, found: list[Stretch]) -> None:
    assert differences(before, after) == found
    kept = "".join(each.text for each in differences(before, after) if each.kind != "removed")
    assert kept == after
