"""Loans and objections over the API: from the request to the return, and who may see them."""

from typing import Any

import pytest
from office import APPROVER, CONTACT, COORDINATOR, EMPLOYER, FINANCE, GOUDVEEN, OFFICER, ZILVERDAM, person
from served import AUDITOR, ELSEWHERE, Api, expect_problem
from sqlmodel import Session

from rules.core.roles import Actor, Role
from states.storage.verification import verify

OTHER_EMPLOYER = person(Role.EMPLOYER, GOUDVEEN)
WHAT, WHY = "Titanium button Vlam", "Because of Vlinder"


def new_loan(**changes: Any) -> dict[str, Any]:
    """Return a loan request for a mayor of Zilverdam."""
    return {
        "organisation": ZILVERDAM,
        "office": "mayor",
        "name": "A. Voorbeeld",
        "email": "a.voorbeeld@zilverdam.example",
        "certainSince": "2024-06-01",
        "description": WHAT,
        "need": WHY,
        **changes,
    }


def ask(api: Api, by: Actor = OFFICER, **changes: Any) -> str:
    """Request a loan without an application and return its address."""
    answer = api.post("/v1/loans", by, new_loan(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def act(api: Api, address: str, event: str, by: Actor = EMPLOYER, body: Any = None) -> Any:
    """Fire an event on the version that the caller sees, and return the result."""
    answer = api.post(f"{address}/actions/{event}", by, body or {}, match=api.get(address, by).headers["ETag"])
    assert answer.is_success, answer.text
    return answer.json()


def today(api: Api) -> str:
    """Return the current day of the office."""
    return str(api.read(ask(api))["requestedOn"])


def official(api: Api, address: str) -> Actor:
    """Return the official of a loan."""
    return Actor(api.read(address)["person"], Role.APPLICANT)


def test_a_loan_without_an_application_goes_from_the_request_to_the_return(api: Api) -> None:
    day = today(api)
    loan = ask(api, urgent=True)
    assert act(api, loan, "grant", body={"decision": "B-1"})["application"] is None
    act(api, loan, "lend", body={"lentOn": day})
    assert act(api, loan, "end-with-office", body={"endedOn": day})["state"] == "due-back"
    done = act(api, loan, "take-back", body={"returnedOn": day})
    assert (done["state"], done["stage"]) == ("returned", None)
    view = api.read(loan, EMPLOYER)
    assert (view["returnedOn"], view["decision"], view["description"]) == (day, "B-1", WHAT)
    with Session(api.engine) as session:
        assert verify(session).problems == []


def test_only_the_official_the_office_and_that_employer_may_know_of_it(api: Api) -> None:
    loan = ask(api)
    stranger = official(api, ask(api, name="B. Ander", email="b@zilverdam.example"))
    for by in (OFFICER, COORDINATOR, AUDITOR, EMPLOYER, CONTACT, official(api, loan)):
        assert api.get(loan, by).status_code == 200, by
        assert loan.rsplit("/", 1)[1] in {item["id"] for item in api.read("/v1/loans", by)["items"]}
    for by in (OTHER_EMPLOYER, ELSEWHERE, stranger):
        expect_problem(api.get(loan, by), 404)
        assert loan.rsplit("/", 1)[1] not in api.get("/v1/loans", by).text
        expect_problem(api.post(f"{loan}/actions/withdraw", by, {}, match="*"), 404)
    expect_problem(api.post(f"{loan}/actions/grant", OTHER_EMPLOYER, {}, match="*"), 404)
    items = api.read("/v1/work-items", OTHER_EMPLOYER)["items"]
    assert not [item for item in items if item["subject"] in loan]


def test_loans_are_listed_in_pages_the_newest_first_and_none_is_left_out(api: Api) -> None:
    made = {ask(api).rsplit("/", 1)[1] for _ in range(3)}
    everything = api.read("/v1/loans?limit=500")["items"]
    page = api.read("/v1/loans?limit=2")
    found = list(page["items"])
    while page["next"]:
        page = api.read(f"/v1/loans?limit=2&cursor={page['next']}")
        found += page["items"]
    assert found == everything
    assert made <= {item["id"] for item in found}
    days = [item["requestedOn"] for item in found]
    assert days == sorted(days, reverse=True)
    expect_problem(api.get("/v1/loans?cursor=loan-unknown"), 404)
    expect_problem(api.get(f"/v1/loans?cursor={made.pop()}", ELSEWHERE), 404)


@pytest.mark.parametrize("by", [AUDITOR, FINANCE, APPROVER])
def test_what_is_lent_and_why_stays_away_from_those_who_need_not_know(api: Api, by: Actor) -> None:
    text = api.get(ask(api), by).text
    assert WHAT not in text
    assert WHY not in text


def test_an_employer_asks_for_the_own_officials_only_and_nobody_for_themselves(api: Api) -> None:
    assert ask(api, EMPLOYER)
    expect_problem(api.post("/v1/loans", OTHER_EMPLOYER, new_loan()), 403)
    expect_problem(api.post("/v1/loans", FINANCE, new_loan()), 403)
    expect_problem(api.post("/v1/loans", OFFICER, new_loan(person=OFFICER.person)), 409)
    expect_problem(api.post("/v1/loans", OFFICER, new_loan(organisation="gemeente-nergens")), 422)


def test_asking_again_with_the_same_key_makes_no_second_loan(api: Api) -> None:
    first = api.post("/v1/loans", OFFICER, new_loan(), key="loan-once")
    again = api.post("/v1/loans", OFFICER, new_loan(), key="loan-once")
    assert first.json()["id"] == again.json()["id"]


def test_before_the_takeover_an_employer_sees_the_loan_but_not_the_case(api: Api) -> None:
    case = api.receive()
    api.act(case, "request-loan", description=WHAT)
    (item,) = [item for item in api.read("/v1/loans")["items"] if item["application"] == case.rsplit("/", 1)[1]]
    loan = f"/v1/loans/{item['id']}"
    assert api.read(loan, EMPLOYER)["application"] is None
    done = act(api, loan, "grant")
    assert (done["application"], done["stage"]) == (None, None)
    expect_problem(api.get(case, EMPLOYER), 404)
    assert "grant" not in {action["name"] for action in api.actions(case)}


def test_a_declined_loan_is_objected_to_and_seen_by_its_employer_alone(api: Api) -> None:
    loan = ask(api)
    act(api, loan, "decline", body={"reasons": "Nothing in stock"})
    act(api, loan, "file-objection", official(api, loan), {"grounds": WHY})
    work = [item for item in api.read("/v1/work-items", EMPLOYER)["items"] if item["action"] == "hear"]
    (objection,) = [
        found
        for found in (f"/v1/objections/{item['subject']}" for item in work)
        if api.read(found)["loan"] == loan.rsplit("/", 1)[1]
    ]
    for by in (OFFICER, EMPLOYER, official(api, loan)):
        assert api.read(objection, by)["grounds"] == WHY
    assert "grounds" in api.read(objection, AUDITOR)
    assert WHY not in api.get(objection, AUDITOR).text
    expect_problem(api.get(objection, OTHER_EMPLOYER), 404)
    assert act(api, objection, "withdraw", official(api, loan))["state"] == "withdrawn"


def test_an_objection_to_the_offices_decision_is_no_employers_business(api: Api) -> None:
    case = api.receive(office="municipal-councillor")
    api.act(case, "start-intake")
    api.act(case, "intend-refusal")
    api.walk(case, "refused")
    api.act(case, "file-objection")
    hear = api.action(case, "hear")
    objection = hear["href"].removesuffix("/actions/hear")
    assert api.read(objection)["against"] == "refusal"
    expect_problem(api.get(objection, EMPLOYER), 404)
    assert hear["role"] == "coordinator"
    api.act(case, "hear")
    api.act(case, "decide")
    assert api.read(objection, COORDINATOR)["outcome"] == "unfounded"
