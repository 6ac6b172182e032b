"""Signing in to the pages: the cast, the session, the role, and the proof that a form is our own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from browsing import Browser, fields_of
from office import COORDINATOR, OFFICER
from served import Api, Serve, office_today
from sqlmodel import select

from api.http import page_sessions
from api.pages.visit import cookie_name
from rules.access.sign_in import leave_address, session_ends
from rules.core.roles import Role
from states.storage.database import transaction
from states.tables.operations import PageSession
from states.tables.people import Duty


@pytest.fixture(scope="module")
def demo(serve: Serve, demonstration: str) -> Iterator[Api]:
    """Serve the demonstration office."""
    with serve(demonstration) as api:
        yield api


def test_the_first_address_leads_to_signing_in_and_later_to_the_start_page(api: Api) -> None:
    assert Browser(api).get("/").heading == "Aanmelden"
    assert Browser(api, OFFICER).get("/").answer.url.path == "/start"


def test_somebody_of_the_cast_signs_in_by_a_card_and_comes_to_the_page_that_was_asked_for(demo: Api) -> None:
    browser = Browser(demo)
    asked = browser.get("/werk")
    assert asked.answer.url.path == "/aanmelden"
    page = browser.send(asked, "W. Schijnbaar")
    assert page.answer.url.path == "/werk"
    assert "W. Schijnbaar, coördinator" in page.words(page.all("header")[0])


@pytest.mark.parametrize(
    "address", ["https://elders.example/", "//elders.example/", "/\\elders.example", "javascript:1"]
)
def test_signing_in_leads_to_no_other_host(demo: Api, address: str) -> None:
    browser = Browser(demo)
    page = browser.client.get("/aanmelden", params={"naar": address})
    answer = browser.post(browser.read(page, 200), "R. Voorbeeld", follow=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/start")


def test_an_office_with_real_people_has_no_cards_and_takes_none(api: Api) -> None:
    browser = Browser(api)
    page = browser.get("/aanmelden")
    assert not page.all("form")
    sent = {"als": f"{OFFICER.person}/officer/"}
    answer = browser.client.post("/aanmelden", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code >= 400
    assert "set-cookie" not in answer.headers


def test_a_card_of_a_role_that_the_person_does_not_hold_signs_nobody_in(demo: Api) -> None:
    browser = Browser(demo)
    answer = browser.client.post(
        "/aanmelden", data={"als": "officer-1/administrator/"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/aanmelden")
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_kept_from_scripts_and_only_its_hash_is_stored(demo: Api) -> None:
    browser = Browser(demo)
    answer = browser.post(browser.get("/aanmelden"), "R. Voorbeeld", follow=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = browser.client.cookies[cookie_name(demo.configuration)]
    with transaction(demo.engine) as session:
        rows = session.exec(select(PageSession).where(PageSession.person == "officer-1")).all()
    assert page_sessions.hash_of(token) in {row.token_hash for row in rows}
    assert token not in repr(rows)


@pytest.mark.parametrize(("minutes", "there"), [(29, True), (31, False)])
def test_a_session_ends_half_an_hour_after_its_last_request(api: Api, minutes: int, there: bool) -> None:
    browser = Browser(api, OFFICER)
    with transaction(api.engine) as session:
        row = session.get_one(PageSession, page_sessions.hash_of(browser.token))
        row.seen_at = datetime.now(UTC) - timedelta(minutes=minutes)
    assert (browser.get("/start").answer.url.path == "/start") is there


@pytest.mark.parametrize(("hours", "there"), [(11, True), (13, False)])
def test_a_session_ends_after_a_working_day_however_busy_it_is(api: Api, hours: int, there: bool) -> None:
    browser = Browser(api, OFFICER)
    with transaction(api.engine) as session:
        row = session.get_one(PageSession, page_sessions.hash_of(browser.token))
        row.started_at = datetime.now(UTC) - timedelta(hours=hours)
    assert (browser.get("/start").answer.url.path == "/start") is there


def test_the_end_of_a_session_is_the_sooner_of_both() -> None:
    began = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert session_ends(started_at=began, seen_at=began) == began + timedelta(minutes=30)
    assert session_ends(started_at=began, seen_at=began + timedelta(hours=11, minutes=45)) == began + timedelta(
        hours=12
    )


def test_signing_out_ends_the_session_also_for_a_copy_of_the_cookie(api: Api) -> None:
    browser = Browser(api, OFFICER)
    copy = Browser(api)
    copy.client.cookies.set(cookie_name(api.configuration), browser.token)
    assert browser.send(browser.get("/start"), "Afmelden").heading == "U bent afgemeld"
    assert copy.get("/start").answer.url.path == "/aanmelden"


def test_signing_out_everywhere_ends_the_other_sessions_too(api: Api) -> None:
    here, there = Browser(api, OFFICER), Browser(api, OFFICER)
    here.send(here.get("/rol"), "Meld overal af")
    assert there.get("/start").answer.url.path == "/aanmelden"


def test_who_holds_two_roles_changes_in_two_clicks_and_the_former_session_ends(api: Api) -> None:
    with transaction(api.engine) as session:
        session.add(Duty(person=COORDINATOR.person, role=Role.OFFICER))
    browser = Browser(api, COORDINATOR)
    former = browser.token
    page = browser.send(browser.get(browser.get("/start").link("Wissel van rol")), "Intakemedewerker")
    assert ", intakemedewerker" in page.words(page.all("header")[0])
    with transaction(api.engine) as session:
        assert page_sessions.actor_of(session, former, at=datetime.now(UTC)) is None


def test_leaving_in_a_hurry_ends_the_session_and_clears_what_the_browser_kept(api: Api) -> None:
    browser = Browser(api, OFFICER)
    answer = browser.client.get("/weg")
    assert answer.status_code == 303
    assert answer.headers["Location"] == leave_address(office_today())
    assert '"storage"' in answer.headers["Clear-Site-Data"]
    assert browser.get("/start").answer.url.path == "/aanmelden"


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elders.example"}, {}],
    ids=["cross-site", "same-site", "origin", "nothing"],
)
def test_a_form_from_another_site_changes_nothing(api: Api, headers: dict[str, str]) -> None:
    browser = Browser(api, OFFICER)
    form, _ = browser.get("/werk").form("Volgende werk oppakken")
    answer = browser.client.post("/werk/volgende", data=fields_of(form), headers=headers)
    assert answer.status_code == 403
    assert "niet van een pagina van dit portaal" in answer.text


def test_a_form_of_another_session_changes_nothing(api: Api) -> None:
    mine, other = Browser(api, OFFICER), Browser(api, OFFICER)
    page = other.get("/werk")
    answer = mine.post(page, "Volgende werk oppakken")
    assert answer.status_code == 403
    assert "eerdere aanmelding" in answer.text


def test_a_page_of_another_role_says_so_and_where_to_go(api: Api) -> None:
    page = Browser(api, COORDINATOR).get("/zaken/nieuw", status=403)
    assert page.heading == "Dit kan niet in uw rol"
    assert page.link("Naar de startpagina") == "/"


def test_an_unknown_address_is_a_page_and_the_api_still_answers_with_a_problem(api: Api) -> None:
    assert Browser(api, OFFICER).get("/bestaat-niet", status=404).heading == "Deze pagina is er niet"
    assert api.get("/v1/bestaat-niet").headers["Content-Type"] == "application/problem+json"
