"""Duties over the API: what reaches far is held once a second person confirmed it, and employers' people use theirs."""

import pytest
from office import APPROVER, CONTACT, EMPLOYER, FINANCE, RELEASER, ZILVERDAM, enrol, person
from served import ADMINISTRATOR, Api, expect_problem

from rules.core.roles import Actor, Role
from states.storage.database import transaction

HEAD = Actor("head-1", Role.HEAD)
OF_ONE_EMPLOYER = (EMPLOYER, APPROVER, FINANCE, RELEASER, CONTACT)


@pytest.fixture(scope="module", autouse=True)
def _head(api: Api) -> None:
    """Let the office have a head."""
    with transaction(api.engine) as session:
        enrol(session, HEAD)


def register(api: Api, who: Actor) -> str:
    """Register a person with one duty, and return the address."""
    duty = {"role": str(who.role), **({"organisation": who.organisation} if who.organisation else {})}
    body = {"id": who.person, "name": "N. Ieuw", "email": "n@office.example", "duties": [duty]}
    answer = api.post("/v1/people", ADMINISTRATOR, body)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(
    "who",
    [
        *(Actor(f"nieuw-{role}", role) for role in (Role.PRIVACY_OFFICER, Role.SECURITY_AUTHORITY, Role.ADMINISTRATOR)),
        Actor("nieuw-releaser", Role.RELEASER, ZILVERDAM),
    ],
    ids=lambda who: str(who.role),
)
def test_a_role_that_reaches_far_opens_nothing_until_a_second_person_confirms_it(api: Api, who: Actor) -> None:
    address = register(api, who)
    expect_problem(api.get("/v1/organisations", who), 403)
    (waiting,) = api.read("/v1/proposed-duties", HEAD)["items"]
    assert (waiting["person"], waiting["role"], waiting["proposedBy"]) == (who.person, who.role, ADMINISTRATOR.person)
    assert api.read(address, HEAD)["proposed"] == [waiting]
    duty = {"role": waiting["role"], "organisation": waiting["organisation"]}
    problem = expect_problem(api.post(f"{address}/actions/confirm-duty", ADMINISTRATOR, duty, match="*"), 409)
    assert [finding["rule"] for finding in problem["findings"]] == ["grant.by-two"]
    assert api.post(f"{address}/actions/confirm-duty", HEAD, duty, match="*").is_success
    assert api.get("/v1/organisations", who).is_success
    assert api.read("/v1/proposed-duties", HEAD)["items"] == []
    assert api.read(address, ADMINISTRATOR)["duties"] == [duty]


def test_the_role_of_the_engine_cannot_be_granted(api: Api) -> None:
    body = {"id": "machine-1", "name": "M", "email": "m@office.example", "duties": [{"role": "engine"}]}
    problem = expect_problem(api.post("/v1/people", ADMINISTRATOR, body), 409)
    assert [finding["rule"] for finding in problem["findings"]] == ["grant.to-people"]


@pytest.mark.parametrize("who", [EMPLOYER, FINANCE, person(Role.OFFICER)], ids=str)
def test_what_waits_for_a_second_person_is_not_everyones(api: Api, who: Actor) -> None:
    expect_problem(api.get("/v1/proposed-duties", who), 403)


@pytest.mark.parametrize("who", OF_ONE_EMPLOYER, ids=str)
def test_people_of_an_employer_choose_their_letters(api: Api, who: Actor) -> None:
    address = f"/v1/people/{who.person}"
    chosen = api.post(f"{address}/actions/choose-letters", who, {"declined": ["digest"]}, match="*")
    assert chosen.status_code == 200, chosen.text
    assert api.read(f"{address}/letters", who)["optional"][0]["declined"]


@pytest.mark.parametrize("who", OF_ONE_EMPLOYER, ids=str)
def test_people_of_an_employer_record_and_end_their_absence(api: Api, who: Actor) -> None:
    address = f"/v1/people/{who.person}"
    away = {"since": "2099-07-01", "until": "2099-07-14"}
    recorded = api.post(f"{address}/actions/record-absence", who, away, match="*")
    assert recorded.status_code == 200, recorded.text
    (absence,) = api.read(f"{address}/work", who)["absences"]
    assert (absence["since"], absence["until"]) == ("2099-07-01", "2099-07-14")
    ended = api.post(
        f"{address}/actions/end-absence", who, {"absence": absence["id"], "until": "2099-06-30"}, match="*"
    )
    assert ended.status_code == 200, ended.text
    assert api.read(f"{address}/work", who)["absences"] == []


def test_a_colleague_chooses_neither_letters_nor_absence_of_another(api: Api) -> None:
    away = {"since": "2099-07-01", "until": "2099-07-14"}
    for event, body in (("choose-letters", {"declined": []}), ("record-absence", away)):
        expect_problem(api.post(f"/v1/people/{FINANCE.person}/actions/{event}", EMPLOYER, body, match="*"), 404)
