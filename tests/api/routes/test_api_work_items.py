"""Work items over the API: claims, explanations, releases and assignments."""

from collections.abc import Iterator
from typing import Any

import pytest
from office import ADVISER, COORDINATOR, EMPLOYER, FINANCE, GOUDVEEN, OFFICER, OTHER_OFFICER, person
from served import AUDITOR, Api, Serve, expect_problem, sparing

from rules.core.roles import Actor, Role


@pytest.fixture
def office(serve: Serve) -> Iterator[Api]:
    """Serve an office for one test."""
    with serve() as api:
        yield api


def waiting(api: Api, by: Actor = OFFICER) -> list[dict[str, Any]]:
    """Return the work of a caller's pool in order."""
    found: list[dict[str, Any]] = api.read("/v1/work-items", by)["items"]
    return found


def cases(items: list[dict[str, Any]]) -> list[str]:
    """Return the cases of work items in their order."""
    return [f"/v1/applications/{item['application']}" for item in items]


def claim(api: Api, by: Actor = OFFICER) -> dict[str, Any]:
    """Claim the next item."""
    answer = api.post("/v1/work-items/actions/claim", by)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_claim_gives_the_first_item_and_says_why(office: Api) -> None:
    first, second = office.receive(), office.receive()
    assert cases(waiting(office)) == [first, second]
    taken = claim(office)
    assert cases([taken["item"]]) == [first]
    assert taken["item"]["assignee"] == OFFICER.person
    assert taken["why"]["workItem"] == taken["item"]["id"]
    assert taken["why"]["place"] == 1
    assert taken["why"]["reserve"] is False
    assert {factor["factor"] for factor in taken["why"]["factors"]} == {"lane", "startBy", "age", "reserve"}
    assert cases([claim(office, OTHER_OFFICER)["item"]]) == [second]
    empty = claim(office)
    assert empty["item"] is None
    assert empty["why"]["nothing"]


def test_a_claim_with_a_key_takes_one_item_however_often_it_is_sent(office: Api) -> None:
    office.receive(), office.receive()
    first, again = (office.post("/v1/work-items/actions/claim", key="once").json() for _ in range(2))
    assert first == again
    assert sum(item["assignee"] is not None for item in waiting(office)) == 1


def test_a_released_item_returns_to_its_position(office: Api) -> None:
    made = [office.receive() for _ in range(3)]
    before = waiting(office)
    taken = claim(office)["item"]
    assert cases(waiting(office, OTHER_OFFICER)) == made[1:]
    back = office.post(f"/v1/work-items/{taken['id']}/actions/release")
    assert back.status_code == 200
    assert back.json()["assignee"] is None
    assert waiting(office) == before
    assert claim(office, OTHER_OFFICER)["item"]["id"] == taken["id"]


def test_an_item_of_another_person_cannot_be_released(office: Api) -> None:
    office.receive()
    taken = claim(office)["item"]
    problem = expect_problem(office.post(f"/v1/work-items/{taken['id']}/actions/release", OTHER_OFFICER), 409)
    assert [finding["rule"] for finding in problem["findings"]] == ["work.own-claim"]
    for by, status in ((ADVISER, 404), (EMPLOYER, 404), (AUDITOR, 403)):
        expect_problem(office.post(f"/v1/work-items/{taken['id']}/actions/release", by), status)
    assert office.read(f"/v1/work-items/{taken['id']}")["assignee"] == OFFICER.person
    freed = office.post(f"/v1/work-items/{taken['id']}/actions/release", COORDINATOR)
    assert freed.status_code == 200
    assert freed.json()["assignee"] is None


def test_an_unclaimed_item_cannot_be_released(office: Api) -> None:
    office.receive()
    expect_problem(office.post(f"/v1/work-items/{waiting(office)[0]['id']}/actions/release"), 409)


def test_only_manual_work_can_be_finished(office: Api) -> None:
    case = office.receive()
    office.act(case, "record-threat")
    by_action = {item["action"]: item["id"] for item in waiting(office)}
    assert by_action.keys() == {"start-intake", "support-team", "security-contact"}
    problem = expect_problem(office.post(f"/v1/work-items/{by_action['start-intake']}/actions/finish"), 409)
    assert [finding["rule"] for finding in problem["findings"]] == ["work.done-by-event"]
    assert "start-intake" in problem["detail"]
    expect_problem(office.post(f"/v1/work-items/{by_action['support-team']}/actions/finish", ADVISER), 404)
    problem = expect_problem(office.post(f"/v1/work-items/{by_action['support-team']}/actions/finish"), 409)
    assert "record-hand-off" in problem["detail"]
    number = office.read(f"/v1/work-items/{by_action['support-team']}")["why"]["handOff"]
    assert number["number"] == "070-373 83 14"
    assert "check it again" in number["numberSource"]
    assert office.post(f"{case}/actions/record-hand-off", body={"step": "support-team"}, match=None).is_success
    assert {item["action"] for item in waiting(office)} == {"start-intake", "security-contact"}
    problem = expect_problem(
        office.post(f"{case}/actions/record-hand-off", body={"step": "support-team"}, match=None), 409
    )
    assert [finding["rule"] for finding in problem["findings"]] == ["hand-off.step-is-open"]
    expect_problem(
        office.post(f"{case}/actions/record-hand-off", EMPLOYER, body={"step": "security-contact"}, match=None), 404
    )


