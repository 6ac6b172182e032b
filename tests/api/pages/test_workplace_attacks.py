"""Attacks on the pages: what was tried against them, and what they answer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from browsing import Browser, Page, fields_of
from fastapi import FastAPI
from office import ADVISER, COORDINATOR, EMPLOYER, OFFICER, OTHER_OFFICER, person
from served import AUDITOR, Api, Serve
from sqlmodel import select

from api.http import page_sessions
from rules.core.roles import Role
from states.storage.database import transaction
from states.tables.operations import PageSession
from states.tables.people import Duty


@pytest.fixture
def fresh(serve: Serve) -> Iterator[Api]:
    """Serve an office without cases."""
    with serve() as api:
        yield api


def reference_of(address: str) -> str:
    """Return the reference in an address of the API."""
    return address.rpartition("/")[2]


def primary(page: Page) -> str:
    """Return the words of the button of the page's one purpose."""
    return page.words(next(each for each in page.all("button") if each.get("data-primary") is not None))


def test_a_step_on_the_page_of_one_case_never_changes_another(fresh: Api) -> None:
    first, second = reference_of(fresh.receive()), reference_of(fresh.receive())
    browser = Browser(fresh, OFFICER)
    path = f"/zaken/{first}/doen/application/withdraw/{second}"
    browser.get(path, status=404)
    form, _ = browser.get(f"/zaken/{first}/doen/application/withdraw/{first}").form("Trek")
    answer = browser.client.post(path, data=fields_of(form), headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 404
    assert fresh.stage(f"/v1/applications/{second}") == "received"


def test_what_was_typed_is_shown_when_the_sign_in_had_ended(fresh: Api) -> None:
    reference = reference_of(fresh.receive())
    browser = Browser(fresh, OFFICER)
    page = browser.get(f"/zaken/{reference}/doen/application/record-threat/{reference}")
    with transaction(fresh.engine) as session:
        row = session.get_one(PageSession, page_sessions.hash_of(browser.token))
        row.seen_at = datetime.now(UTC) - timedelta(hours=2)
    words = "Er stond een man bij de deur <b>om elf uur</b>."
    sent = {"kind": "stalking", "source": "police", "details": words}
    answer = browser.send(page, primary(page), sent, status=401)
    assert answer.heading == "Niet verstuurd"
    assert words in answer.words()
    assert fresh.read(f"/v1/applications/{reference}")["signals"] == []


def test_a_form_of_another_site_is_not_shown_back(api: Api) -> None:
    typed = {"details": "een tekst van elders, lang genoeg"}
    browser = Browser(api)
    answer = browser.client.post("/werk/volgende", data=typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 303
    assert typed["details"] not in answer.text


def test_work_is_given_on_only_with_a_colleague_and_the_reason_stays(fresh: Api) -> None:
    fresh.receive()
    browser = Browser(fresh, OFFICER)
    item = browser.send(browser.get("/werk"), "Volgende werk oppakken")
    again = browser.send(item, "Geef het door", {"reason": "Ik ben morgen weg."}, status=422)
    assert "Kies een collega." in again.words()
    assert "Ik ben morgen weg." in again.words()
    missing = browser.send(again, "Geef het door", {"person": OTHER_OFFICER.person, "reason": ""}, status=422)
    assert "Geef een reden." in missing.words()
    for _ in range(2):  # a second press changes nothing
        done = browser.send(again, "Geef het door", {"person": OTHER_OFFICER.person, "reason": "Ik ben weg."})
        assert "Het werk is doorgegeven" in done.words()
    assert Browser(fresh, OTHER_OFFICER).get("/werk").words().count("Intake starten") == 1


def test_an_error_of_ours_is_a_page_too(serve: Serve) -> None:
    def broken() -> None:
        raise RuntimeError("secret")

    def change(app: FastAPI) -> None:
        app.add_api_route("/kapot", broken)

    with serve(change=change) as api:
        page = Browser(api, OFFICER).get("/kapot", status=500)
    assert page.heading == "Er ging iets mis"
    assert "secret" not in page.answer.text


def test_another_role_goes_on_with_the_limit_of_the_first_sign_in(fresh: Api) -> None:
    with transaction(fresh.engine) as session:
        session.add(Duty(person=COORDINATOR.person, role=Role.OFFICER))
    browser = Browser(fresh, COORDINATOR)
    began = datetime.now(UTC) - timedelta(hours=5)
    with transaction(fresh.engine) as session:
        session.get_one(PageSession, page_sessions.hash_of(browser.token)).started_at = began
    browser.send(browser.get("/rol"), "Intakemedewerker")
    with transaction(fresh.engine) as session:
        running = session.exec(select(PageSession).where(PageSession.person == COORDINATOR.person)).all()
    assert {row.started_at for row in running} == {began}


def test_a_link_of_another_site_ends_nobodys_session(api: Api) -> None:
    browser = Browser(api, OFFICER)
    answer = browser.client.get("/weg", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 303
    assert "Clear-Site-Data" not in answer.headers
    assert browser.get("/start").answer.url.path == "/start"


def test_a_made_up_notice_is_not_shown(api: Api) -> None:
    words = "Uw advies is vastgesteld"
    page = Browser(api, person(Role.SECURITY_AUTHORITY)).get(f"/vaststellen?gedaan=x/{words}")
    assert words not in page.words()


def test_a_search_of_one_letter_is_said_on_the_page(api: Api) -> None:
    page = Browser(api, AUDITOR).get("/toezicht/besluiten?zaak=a", status=422)
    assert page.heading == "Er klopt iets niet"


def test_a_row_is_added_where_it_lies_within_another_part(fresh: Api) -> None:
    case = fresh.receive()
    fresh.walk(case, "provision")
    browser = Browser(fresh, EMPLOYER)
    form = browser.get(f"/werkgever/facturen/nieuw?zaak={reference_of(case)}")
    sent = fields_of(form.form("Nog een")[0]) | {"erbij": ["totals.rates"]}
    action = form.form("Nog een")[0].get("action") or ""
    answer = browser.client.post(action, data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    page = browser.read(answer, 200)
    assert any((each.get("name") or "").startswith("totals.rates.1.") for each in page.root.iter())


@pytest.mark.parametrize("name", ["domain", "finding", "measures.0.form", "x" * 5000, "a.b.c.d"])
def test_a_row_of_what_has_no_rows_changes_nothing(fresh: Api, name: str) -> None:
    case = fresh.receive()
    fresh.walk(case, before="assess-domain")
    browser = Browser(fresh, ADVISER)
    form = browser.get(f"/zaken/{reference_of(case)}/doen/application/assess-domain/{reference_of(case)}?domein=home")
    sent = fields_of(form.form("Nog een")[0]) | {"erbij": [name], "finding": ["Een zwakke deur."]}
    action = form.form("Nog een")[0].get("action") or ""
    answer = browser.client.post(action, data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert "Een zwakke deur." in browser.read(answer, 200).words()


def test_the_worklist_names_no_case_that_the_reader_may_not_see(fresh: Api) -> None:
    case = fresh.receive(name="Early Borrower")
    fresh.act(case, "request-loan")
    browser = Browser(fresh, EMPLOYER)
    listed = browser.get("/werk?lijst=niemand")
    assert "Bruikleen" in listed.words()
    assert reference_of(case) not in listed.answer.text
    assert "urgemeester" not in listed.words()
    item = browser.send(listed, "Volgende werk oppakken")
    assert reference_of(case) not in item.answer.text
    assert reference_of(case) in Browser(fresh, COORDINATOR).get(item.answer.url.path).answer.text
