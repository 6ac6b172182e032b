"""People cannot be probed: for who may not know people, one who is registered and one who is not are answered alike."""

from typing import Any

import httpx
import pytest
from office import ADVISER, APPROVER, AUTHORITY, CONTACT, EMPLOYER, FINANCE, GOUDVEEN, OFFICER, RELEASER, person
from served import MINISTRY, PRIVACY_OFFICER, Api, expect_problem

from api.routes.events import EVENTS, roles_of_people
from rules.core.roles import Actor, Role

NOBODY = "nobody-at-all"
SOMEBODY = person(Role.FINANCE, GOUDVEEN).person
WHO_MAY_NOT_KNOW = [
    *(OFFICER, ADVISER, AUTHORITY, EMPLOYER, APPROVER, FINANCE, RELEASER, CONTACT),
    *(PRIVACY_OFFICER, MINISTRY),
    *(person(Role.SECRETARY, GOUDVEEN),),
]
ON_A_PERSON = sorted(name for chart, name in EVENTS if chart == "person" and roles_of_people(chart, name))
BODIES: dict[str, Any] = {
    "choose-language": {"language": "en"},
    "choose-letters": {"declined": []},
    "record-absence": {"since": "2099-07-01", "until": "2099-07-14"},
    "arrange-work": {"limit": 3},
    "grant-duty": {"role": "officer"},
    "confirm-duty": {"role": "officer"},
    "decline-duty": {"role": "officer"},
}


def alike(one: httpx.Response, other: httpx.Response, names: tuple[str, str]) -> bool:
    """Return whether two answers differ in nothing but the id that was asked for."""
    texts = [answer.text.replace(name, "?") for answer, name in zip((one, other), names, strict=True)]
    return one.status_code == other.status_code and texts[0] == texts[1]


@pytest.fixture(scope="module")
def applicant(api: Api) -> Actor:
    """Return an applicant with a case."""
    return Actor(api.read(api.receive())["applicant"], Role.APPLICANT)


def expect_alike(api: Api, by: Actor) -> None:
    """Expect every address of a person to answer alike whether the person exists or not."""
    wrong = []
    for event in ON_A_PERSON:
        if event == "register":
            continue
        body = BODIES.get(event, {})
        paths = [f"/v1/people/{who}/actions/{event}" for who in (SOMEBODY, NOBODY)]
        found, missing = (api.post(path, by, body, match="*") for path in paths)
        if not alike(found, missing, (SOMEBODY, NOBODY)) or found.status_code != 404:
            wrong.append((event, found.status_code, missing.status_code))
    for part in ("", "/letters", "/work"):
        found, missing = (api.get(f"/v1/people/{who}{part}", by) for who in (SOMEBODY, NOBODY))
        if not alike(found, missing, (SOMEBODY, NOBODY)):
            wrong.append((part, found.status_code, missing.status_code))
    assert wrong == []


@pytest.mark.parametrize("by", WHO_MAY_NOT_KNOW, ids=str)
def test_no_address_of_a_person_tells_whether_the_person_is_registered(api: Api, by: Actor) -> None:
    expect_alike(api, by)


def test_an_applicant_learns_of_no_other_person_by_an_address(api: Api, applicant: Actor) -> None:
    expect_alike(api, applicant)


def test_an_officer_still_chooses_the_language_of_an_applicants_letters(api: Api, applicant: Actor) -> None:
    path = f"/v1/people/{applicant.person}/actions/choose-language"
    assert api.post(path, OFFICER, {"language": "en"}, match="*").is_success


def test_an_applicant_names_no_representative_by_an_id_and_so_cannot_try_who_exists(api: Api, applicant: Actor) -> None:
    case = api.read("/v1/applications", applicant)["items"][0]["reference"]
    body = {"name": "R. V", "email": "r@v.example", "authorisation": "M-1", "since": "2026-01-01"}
    answers = [
        api.post(
            f"/v1/applications/{case}/actions/record-representative",
            applicant,
            {**body, "representative": who},
            match="*",
        )
        for who in (SOMEBODY, NOBODY, OFFICER.person)
    ]
    assert {answer.status_code for answer in answers} == {409}
    assert {tuple(item["rule"] for item in answer.json()["findings"]) for answer in answers} == {
        ("turn.known-to-the-office",)
    }
    assert len({answer.json()["detail"] for answer in answers}) == 1
    without = api.post(f"/v1/applications/{case}/actions/record-representative", applicant, body, match="*")
    assert without.is_success, without.text


def test_work_is_delegated_to_a_colleague_and_tells_of_nobody_else(api: Api) -> None:
    api.walk(api.receive(), before="confirm-receipt")
    item = api.post("/v1/work-items/actions/claim", EMPLOYER).json()["item"]
    assert item is not None
    missing = "nobody-here-either"
    asked = [
        api.post(f"/v1/work-items/{item['id']}/actions/delegate", EMPLOYER, {"person": who, "reason": "Ill"})
        for who in (SOMEBODY, missing, OFFICER.person)
    ]
    assert alike(asked[0], asked[1], (SOMEBODY, missing)), [answer.text for answer in asked]
    assert alike(asked[2], asked[1], (OFFICER.person, missing)), [answer.text for answer in asked]
    expect_problem(asked[0], 409)