def test_work_is_completed_by_its_event(office: Api) -> None:
    case = office.receive()
    taken = claim(office)["item"]
    assert office.read(f"/v1/work-items/{taken['id']}")["subjectHref"] == case
    office.act(case, "start-intake")
    assert [item["action"] for item in waiting(office)] == ["plan-interview"]


def test_each_pool_sees_its_own_work_and_a_coordinator_sees_all(office: Api) -> None:
    office.receive()
    office.walk(office.receive(name="B. Ander"), "interview-planned", choose=sparing)
    office.walk(office.receive(employers=[GOUDVEEN]), "takeover", choose=sparing)
    pools = {
        OFFICER: ["start-intake"],
        ADVISER: ["hold-interview"],
        person(Role.EMPLOYER, GOUDVEEN): ["confirm-receipt"],
        EMPLOYER: [],
        FINANCE: [],
    }
    for by, expected in pools.items():
        assert [item["action"] for item in waiting(office, by)] == expected, by
    for by in (COORDINATOR, AUDITOR):
        assert {item["action"] for item in waiting(office, by)} == {"start-intake", "hold-interview", "confirm-receipt"}
        for who, expected in pools.items():
            query = f"?role={who.role}&organisation={who.organisation or ''}"
            found = office.read(f"/v1/work-items{query}", by)["items"]
            assert [item["action"] for item in found] == expected
    (elsewhere,) = waiting(office, person(Role.EMPLOYER, GOUDVEEN))
    expect_problem(office.get(f"/v1/work-items/{elsewhere['id']}", EMPLOYER), 404)
    assert office.read(f"/v1/work-items/{elsewhere['id']}", COORDINATOR)["why"]["place"] == 1
    assert claim(office, EMPLOYER)["item"] is None


def test_roles_that_see_every_pool_can_filter_work_by_role_or_employer(office: Api) -> None:
    office.walk(office.receive(), before="take-over", choose=sparing)
    every = waiting(office, COORDINATOR)
    held = {item["organisation"] for item in every} - {""}
    assert held
    for employer in held:
        found = office.read(f"/v1/work-items?organisation={employer}", COORDINATOR)["items"]
        assert found == [item for item in every if item["organisation"] == employer]
    for role in ("officer", "employer"):
        found = office.read(f"/v1/work-items?role={role}", COORDINATOR)["items"]
        assert found == [item for item in every if item["role"] == role]
    assert {item["role"] for item in every} >= {"employer"}
    assert office.read("/v1/work-items?role=employer&organisation=", COORDINATOR)["items"] == []


def test_a_request_for_another_pool_is_refused_and_not_answered_with_the_own_pool(office: Api) -> None:
    office.receive()
    problem = expect_problem(office.get("/v1/work-items?role=adviser"), 403)
    assert problem["detail"].startswith("role: ")
    expect_problem(office.get("/v1/work-items?organisation=gemeente-lindewaard"), 403)
    expect_problem(office.get("/v1/work-items/people?role=adviser"), 403)
    assert office.read("/v1/work-items?role=officer")["items"] == waiting(office)
    people = office.read("/v1/work-items/people", EMPLOYER)
    assert office.read("/v1/work-items/people?role=employer", EMPLOYER) == people


def test_what_someone_else_holds_is_not_in_my_list_but_in_the_coordinators(office: Api) -> None:
    office.receive()
    taken = claim(office)["item"]
    assert waiting(office, OTHER_OFFICER) == []
    assert [item["id"] for item in waiting(office)] == [taken["id"]]
    assert [item["assignee"] for item in waiting(office, COORDINATOR)] == [OFFICER.person]


def test_nobody_is_given_work_on_the_own_application(office: Api) -> None:
    office.receive(applicant=OFFICER.person)
    assert claim(office)["item"] is None
    assert claim(office, OTHER_OFFICER)["item"] is not None


