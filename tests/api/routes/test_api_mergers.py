"""Merger over the API: the successor sees the cases, and the old employer's tokens are referred to it."""

from collections.abc import Iterator

import httpx
import pytest
from office import EMPLOYER, FINANCE, GOUDVEEN, OFFICER, ZILVERDAM, application_body, person
from served import ADMINISTRATOR, Api, Serve, expect_problem, office_today, sparing

from rules.core.roles import Actor, Role

SUCCESSOR = person(Role.EMPLOYER, GOUDVEEN)


@pytest.fixture
def office(serve: Serve) -> Iterator[Api]:
    """Serve an office for one test."""
    with serve() as api:
        yield api


def merge(office: Api) -> httpx.Response:
    today = office_today().isoformat()
    body = {"successor": GOUDVEEN, "mergedOn": today, "decision": "Stb-2026-1"}
    return office.post(f"/v1/organisations/{ZILVERDAM}/actions/merge", ADMINISTRATOR, body, match="*")


def test_the_successor_sees_and_does_what_the_old_employer_saw_and_did(office: Api) -> None:
    case = office.receive()
    office.walk(case, "provision", choose=sparing)
    expect_problem(office.get(case, SUCCESSOR), 404)
    before = office.read(case, EMPLOYER)
    assert merge(office).is_success
    after = office.read(case, SUCCESSOR)
    assert after["employers"] == [GOUDVEEN]
    assert after["takeovers"] == before["takeovers"]  # what was taken over stays under the old name
    assert office.read(f"{case}/measures", SUCCESSOR) == {
        "items": [{**item, "payer": item["payer"] and GOUDVEEN} for item in office.read(f"{case}/measures")["items"]]
    }
    office.walk(case, "closed", choose=sparing)
    (paid,) = office.read(f"{case}/payables", person(Role.FINANCE, GOUDVEEN))["items"]
    assert (paid["organisation"], paid["state"]) == (GOUDVEEN, "paid")
    merged = office.read(f"/v1/organisations/{ZILVERDAM}", ADMINISTRATOR)
    assert (merged["state"], merged["successor"]) == ("merged", GOUDVEEN)
    listed = office.read(f"/v1/applications?employer={ZILVERDAM}", SUCCESSOR)["items"]
    assert [item["reference"] for item in listed] == [case.rsplit("/", 1)[1]]


def test_a_token_for_the_old_employer_is_refused_and_names_the_successor(office: Api) -> None:
    old = office.token(EMPLOYER)
    assert merge(office).is_success
    answer = office.client.get("/v1/applications", headers={"Authorization": f"Bearer {old}"})
    assert GOUDVEEN in expect_problem(answer, 403)["detail"]
    assert office.get("/v1/applications", Actor(EMPLOYER.person, Role.EMPLOYER, GOUDVEEN)).is_success
    assert office.get("/v1/bookings", Actor(FINANCE.person, Role.FINANCE, GOUDVEEN)).is_success


def test_an_application_for_the_old_employer_is_refused_with_the_name_of_the_successor(office: Api) -> None:
    assert merge(office).is_success
    problem = expect_problem(office.post("/v1/applications", OFFICER, application_body()), 409)
    assert [finding["rule"] for finding in problem["findings"]] == ["merger.employer-is-there"]
    assert GOUDVEEN in problem["detail"]
