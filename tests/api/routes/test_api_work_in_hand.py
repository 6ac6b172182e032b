"""Work in hand over HTTP: a case shows who has which of its work in hand, and an event by another asks once."""

from datetime import datetime
from typing import Any

from office import (
    ADVISER,
    APPROVER,
    COORDINATOR,
    EMPLOYER,
    FINANCE,
    GOUDVEEN,
    OFFICER,
    OTHER_OFFICER,
    ZILVERDAM,
    person,
)
from served import AUDITOR, PRIVACY_OFFICER, Api, expect_problem, sparing

from rules.core.roles import Actor, Role


def claim(api: Api, by: Actor, case: str) -> dict[str, Any]:
    """Claim until the work of a case is in hand; the office holds cases of other tests too."""
    while True:
        answer = api.post("/v1/work-items/actions/claim", by)
        assert answer.status_code == 200, answer.text
        item: dict[str, Any] = answer.json()["item"]
        if case.endswith(item["application"]):
            return item


def shown(api: Api, case: str, by: Actor) -> list[tuple[str, str]]:
    return [(held["action"], held["person"]) for held in api.read(case, by).get("inHand", [])]


def test_a_case_shows_the_office_who_has_its_work_in_hand_since_when(api: Api) -> None:
    case = api.receive(applicant="burgemeester-1")
    item = claim(api, OFFICER, case)
    assert api.read(case, OTHER_OFFICER).get("inHand") == [
        {
            "item": item["id"],
            "action": "start-intake",
            "subject": item["subject"],
            "role": "officer",
            "organisation": "",
            "person": OFFICER.person,
            "since": item["claimedAt"],
        }
    ]
    for by in (OFFICER, ADVISER, COORDINATOR, AUDITOR):
        assert shown(api, case, by) == [("start-intake", OFFICER.person)], by
    for by in (Actor("burgemeester-1", Role.APPLICANT), PRIVACY_OFFICER):
        assert shown(api, case, by) == [], by
    assert api.post(f"/v1/work-items/{item['id']}/actions/release", OFFICER).status_code == 200
    assert shown(api, case, OTHER_OFFICER) == []


def test_the_tag_of_a_case_changes_with_who_has_its_work_in_hand(api: Api) -> None:
    case = api.receive()
    free = api.get(case, OTHER_OFFICER).headers["ETag"]
    item = claim(api, OFFICER, case)
    held = api.get(case, OTHER_OFFICER, headers={"If-None-Match": free})
    assert held.status_code == 200
    assert api.get(case, OTHER_OFFICER, headers={"If-None-Match": held.headers["ETag"]}).status_code == 304
    api.post(f"/v1/work-items/{item['id']}/actions/release", OFFICER)
    again = api.get(case, OTHER_OFFICER, headers={"If-None-Match": held.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (200, free)
    assert api.post(f"{case}/actions/start-intake", OTHER_OFFICER, match=held.headers["ETag"]).status_code == 200


def test_an_employer_sees_its_own_work_in_hand_and_no_other(api: Api) -> None:
    case = api.receive(employers=[ZILVERDAM, GOUDVEEN])
    api.walk(case, "takeover", choose=sparing)
    claim(api, EMPLOYER, case)
    elsewhere = person(Role.EMPLOYER, GOUDVEEN)
    claim(api, elsewhere, case)
    assert shown(api, case, EMPLOYER) == [("confirm-receipt", EMPLOYER.person)]
    assert shown(api, case, FINANCE) == shown(api, case, APPROVER) == [("confirm-receipt", EMPLOYER.person)]
    assert shown(api, case, elsewhere) == [("confirm-receipt", elsewhere.person)]
    assert len(shown(api, case, OFFICER)) == 2


def test_an_event_on_work_of_a_colleague_says_who_has_it_and_goes_on_with_take_over(api: Api) -> None:
    case = api.receive()
    item = claim(api, OFFICER, case)
    problem = expect_problem(api.post(f"{case}/actions/start-intake", OTHER_OFFICER, match="*", key="once-more"), 409)
    assert problem["type"] == "/problems/work-in-hand"
    (held,) = problem["held"]
    assert (held["item"], held["action"], held["person"]) == (item["id"], "start-intake", OFFICER.person)
    assert datetime.fromisoformat(held["since"]) == datetime.fromisoformat(item["claimedAt"])
    assert "takeOver: true" in problem["detail"]
    assert api.stage(case) == "received"
    again = api.post(f"{case}/actions/start-intake", OTHER_OFFICER, {"takeOver": True}, match="*", key="once-more")
    assert (again.status_code, again.json()["stage"]) == (200, "intake")
    (entry,) = (line for line in api.read(f"{case}/history")["items"] if line["event"] == "take-over-work")
    assert (entry["person"], entry["facts"]["from"]) == (OTHER_OFFICER.person, OFFICER.person)
    (letter,) = api.read(f"{case}/letters", params={"letter": "work-taken-over"})["items"]
    assert letter["recipient"] == OFFICER.person
    assert api.read(f"{case}/decisions")["items"]


def test_take_over_is_no_fact_of_an_event_and_may_be_given_with_any_body(api: Api) -> None:
    case = api.receive()
    body = {"officer": OTHER_OFFICER.person, "takeOver": True}
    assert api.post(f"{case}/actions/start-intake", OFFICER, body, match="*").status_code == 200
    entry = next(line for line in api.read(f"{case}/history")["items"] if line["event"] == "start-intake")
    assert entry["facts"] == {"officer": OTHER_OFFICER.person}
    wrong = expect_problem(api.post(f"{case}/actions/plan-interview", OFFICER, {"takeOver": "perhaps"}, match="*"), 422)
    assert {error["field"] for error in wrong["errors"]} == {"interviewOn", "takeOver"}
