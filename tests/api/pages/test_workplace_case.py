"""A case in the hands of the office: found, taken, carried on by forms, and shown again where a form is refused."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from browsing import Browser, Page
from office import ADVISER, OFFICER, OTHER_OFFICER
from served import Api, Serve, office_today
from sqlmodel import col, func, select

from states.storage.database import transaction
from states.tables.application import Application, ThreatSignal
from states.tables.ledger import LedgerEntry


@pytest.fixture
def fresh(serve: Serve) -> Iterator[Api]:
    """Serve an office without cases."""
    with serve() as api:
        yield api


def working_day(ahead: int) -> date:
    """Return a day on which the office works."""
    day = office_today() + timedelta(days=ahead)
    while day.weekday() > 4 or (day.month, day.day) in {(12, 25), (12, 26), (1, 1)}:
        day += timedelta(days=1)
    return day


def new_case(api: Api) -> tuple[str, str]:
    """Receive an application; return its reference and the path of its page."""
    reference = api.receive().rpartition("/")[2]
    return reference, f"/zaken/{reference}"


def step(browser: Browser, page: Page, words: str) -> Page:
    """Open the form of a step by its link."""
    return browser.get(page.link(words))


def test_an_officer_takes_the_next_work_and_starts_the_intake_in_four_clicks(fresh: Api) -> None:
    reference, path = new_case(fresh)
    browser = Browser(fresh, OFFICER)
    item = browser.send(browser.get("/start"), "Volgende werk oppakken")
    assert item.heading == "Intake starten"
    assert "U hebt dit werk opgepakt." in item.words()
    case = browser.get(item.link("Ga naar de zaak"))
    assert case.title == f"Zaak {reference} | Veiligadvies"
    form = step(browser, case, "Intake starten")
    done = browser.send(form, primary(form))
    assert done.answer.url.path == path
    assert done.words(next(each for each in done.all("div") if each.get("role") == "status"))
    assert fresh.stage(f"/v1/applications/{reference}") == "intake"


def test_a_refused_form_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(fresh: Api) -> None:
    reference, path = new_case(fresh)
    browser = Browser(fresh, OFFICER)
    fresh.act(f"/v1/applications/{reference}", "start-intake")
    form = browser.get(f"{path}/doen/application/plan-interview/{reference}")
    button = primary(form)
    refused = browser.send(form, button, {"interviewOn": "", "place": "Het Huis 12"}, status=422)
    assert refused.title.startswith("Fout: ")
    assert refused.errors()["interviewOn"] == "Fout: Vul dit in."
    assert "Het Huis 12" in {each.get("value") for each in refused.all("input")}
    assert refused.link("Dag van het gesprek") == "#veld-interviewOn"
    past = browser.send(form, button, {"interviewOn": "2020-01-06", "adviser": ADVISER.person}, status=409)
    assert "2020-01-06" in {each.get("value") for each in past.all("input")}
    planned = {"interviewOn": working_day(7).isoformat(), "adviser": ADVISER.person, "place": "Het Huis 12"}
    assert browser.send(refused, button, planned).answer.url.path == path
    assert fresh.stage(f"/v1/applications/{reference}") == "interview-planned"


def primary(page: Page) -> str:
    """Return the words of the button of the page's one purpose."""
    return page.words(next(each for each in page.all("button") if each.get("data-primary") is not None))


def test_a_form_that_is_sent_twice_does_its_step_once(fresh: Api) -> None:
    reference, path = new_case(fresh)
    browser = Browser(fresh, OFFICER)
    form = browser.get(f"{path}/doen/application/record-threat/{reference}")
    for _ in range(3):
        browser.send(form, primary(form), {"kind": "stalking", "source": "police"})
    with transaction(fresh.engine) as session:
        assert session.exec(select(func.count()).select_from(ThreatSignal)).one() == 1


