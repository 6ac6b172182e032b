"""Lists hold what single readings allow: for every role, each item of each list reads the same by itself."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from databases import copied
from served import Api, serving
from sqlmodel import select

from api.demonstration.people import ZILVERDAM
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.people import Duty

LISTS = {
    "/v1/applications": "reference",
    "/v1/loans": "id",
    "/v1/payables": "id",
    "/v1/bookings": "id",
    "/v1/payment-batches": "id",
    "/v1/bank-messages": "id",
}
"""The lists of things that have an address of their own, with the field that names them."""
PARTS = {"measures": "/v1/measures", "payables": "/v1/payables", "bookings": "/v1/bookings"}
"""The lists of one case, with the collection of their items."""
ROLES = [role for role in Role if role is not Role.ENGINE]


@pytest.fixture(scope="module")
def office(server: str, demonstration: str, office_home: Path) -> Iterator[Api]:
    """Serve a copy of the demonstration office."""
    with copied(server, demonstration) as database, serving(database, office_home) as api:
        yield api


def someone(office: Api, role: Role) -> Actor:
    """Return someone in a role: an official with a case, or the first who holds the duty."""
    with transaction(office.engine) as session:
        if role is Role.APPLICANT:
            return Actor(session.exec(select(Application.applicant).order_by(Application.id)).all()[0], role)
        at = ZILVERDAM if role in OF_AN_EMPLOYER else ""
        duties = session.exec(select(Duty).where(Duty.role == role).order_by(Duty.person)).all()
    found = next((duty for duty in duties if duty.organisation == at), None)
    if found is None:
        pytest.skip(f"nobody of the demonstration office is {role}")
    return Actor(found.person, role, found.organisation or None)


def expect_same(office: Api, by: Actor, address: str, item: Mapping[str, Any]) -> None:
    """Compare an item of a list with the single reading of it: it exists, and says no less of what both name."""
    answer = office.get(address, by)
    assert answer.status_code == 200, (address, answer.text)
    single = answer.json()
    differing = {name: (item[name], single[name]) for name in item.keys() & single.keys() if item[name] != single[name]}
    assert differing == {}, address


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_every_item_of_every_list_reads_the_same_by_itself(office: Api, role: Role) -> None:
    by = someone(office, role)
    for path, key in LISTS.items():
        answer = office.get(path, by, params={"limit": 20})
        assert answer.status_code in {200, 403}, (path, answer.text)
        for item in answer.json().get("items", []):
            expect_same(office, by, f"{path}/{item[key]}", item)


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_every_item_of_the_lists_of_a_case_reads_the_same_by_itself(office: Api, role: Role) -> None:
    by = someone(office, role)
    cases = office.get("/v1/applications", by).json().get("items", [])
    for case in cases[:12]:
        for part, collection in PARTS.items():
            for item in office.read(f"/v1/applications/{case['reference']}/{part}", by)["items"]:
                expect_same(office, by, f"{collection}/{item['id']}", item)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.APPROVER, Role.RELEASER], ids=str)
def test_who_pays_sees_neither_urgency_nor_how_many_signals(office: Api, role: Role) -> None:
    by = someone(office, role)
    cases = office.read("/v1/applications", by)["items"]
    assert cases
    assert {case["urgency"] for case in cases} == {None}
    assert office.get("/v1/applications?urgency=routine", by).status_code == 403
    assert office.post("/v1/applications/actions/search", by, {"urgency": "routine"}).status_code == 403
    for case in cases[:6]:
        why = office.read(f"/v1/applications/{case['reference']}/priority", by)
        assert why["urgency"] is None
        facts = [each["fact"] for item in why["items"] for each in item["factors"] if each["factor"] == "lane"]
        assert facts == [None] * len(facts)


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.SECURITY_CONTACT], ids=str)
def test_an_employer_sees_no_day_of_an_interview_and_no_reference_of_the_threat_analysis(
    office: Api, role: Role
) -> None:
    by = someone(office, role)
    for case in office.read("/v1/applications", by)["items"]:
        shown = office.read(f"/v1/applications/{case['reference']}", by)
        named = ("interviewOn", "interviewHeldOn", "threatAnalysis", "homeAssessment")
        assert {shown[name] for name in named} == {None}
        assert shown["interview"]["plannedOn"] is None


def test_the_administrators_history_names_no_kind_of_threat(office: Api) -> None:
    by, seen = someone(office, Role.ADMINISTRATOR), 0
    for case in office.read("/v1/applications", by)["items"]:
        for entry in office.read(f"/v1/applications/{case['reference']}/history", by)["items"]:
            if entry["event"] in {"record-threat", "record-hand-off"}:
                seen += 1
                assert (entry["facts"], entry["receipt"]) == ({}, [])
    assert seen


@pytest.mark.parametrize("role", [Role.HEAD, Role.MINISTRY_CONTACT], ids=str)
def test_the_head_and_the_ministry_see_no_loans(office: Api, role: Role) -> None:
    assert office.read("/v1/loans", someone(office, role))["items"] == []


def test_the_secretary_sees_no_books(office: Api) -> None:
    by = someone(office, Role.SECRETARY)
    assert {
        office.get(path, by).status_code
        for path in ("/v1/payables", "/v1/bookings", "/v1/payment-batches", "/v1/bank-messages")
    } == {403}
