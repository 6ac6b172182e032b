"""Places of the administrator in a browser: employers, people and their roles, dated values and timers."""

from datetime import UTC, datetime, timedelta

import pytest
from office import COORDINATOR, HEAD, OFFICER, enrol
from served import ADMINISTRATOR, AUDITOR, Api
from visitor import Visitor

from rules.core.roles import Actor
from states.storage.database import transaction

SECRET = "geheimwoordvandeintake"
PAGES = (
    "/beheer/organisaties",
    "/beheer/mensen",
    f"/beheer/mensen/{OFFICER.person}",
    "/beheer/waarden",
    "/beheer/timers",
)


@pytest.fixture(scope="module", autouse=True)
def registered(api: Api) -> None:
    """A head of the office, and a case with a secret."""
    with transaction(api.engine) as session:
        enrol(session, HEAD, at=datetime.now(UTC) - timedelta(minutes=1))
    api.receive(remarks=SECRET, name=f"C. {SECRET}")


@pytest.mark.parametrize("page", PAGES)
def test_every_place_of_the_administrator_opens_and_tells_no_secret(api: Api, page: str) -> None:
    with Visitor(api, ADMINISTRATOR) as administrator:
        text = administrator.read(page)
        assert text.count("<h1>") == 1
        assert text.count("data-primary") == 1
        assert SECRET not in text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("by", [OFFICER, COORDINATOR, AUDITOR, HEAD], ids=lambda by: by.role)
def test_no_other_role_opens_a_place_of_the_administrator(api: Api, page: str, by: Actor) -> None:
    with Visitor(api, by) as other:
        assert other.get(page).status_code == 403


def test_a_role_that_reaches_far_waits_for_a_second_person(api: Api) -> None:
    with Visitor(api, ADMINISTRATOR) as administrator, Visitor(api, HEAD) as head:
        granting = f"/doen/person/grant-duty/{OFFICER.person}"
        answer = administrator.send(granting, role="privacy-officer")
        page = administrator.follow(answer)
        assert "Wacht op een tweede persoon" in page
        assert "confirm-duty" not in page
        assert {"role": "privacy-officer", "organisation": None} not in duties(api)
        start = head.read("/start")
        confirming = f"/doen/person/confirm-duty/{OFFICER.person}?rol=privacy-officer"
        assert f'href="{confirming}"' in start
        assert "Naam van officer-1" in start
        head.follow(head.send(confirming, role="privacy-officer"))
        assert {"role": "privacy-officer", "organisation": None} in duties(api)


def duties(api: Api) -> list[dict[str, str | None]]:
    """The roles of the officer."""
    found: list[dict[str, str | None]] = api.read(f"/v1/people/{OFFICER.person}", ADMINISTRATOR)["duties"]
    return found


def test_who_proposed_a_role_is_refused_to_confirm_it(api: Api) -> None:
    with Visitor(api, ADMINISTRATOR) as administrator:
        administrator.follow(
            administrator.send(f"/doen/person/grant-duty/{COORDINATOR.person}", role="privacy-officer")
        )
        confirming = f"/doen/person/confirm-duty/{COORDINATOR.person}?rol=privacy-officer"
        refused = administrator.send(confirming, role="privacy-officer")
        assert refused.status_code == 409
        assert "een andere beheerder of het hoofd" in refused.text


def test_the_administrator_registers_an_employer_and_a_person(api: Api) -> None:
    with Visitor(api, ADMINISTRATOR) as administrator:
        page = administrator.follow(
            administrator.send(
                "/doen/organisation/register/nieuw",
                id="gemeente-nieuwdorp",
                kind="municipality",
                name="Gemeente Nieuwdorp",
                debtorIban="NL02ABNA0123456789",
                ledgerAccount="4380",
                costCentre="BESTUUR",
                bankAccount="1010",
            )
        )
        assert "Gemeente Nieuwdorp" in page
        person = {
            "id": "nieuw-1",
            "name": "D. Nieuwkomer",
            "email": "nieuw@bureau.example",
            "duties.0.role": "employer",
            "duties.0.organisation": "gemeente-nieuwdorp",
            "language": "nl",
        }
        assert 'value="gemeente-nieuwdorp"' in administrator.read("/doen/person/register/nieuw")
        page = administrator.follow(administrator.send("/doen/person/register/nieuw", **person))
        assert "<h1>D. Nieuwkomer</h1>" in page
        assert "Werkgever, Gemeente Nieuwdorp" in page


def test_an_official_is_listed_apart_and_by_the_case_and_not_by_name(api: Api) -> None:
    with Visitor(api, ADMINISTRATOR) as administrator:
        working, officials = (administrator.read(f"/beheer/mensen?wie={who}") for who in ("kantoor", "ambtsdragers"))
        assert "Naam van officer-1" in working
        assert "Aanvrager van VA-" not in working
        assert "Aanvrager van VA-" in officials
        assert "Naam van officer-1" not in officials
        assert SECRET not in officials


def test_a_step_on_a_case_is_not_found_among_those_of_people(api: Api) -> None:
    with Visitor(api, ADMINISTRATOR) as administrator:
        assert administrator.get("/doen/application/receive/nieuw").status_code == 404
        assert administrator.get("/doen/person/no-such-step/officer-1").status_code == 404
    with Visitor(api, COORDINATOR) as coordinator:
        assert coordinator.get(f"/doen/person/grant-duty/{OFFICER.person}").status_code == 403
        assert coordinator.get("/doen/person/arrange-work/no-such-person").status_code == 404


def test_a_dated_value_is_found_by_a_word_with_its_source(api: Api) -> None:
    with Visitor(api, ADMINISTRATOR) as administrator:
        page = administrator.read("/beheer/waarden?zoek=session+idle")
        assert "session idle minutes" in page
        assert "NIST SP 800-63B" in page
        assert "Er is geen waarde met dit woord" in administrator.read("/beheer/waarden?zoek=bestaatniet")
        assert "Deze dag bestaat niet" in administrator.read("/beheer/waarden?op=2026-02-31")
