"""Places of the coordinator in a browser: the board, the people, the division of work, the forecast, the reminders."""

import re

import pytest
from office import ADVISER, COORDINATOR, OFFICER, OTHER_OFFICER
from served import AUDITOR, Api
from visitor import Visitor

from rules.core.roles import Actor

SECRET = "geheimwoordvandeintake"


@pytest.fixture(scope="module")
def case(api: Api) -> str:
    """The reference of a case whose remarks hold a secret, with its intake in the hands of an officer."""
    found = api.receive(remarks=SECRET).rpartition("/")[2]
    assert api.post("/v1/work-items/actions/claim", OFFICER).json()["item"]["assignee"] == OFFICER.person
    return found


PAGES = ("/overzicht", "/mensen", f"/mensen/{OFFICER.person}", "/verdelen?groep=officer", "/prognose", "/herinneringen")


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("page", [*PAGES, "/voortgang"])
def test_every_place_of_the_coordinator_opens_and_tells_no_secret(api: Api, page: str) -> None:
    with Visitor(api, COORDINATOR) as coordinator:
        text = coordinator.read(page)
        assert text.count("<h1>") == 1
        assert text.count("data-primary") == 1
        assert SECRET not in text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("by", [OFFICER, ADVISER, AUDITOR], ids=lambda by: by.role)
def test_no_other_role_opens_a_place_of_the_coordinator(api: Api, page: str, by: Actor) -> None:
    with Visitor(api, by) as other:
        assert other.get(page).status_code == 403


@pytest.mark.usefixtures("case")
def test_the_coordinator_begins_at_the_board(api: Api) -> None:
    with Visitor(api, COORDINATOR) as coordinator:
        assert coordinator.get("/start").headers["Location"] == "/overzicht"
        board = coordinator.read("/overzicht")
        assert 'src="data:image/svg+xml;base64,' in board
        assert "Werk per spoed" in board
        assert "Gemeente Zilverdam" in board
        assert "gemeente-zilverdam" not in board


@pytest.mark.usefixtures("case")
def test_the_coordinator_divides_the_work_of_an_ill_colleague_with_a_reason(api: Api) -> None:
    here = "/verdelen?groep=officer"
    with Visitor(api, COORDINATOR) as coordinator:
        held = held_by(api, OFFICER)
        assert held
        refused = coordinator.send(here, person=OFFICER.person, to=OTHER_OFFICER.person)
        assert refused.status_code == 422
        assert 'href="#veld-reason"' in refused.text
        assert held_by(api, OFFICER) == held
        form = coordinator.form(here)
        typed = {**form.fields, "person": OFFICER.person, "to": OTHER_OFFICER.person, "reason": "Ziek"}
        once, again = (coordinator.post(here, typed) for _ in range(2))
        assert once.headers["Location"] == again.headers["Location"]
        assert f"Naar collega&#39;s: {len(held)}." in coordinator.follow(again)
        assert held_by(api, OFFICER) == []
        assert held_by(api, OTHER_OFFICER) == held


def test_an_absence_shows_with_its_days_and_is_ended(api: Api) -> None:
    page, last = f"/mensen/{OTHER_OFFICER.person}", "31 december 2199"
    with Visitor(api, COORDINATOR) as coordinator:
        absence = f"/doen/person/record-absence/{OTHER_OFFICER.person}"
        assert last in coordinator.follow(coordinator.send(absence, since="2026-01-01", until="2199-12-31"))
        assert f"afwezig tot en met {last}" in coordinator.read("/mensen?groep=officer")
        ending = re.findall(r'href="(/doen/person/end-absence/[^"]+)"', coordinator.read(page))
        assert len(ending) == 1
        assert last not in coordinator.follow(coordinator.send(ending[0], absence=ending[0].rpartition("=")[2]))


def test_skills_and_hours_are_changed_and_not_typed_again(api: Api) -> None:
    arranging = f"/doen/person/arrange-work/{ADVISER.person}"
    with Visitor(api, COORDINATOR) as coordinator:
        day = {"hours.0.weekday": "monday", "hours.0.since": "09:00", "hours.0.until": "15:30"}
        page = coordinator.follow(coordinator.send(arranging, skills="domain:digital", limit="7", **day))
        assert "maandag 09:00 tot 15:30" in page
        form = coordinator.form(arranging)
        assert form.fields["limit"] == "7"
        assert form.fields["hours.0.until"] == "15:30"
        assert form.fields["skills"] == "domain:digital"


def test_a_forecast_answers_in_words_as_a_plot_and_as_tables(api: Api) -> None:
    with Visitor(api, COORDINATOR) as coordinator:
        page = coordinator.read("/prognose?weeks=8&arrivalsPerWeek=2%2C5&advisers=3&hoursPerCase=10&ill=1&joins=")
        assert "3 adviseurs en 2,5 zaken per week." in page
        assert "1 ziek, spoed" in page
        assert 'src="data:image/svg+xml;base64,' in page
        assert 'value="2.5"' in page
        assert "as it is" not in page


def test_a_forecast_that_cannot_be_made_shows_why_beside_the_numbers(api: Api) -> None:
    with Visitor(api, COORDINATOR) as coordinator:
        malformed = coordinator.get("/prognose?weeks=veel")
        assert malformed.status_code == 422
        assert 'href="#veld-weeks"' in malformed.text
        assert 'value="veel"' in malformed.text
        too_little = coordinator.get("/prognose?weeks=13")
        assert too_little.status_code == 409
        assert 'role="alert"' in too_little.text


def held_by(api: Api, by: Actor) -> list[str]:
    """The work that somebody has in hand."""
    return [each["id"] for each in api.read(f"/v1/people/{by.person}/work", COORDINATOR)["inHand"]]
