"""References to cases: nobody learns of another's case from their own, in whatever they read or are answered."""

import re

import pytest
from office import COORDINATOR, EMPLOYER, GOUDVEEN, OFFICER, ZILVERDAM, application_body
from served import Api

from rules.core.roles import Actor, Role
from states.engine.patterns import REFERENCE

PARTS = ("", "/actions", "/history", "/decisions", "/deadlines", "/priority", "/measures", "/letters")
NAMESAKE = "Namesake Kwikstaart"
NEW = {"name": NAMESAKE, "employers": [ZILVERDAM]}


def reference_of(case: str) -> str:
    """Return the reference in the address of a case."""
    return case.rsplit("/", 1)[1]


def applicant_of(api: Api, case: str) -> Actor:
    """Return the applicant of a case."""
    return Actor(api.read(case)["applicant"], Role.APPLICANT)


def named_in(text: str) -> set[str]:
    """Return every reference to a case in a text."""
    return set(re.findall(REFERENCE, text))


def refused_case(api: Api) -> str:
    """Return the reference of a case of a namesake that was refused."""
    case = api.receive(**NEW, office="municipal-councillor")
    for name in ("start-intake", "intend-refusal", "record-view"):
        api.act(case, name)
    api.walk(case, "refused")
    return reference_of(case)


@pytest.fixture(scope="module")
def others(api: Api) -> set[str]:
    """Return the references of two cases of namesakes: one that runs, and one that was refused."""
    return {reference_of(api.receive(**NEW)), refused_case(api)}


def read_everything(api: Api, case: str, by: Actor) -> str:
    """Return everything that a caller reads of a case and in lists."""
    answers = [api.get(f"{case}{part}", by) for part in PARTS]
    answers += [api.get(f"{case}?asOf=2099-01-01T00:00:00Z", by), api.get(f"{case}/actions?mine=true", by)]
    answers += [api.get(path, by) for path in ("/v1/applications", "/v1/work-items", "/v1/work-items/proposals")]
    return "\n".join(answer.text for answer in answers)


def test_who_applies_learns_nothing_of_who_else_applied(api: Api, others: set[str]) -> None:
    me = applicant_of(api, api.receive(name="Somebody Unlike", employers=[GOUDVEEN]))
    answer = api.post("/v1/applications", me, application_body(**NEW))
    assert answer.status_code == 201
    own = answer.json()["reference"]
    assert named_in(answer.text) == {own}
    assert api.read(f"/v1/applications/{own}", OFFICER)["resembles"] in others  # the office compares the two
    assert not others & named_in(read_everything(api, f"/v1/applications/{own}", me))


def test_an_applicant_is_not_shown_what_the_office_could_do_because_of_anothers_case(
    api: Api, others: set[str]
) -> None:
    assert others
    case = api.receive(**NEW)
    me = applicant_of(api, case)
    api.act(case, "start-intake")
    office = {item["name"]: item for item in api.actions(case)}
    assert office["join"]["allowed"]
    seen = {item["name"]: item for item in api.actions(case, me)}
    assert seen.keys().isdisjoint({"join", "keep-apart", "intend-refusal"})
    assert (seen["plan-interview"]["findings"], seen["plan-interview"]["example"]) == ([], None)
    assert seen["record-move"]["example"]


def test_the_refusal_of_a_repeated_application_names_no_case_of_another(api: Api, others: set[str]) -> None:
    case = api.receive(**NEW, office="municipal-councillor")
    me = applicant_of(api, case)
    assert api.read(case)["repeats"] in others
    api.act(case, "start-intake")
    api.act(case, "intend-refusal")
    assert not others & named_in(read_everything(api, case, me))
    assert api.read(case, me)["repeats"] is None


def test_a_case_that_was_joined_names_the_other_to_those_who_may_see_it(api: Api) -> None:
    first = api.receive(name="Twice Asked")
    second = api.receive(name="Twice Asked")
    me = applicant_of(api, second)
    api.act(second, "join", other=reference_of(first))
    assert api.read(second, OFFICER)["joinedTo"] == reference_of(first)
    assert reference_of(first) not in read_everything(api, second, me)
    their = applicant_of(api, first)
    assert api.read(first, their)["reference"] == reference_of(first)
    assert reference_of(second) not in read_everything(api, first, their)


def test_the_earlier_case_of_a_move_is_answered_alike_where_it_is_anothers_and_where_there_is_none(
    api: Api, others: set[str]
) -> None:
    me = applicant_of(api, api.receive(name="Mover Alone"))
    answers = [
        api.post("/v1/applications", me, application_body(name="Mover Alone", follows=reference))
        for reference in (min(others), "VA-2026-AAAAAAAA")
    ]
    assert {answer.status_code for answer in answers} == {409}
    assert answers[0].text == answers[1].text
    assert not others & named_in(answers[0].text)


def test_an_employer_sees_the_case_of_a_loan_once_it_is_asked_to_take_over(api: Api) -> None:
    case = api.receive(name="Early Borrower")
    api.act(case, "request-loan")
    listed = api.get("/v1/work-items", EMPLOYER)
    assert any(item["action"] == "grant" or "loan" in item["subject"] for item in listed.json()["items"])
    assert reference_of(case) not in listed.text
    assert reference_of(case) not in api.get("/v1/loans", EMPLOYER).text
    claimed = api.post("/v1/work-items/actions/claim", EMPLOYER)
    assert reference_of(case) not in claimed.text
    key = claimed.json()["item"]["id"]
    assert reference_of(case) not in api.get(f"/v1/work-items/{key}", EMPLOYER).text
    assert reference_of(case) in api.get(f"/v1/work-items/{key}", COORDINATOR).text
