"""Visibility per role: content is returned to those who need to know it, and to nobody else."""

from typing import Any

import pytest
from office import (
    ADVISER,
    APPROVER,
    AUTHORITY,
    CONTACT,
    COORDINATOR,
    EMPLOYER,
    FINANCE,
    GOUDVEEN,
    OFFICER,
    RELEASER,
    ZILVERDAM,
    person,
)
from served import ADMINISTRATOR, AUDITOR, PRIVACY_OFFICER, Api, expect_problem, sparing

from rules.core.roles import Actor, Role

NAME, ADDRESS, HOUSEHOLD = "Zwaluwstaart Kwikzand", "Marterpad 417 Zilverdam", "Three ferrets Quibble"
MAIL, PHONE, WHAT, THREAT = "kwikzand@marter.example", "0612345987", "Titanium shutters Vlam", "Said: burn Vlinder"
CONTENT = (NAME, ADDRESS, HOUSEHOLD, MAIL, PHONE, THREAT)
KNOW = (OFFICER, ADVISER, AUTHORITY, COORDINATOR, PRIVACY_OFFICER)
NEED_NOT_KNOW = (EMPLOYER, APPROVER, FINANCE, RELEASER, CONTACT, AUDITOR, ADMINISTRATOR)
PARTS = (
    "",
    "/actions",
    "/history",
    "/decisions?under=2023-12-31",
    "/deadlines",
    "/priority",
    "/measures",
    "/payables",
    "/bookings",
    "/letters",
)