def test_a_stale_form_says_that_someone_changed_it_and_keeps_what_was_typed(fresh: Api) -> None:
    reference, path = new_case(fresh)
    browser = Browser(fresh, OFFICER)
    fresh.act(f"/v1/applications/{reference}", "start-intake")
    form = browser.get(f"{path}/doen/application/plan-interview/{reference}")
    fresh.act(f"/v1/applications/{reference}", "record-threat")
    planned = {"interviewOn": working_day(7).isoformat(), "adviser": ADVISER.person}
    stale = browser.send(form, primary(form), planned, status=412)
    assert "Iemand anders veranderde dit intussen" in stale.words()
    assert planned["interviewOn"] in {each.get("value") for each in stale.all("input")}
    assert browser.send(stale, primary(stale)).answer.url.path == path


def test_the_work_of_a_colleague_is_taken_over_only_after_asking(fresh: Api) -> None:
    reference, path = new_case(fresh)
    other, browser = Browser(fresh, OTHER_OFFICER), Browser(fresh, OFFICER)
    other.send(other.get("/werk"), "Volgende werk oppakken")
    form = browser.get(f"{path}/doen/application/start-intake/{reference}")
    asked = browser.send(form, primary(form), status=409)
    assert "Iemand anders is hiermee bezig" in asked.words()
    assert OTHER_OFFICER.person in asked.words()
    done = browser.send(asked, primary(asked), {"overnemen": "ja"})
    assert done.answer.url.path == path
    assert fresh.stage(f"/v1/applications/{reference}") == "intake"


def test_a_new_application_is_received_by_a_form_and_its_case_follows(fresh: Api) -> None:
    browser = Browser(fresh, OFFICER)
    form = browser.get("/zaken/nieuw")
    given = {
        "receivedVia": "telephone",
        "receivedOn": office_today().isoformat(),
        "office": "mayor",
        "employers": ["gemeente-zilverdam"],
        "certainSince": "2025-03-01",
        "name": "Q. Proefpersoon",
        "email": "q@zilverdam.example",
        "homeAddress": "Nergensweg 1, 1234 AB Zilverdam",
        "inTerritory": "ja",
    }
    refused = browser.send(form, primary(form), {**given, "name": ""}, status=422)
    assert "name" in refused.errors()
    case = browser.send(refused, primary(refused), given)
    assert case.heading.startswith("Burgemeester, zaak VA-")  # who did not take the case does not read its texts
    assert "Proefpersoon" not in case.answer.text
    taken = browser.send(browser.get("/werk"), "Volgende werk oppakken")
    case = browser.get(taken.link("Ga naar de zaak"))
    form = browser.get(case.link("Intake starten"))
    case = browser.send(form, primary(form))
    assert case.heading == "Q. Proefpersoon, burgemeester"
    assert "proefpersoon" not in case.title.lower()


def test_a_list_in_a_form_grows_by_a_row_and_keeps_what_was_typed(fresh: Api) -> None:
    reference, path = new_case(fresh)
    fresh.walk(f"/v1/applications/{reference}", before="assess-domain")
    browser = Browser(fresh, ADVISER)
    form = browser.get(f"{path}/doen/application/assess-domain/{reference}?domein=home")
    more = browser.send(form, "Nog een", {"finding": "De achterdeur is zwak.", "measures.0.description": "Een slot"})
    assert "Een slot" in more.words()
    assert any((each.get("name") or "").startswith("measures.1.") for each in more.root.iter())
    assert "De achterdeur is zwak." in more.words()


@pytest.mark.parametrize("part", ["", "/termijnen", "/advies", "/brieven", "/geld", "/geschiedenis"])
def test_every_part_of_a_case_keeps_the_laws_at_every_stage(fresh: Api, part: str) -> None:
    reference, path = new_case(fresh)
    browser = Browser(fresh, OFFICER)
    browser.get(path + part)
    fresh.walk(f"/v1/applications/{reference}", "takeover")
    assert reference in browser.get(path + part).words()


def test_reading_pages_changes_nothing(fresh: Api) -> None:
    reference, path = new_case(fresh)
    browser = Browser(fresh, OFFICER)
    with transaction(fresh.engine) as session:
        before = session.exec(select(func.count()).select_from(LedgerEntry)).one()
    for page in ("/start", "/werk", path, f"{path}/geschiedenis", f"{path}/doen/application/start-intake/{reference}"):
        browser.get(page)
    with transaction(fresh.engine) as session:
        assert session.exec(select(func.count()).select_from(LedgerEntry)).one() == before
        assert session.exec(select(col(Application.version))).one() == 1