def test_priority_explains_the_position_of_a_case_and_what_would_change_it(office: Api) -> None:
    for _ in range(2):
        office.receive()
    case = office.receive()
    shown = office.read(f"{case}/priority")
    assert shown["urgency"] == "routine"
    (why,) = shown["items"]
    assert why["place"] == 3
    assert why["lane"] == "routine"
    assert why["before"] == {"routine": 2}
    for factor in why["factors"]:
        assert factor.keys() == {"factor", "value", "rule", "source", "fact", "what", "whatNl"}
        assert factor["rule"].startswith("queue.")
        assert factor["source"]
    promised = {item["if"]: item["place"] for item in why["whatWouldChangeIt"]}
    assert promised["after a threat signal that is acute"] == 5  # after the four steps of handing it over
    assert why["expectedWait"]["known"] is False


def test_a_recorded_threat_moves_a_case_to_the_front_and_is_explained(office: Api) -> None:
    others = [office.receive() for _ in range(3)]
    case = office.receive()
    assert cases(waiting(office)) == [*others, case]
    body = {"kind": "acute-danger", "source": "police", "reportedToPolice": True}
    assert office.post(f"{case}/actions/record-threat", body=body).json()["stage"] == "received"
    steps = ["call-112", "support-team", "security-contact", "consider-loan", "start-intake"]
    assert [item["action"] for item in waiting(office)[:5]] == steps
    assert cases(waiting(office)) == [*[case] * 5, *others]
    assert {item["lane"] for item in waiting(office)[:5]} == {"acute"}
    why = next(item for item in office.read(f"{case}/priority")["items"] if item["action"] == "start-intake")
    lane = next(factor for factor in why["factors"] if factor["factor"] == "lane")
    assert lane["value"] == "acute"
    assert [(fact["kind"], fact["source"], fact["urgency"]) for fact in lane["fact"]] == [
        ("acute-danger", "police", "acute"),
    ]
    assert [(fact["row"], fact["tableSince"], fact["reported"]) for fact in lane["fact"]] == [
        ("U1", "2026-01-01", True)
    ]
    assert any("without the threat" in item["if"] for item in why["whatWouldChangeIt"])
    behind = office.read(f"{others[0]}/priority")["items"][0]
    assert behind["before"] == {"acute": 5}
    assert cases([claim(office)["item"]]) == [case]


def test_a_lowered_urgency_restores_the_position(office: Api) -> None:
    other, case = office.receive(), office.receive()
    office.act(case, "record-threat")
    assert cases(waiting(office))[0] == case
    office.act(case, "lower-urgency", urgency="routine")
    assert cases(waiting(office))[0] == other
    assert office.read(case)["urgency"] == "routine"


def test_a_claim_is_refused_to_roles_without_a_pool(office: Api) -> None:
    office.receive()
    for by in (AUDITOR, Actor(office.read(cases(waiting(office))[0])["applicant"], Role.APPLICANT)):
        problem = expect_problem(office.post("/v1/work-items/actions/claim", by), 403)
        assert [finding["rule"] for finding in problem["findings"]] == ["duty.role"]


def test_a_refused_settlement_of_a_letter_names_the_roles_with_the_duty(office: Api) -> None:
    refused = office.post("/v1/letters/letter-1/actions/settle", ADVISER, body={"arrived": True})
    (finding,) = expect_problem(refused, 403)["findings"]
    assert finding["message"] == "settle is done by: officer, coordinator, administrator; you act as adviser."


def test_a_coordinator_hands_work_on_with_a_reason_and_nobody_else_does(office: Api) -> None:
    office.receive()
    address = f"/v1/work-items/{waiting(office)[0]['id']}"
    body = {"person": OTHER_OFFICER.person, "reason": "Knows the municipality."}
    expect_problem(office.post(f"{address}/actions/assign", OFFICER, body=body), 403)
    expect_problem(office.post(f"{address}/actions/assign", COORDINATOR, body={"person": OTHER_OFFICER.person}), 422)
    problem = expect_problem(
        office.post(f"{address}/actions/assign", COORDINATOR, body={**body, "person": ADVISER.person}),
        409,
    )
    assert [finding["rule"] for finding in problem["findings"]] == ["work.in-pool"]
    nobody = expect_problem(
        office.post(f"{address}/actions/assign", COORDINATOR, body={**body, "person": "nobody-there"}), 422
    )
    assert [item["field"] for item in nobody["errors"]] == ["person"]
    expect_problem(office.post(f"{address}/actions/assign", COORDINATOR, body={**body, "reason": "\x00 "}), 422)
    given = office.post(f"{address}/actions/assign", COORDINATOR, body=body)
    assert given.json()["assignee"] == OTHER_OFFICER.person
    assert given.json()["returnsAt"] is not None
    expect_problem(office.post(f"{address}/actions/delegate", OFFICER, body={**body, "person": OFFICER.person}), 409)
    passed = office.post(f"{address}/actions/delegate", OTHER_OFFICER, body={**body, "person": OFFICER.person})
    assert passed.json()["assignee"] == OFFICER.person
    moved = office.post(
        "/v1/work-items/actions/redistribute", COORDINATOR, body={"person": OFFICER.person, "to": [], "reason": "Ill."}
    ).json()
    assert [(one["to"], one["item"]["assignee"]) for one in moved["items"]] == [(None, None)]