@pytest.fixture(scope="module")
def case(api: Api) -> str:
    """Prepare a case of two employers, with markers in its content, whose second payment is pending."""
    found = api.receive(
        name=NAME,
        homeAddress=ADDRESS,
        household=HOUSEHOLD,
        email=MAIL,
        phone=PHONE,
        employers=[ZILVERDAM, GOUDVEEN],
    )
    api.post(f"{found}/actions/record-threat", body={"kind": "stalking", "source": "police", "details": THREAT})

    def marked(items: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
        action, example = sparing(items)
        if action["name"] == "assess-domain" and example["measures"]:
            first = {**example["measures"][0], "description": WHAT}
            own = {**first, "description": f"{WHAT} for Goudveen alone", "payer": GOUDVEEN}
            example = {**example, "measures": [first, own]}
        return action, example

    api.walk(found, choose=marked, before="complete-evidence")
    return found


def everything(api: Api, case: str, by: Actor) -> str:
    """Return everything that a caller can read of a case and around it, as one text."""
    answers = [api.get(f"{case}{part}", by) for part in PARTS]
    answers += [api.get(f"{case}?asOf=2099-01-01T00:00:00Z", by)]
    answers += [api.get(path, by) for path in ("/v1/applications", "/v1/work-items", "/v1/payables", "/v1/bookings")]
    answers += [api.get("/v1/payment-batches", by), api.get("/v1/bookings?format=csv", by)]
    assert all(answer.status_code in {200, 403} for answer in answers), [answer.status_code for answer in answers]
    return "\n".join(answer.text for answer in answers)


@pytest.mark.parametrize("by", KNOW, ids=str)
def test_the_content_of_a_case_is_there_for_those_who_need_to_know_it(api: Api, case: str, by: Actor) -> None:
    shown = api.read(case, by)
    assert [(home["homeAddress"], home["household"]) for home in shown["dwellings"]] == [(ADDRESS, HOUSEHOLD)]
    assert shown["contact"]["name"] == NAME


def test_applicants_see_the_content_of_their_own_case(api: Api, case: str) -> None:
    me = Actor(api.read(case)["applicant"], Role.APPLICANT)
    assert api.read(case, me)["dwellings"][0]["homeAddress"] == ADDRESS


@pytest.mark.parametrize("by", NEED_NOT_KNOW, ids=str)
def test_nobody_else_reads_any_of_it_anywhere(api: Api, case: str, by: Actor) -> None:
    text = everything(api, case, by)
    assert [found for found in CONTENT if found in text] == []


def test_the_past_shows_content_to_those_who_need_to_know_it_now(api: Api, case: str) -> None:
    past = api.read(f"{case}?asOf=2099-01-01T00:00:00Z", OFFICER)
    assert past["dwellings"] == api.read(case, OFFICER)["dwellings"]


@pytest.mark.parametrize("by", KNOW, ids=str)
def test_what_a_measure_is_shows_to_those_who_need_to_know(api: Api, case: str, by: Actor) -> None:
    assert {item["description"] for item in api.read(f"{case}/measures", by)["items"]} == {
        WHAT,
        f"{WHAT} for Goudveen alone",
    }


@pytest.mark.parametrize("by", [EMPLOYER, CONTACT], ids=str)
def test_an_employer_sees_the_measures_that_it_pays_for(api: Api, case: str, by: Actor) -> None:
    assert [item["description"] for item in api.read(f"{case}/measures", by)["items"]] == [WHAT]
    both = api.read(f"{case}/measures", person(by.role, GOUDVEEN))["items"]
    assert len(both) == 2


@pytest.mark.parametrize("by", [FINANCE, APPROVER, RELEASER, AUDITOR, ADMINISTRATOR], ids=str)
def test_finance_and_auditors_do_not_see_what_a_measure_is(api: Api, case: str, by: Actor) -> None:
    shown = api.read(f"{case}/measures", by)["items"]
    assert shown
    assert {item["description"] for item in shown} == {None}
    assert all((item["domain"] is None) == (by is not AUDITOR) for item in shown)
    assert "Vlam" not in everything(api, case, by)


@pytest.mark.parametrize("by", [FINANCE, APPROVER, RELEASER, EMPLOYER, CONTACT], ids=str)
def test_the_payee_shows_to_the_employers_own_people(api: Api, case: str, by: Actor) -> None:
    (payable,) = api.read(f"{case}/payables", by)["items"]
    assert payable["organisation"] == ZILVERDAM
    assert payable["payee"]
    assert payable["iban"].startswith("NL")
    assert api.read(f"/v1/payables/{payable['id']}", by)["iban"] == payable["iban"]


@pytest.mark.parametrize("by", [OFFICER, AUDITOR, COORDINATOR, ADMINISTRATOR, ADVISER, PRIVACY_OFFICER], ids=str)
def test_the_payee_shows_to_nobody_of_the_office(api: Api, case: str, by: Actor) -> None:
    payables = api.read(f"{case}/payables", by)["items"]
    assert {item["organisation"] for item in payables} == {ZILVERDAM, GOUDVEEN}
    assert {item["payee"] for item in payables} == {item["iban"] for item in payables} == {None}


def test_finance_of_another_employer_finds_neither_payable_nor_batch(api: Api, case: str) -> None:
    own = {item["organisation"]: item["id"] for item in api.read(f"{case}/payables")["items"]}
    batches = {item["organisation"]: item["id"] for item in api.read("/v1/payment-batches", COORDINATOR)["items"]}
    expect_problem(api.get(f"/v1/payables/{own[GOUDVEEN]}", FINANCE), 404)
    expect_problem(api.get(f"/v1/payment-batches/{batches[GOUDVEEN]}", FINANCE), 404)
    expect_problem(api.get(f"/v1/payment-batches/{batches[GOUDVEEN]}/pain001", FINANCE), 404)
    assert own[GOUDVEEN] not in everything(api, case, FINANCE).replace(api.get(f"{case}/actions", FINANCE).text, "")
    expect_problem(api.post(f"/v1/payables/{own[GOUDVEEN]}/actions/check", FINANCE, match="*"), 404)


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.PRIVACY_OFFICER])
def test_the_books_are_closed_to_those_who_have_nothing_to_do_with_money(api: Api, case: str, role: Role) -> None:
    who = Actor(api.read(case)["applicant"], role) if role is Role.APPLICANT else person(role)
    batch = api.read("/v1/payment-batches", COORDINATOR)["items"][0]["id"]
    for path in ("/v1/payables", "/v1/payment-batches", "/v1/bookings", "/v1/bookings?format=csv"):
        expect_problem(api.get(path, who), 403)
    expect_problem(api.get(f"/v1/payment-batches/{batch}", who), 403)
    expect_problem(api.get(f"/v1/payment-batches/{batch}/pain001", who), 403)


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.FINANCE])
def test_the_history_of_an_employer_holds_its_own_only(api: Api, case: str, role: Role) -> None:
    own = {
        part: {item["id"]: item for item in api.read(f"{case}/{part}")["items"]} for part in ("payables", "bookings")
    }
    takeovers = {item["id"]: item for item in api.read(case)["takeovers"]}
    measures = {item["id"]: item for item in api.read(f"{case}/measures")["items"]}
    owners = {key: item["organisation"] for key, item in {**own["payables"], **own["bookings"], **takeovers}.items()}
    owners |= {key: item["payer"] for key, item in measures.items()}
    for employer in (ZILVERDAM, GOUDVEEN):
        entries = api.read(f"{case}/history?limit=500", person(role, employer))["items"]
        assert {entry["chart"] for entry in entries} == {"takeover", "measure", "payable", "booking"}
        assert {owners[entry["subject"]] for entry in entries} <= {employer, None}
    whole = api.read(f"{case}/history?limit=500", AUDITOR)["items"]
    assert {entry["chart"] for entry in whole} > {"application", "domain-advice"}