def test_no_official_sees_who_else_asked_for_advice(office: Api) -> None:
    case = office.receive()
    official = Actor(office.read(case)["applicant"], Role.APPLICANT)
    for query in ("", "?role=applicant"):
        expect_problem(office.get(f"/v1/work-items/people{query}", official), 403)


def test_work_arrangements_are_not_overwritten_from_a_stale_version(office: Api) -> None:
    address = f"/v1/people/{OTHER_OFFICER.person}"
    tag = office.get(address, COORDINATOR).headers["ETag"]
    first = office.post(f"{address}/actions/arrange-work", COORDINATOR, body={"skills": ["domain:home"]}, match=tag)
    assert first.is_success, first.text
    expect_problem(office.post(f"{address}/actions/arrange-work", COORDINATOR, body={"limit": 20}, match=tag), 412)
    (wrong,) = expect_problem(office.post(f"{address}/actions/arrange-work", COORDINATOR, body={}, match="*"), 422)[
        "errors"
    ]
    assert wrong["field"] == "skills"
    expect_problem(office.post(f"{address}/actions/arrange-work", COORDINATOR, body={"limit": True}, match="*"), 422)
    assert office.read(f"{address}/work", COORDINATOR)["skills"] == ["domain:home"]


def test_an_empty_claim_says_whether_work_waits_for_another_skill(office: Api) -> None:
    assert claim(office, ADVISER)["why"]["nothing"] == "No open work waits in your pool."
    skills = {"skills": ["domain:home"]}
    arranged = office.post(f"/v1/people/{ADVISER.person}/actions/arrange-work", COORDINATOR, body=skills, match="*")
    assert arranged.is_success, arranged.text
    office.walk(office.receive(), before="assess-domain")
    while claim(office, ADVISER)["item"] is not None:
        """Return the items for the home skill and those that need no skill."""
    assert "your pool has 3" in claim(office, ADVISER)["why"]["nothing"]


def test_people_of_a_pool_are_shown_with_what_they_can_and_hold(office: Api) -> None:
    office.receive()
    claim(office)
    skills = {"skills": ["domain:home"], "limit": 3}
    version = office.get(f"/v1/people/{OTHER_OFFICER.person}", COORDINATOR).headers["ETag"]
    arranged = office.post(
        f"/v1/people/{OTHER_OFFICER.person}/actions/arrange-work", COORDINATOR, body=skills, match=version
    )
    assert arranged.is_success, arranged.text
    wrong = office.post(
        f"/v1/people/{OTHER_OFFICER.person}/actions/arrange-work",
        COORDINATOR,
        body={"skills": ["domain:garden"]},
        match="*",
    )
    assert "domain:digital" in expect_problem(wrong, 422)["errors"][0]["message"]
    found = {one["person"]: one for one in office.read("/v1/work-items/people")["items"]}
    assert (found[OFFICER.person]["inHand"], found[OFFICER.person]["skills"]) == (1, [])
    assert (found[OTHER_OFFICER.person]["limit"], found[OTHER_OFFICER.person]["skills"]) == (3, ["domain:home"])
    assert office.read("/v1/work-items/people?role=adviser", COORDINATOR)["items"][0]["person"] == ADVISER.person
    mine = office.read(f"/v1/people/{OFFICER.person}/work")
    assert [item["action"] for item in mine["inHand"]] == ["start-intake"]
    expect_problem(office.get(f"/v1/people/{OFFICER.person}/work", OTHER_OFFICER), 404)
    away = {"since": "2099-03-02", "until": "2099-03-06"}
    answer = office.post(f"/v1/people/{OFFICER.person}/actions/record-absence", body=away, match="*")
    assert answer.is_success, answer.text
    assert office.read(f"/v1/people/{OFFICER.person}/work", COORDINATOR)["absences"][0]["until"] == "2099-03-06"
    assert office.read("/v1/work-items/alarms", COORDINATOR) == {"items": [], "next": None}
    assert office.read("/v1/work-items/proposals") == {"items": []}
    body = {"accept": True}
    expect_problem(office.post("/v1/work-items/proposals/proposal-none/actions/answer", body=body), 404)