def test_an_employer_sees_its_own_takeover_terms_letters_and_money(api: Api, case: str) -> None:
    assert {item["organisation"] for item in api.read(case, EMPLOYER)["takeovers"]} == {ZILVERDAM}
    assert {item["organisation"] for item in api.read(f"{case}/deadlines", EMPLOYER)["items"]} == {ZILVERDAM}
    assert {item["recipient"] for item in api.read(f"{case}/letters", EMPLOYER)["items"]} == {EMPLOYER.person}
    assert {item["organisation"] for item in api.read(f"{case}/bookings", FINANCE)["items"]} == {ZILVERDAM}
    past = api.read(f"{case}?asOf=2099-01-01T00:00:00Z", EMPLOYER)
    assert {item["organisation"] for item in past["takeovers"]} == {ZILVERDAM}


def test_lists_hold_what_the_caller_may_see(api: Api, case: str) -> None:
    reference = case.rsplit("/", 1)[1]
    hidden = api.receive(name="Somebody Else", employers=[GOUDVEEN]).rsplit("/", 1)[1]

    def listed(by: Actor) -> set[str]:
        found = {item["reference"] for item in api.read("/v1/applications?limit=200", by)["items"]}
        searched = api.post("/v1/applications/actions/search", by, {"limit": 200}).json()["items"]
        assert {item["reference"] for item in searched} == found
        return found

    assert {reference, hidden} <= listed(OFFICER)
    assert {reference, hidden} <= listed(AUDITOR)
    assert listed(FINANCE) == {reference}
    assert listed(person(Role.EMPLOYER, GOUDVEEN)) == {reference}
    assert listed(person(Role.EMPLOYER, "provincie-laagland")) == set()
    assert listed(Actor(api.read(case)["applicant"], Role.APPLICANT)) == {reference}


def test_the_office_finds_a_case_by_a_name_and_others_find_nothing(api: Api, case: str) -> None:
    reference = case.rsplit("/", 1)[1]

    def found(by: Actor, name: str) -> list[str]:
        answer = api.post("/v1/applications/actions/search", by, {"name": name})
        assert answer.status_code == 200
        return [item["reference"] for item in answer.json()["items"]]

    for name in (NAME, "kwikzand", "KWIKZAND zwaluwstaart", "Kwíkzand"):
        assert found(OFFICER, name) == [reference]
    assert found(OFFICER, "Nobodyhere") == []
    assert found(OFFICER, "--") == []
    for by in NEED_NOT_KNOW:
        assert found(by, NAME) == []
    stranger = Actor(api.read(api.receive())["applicant"], Role.APPLICANT)
    assert found(stranger, NAME) == []


def test_the_explanation_of_a_position_shows_an_employer_no_threat(api: Api) -> None:
    case = api.receive()
    api.post(f"{case}/actions/record-threat", body={"kind": "subversion", "source": "third-party", "details": THREAT})
    api.walk(case, choose=sparing, before="confirm-receipt")
    assert "subversion" in api.get(f"{case}/priority", OFFICER).text
    for by in (EMPLOYER, FINANCE, RELEASER):
        text = "\n".join(api.get(f"{case}{part}", by).text for part in ("", "/priority", "/history", "/deadlines"))
        assert "subversion" not in text
        assert "third-party" not in text
