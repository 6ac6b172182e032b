"""Messages of refused bodies: each says what would be right, in words that its reader can act on."""

import json
from typing import Any

import pytest
from office import ADVISER, COORDINATOR, FINANCE, OFFICER, application_body
from served import Api, expect_problem

from api.http import authentication
from api.http.problems import detail_of
from rules.core.roles import Actor, Role
from rules.core.rule import Finding
from states.engine.bodies import Body
from states.engine.messages import example_of, place_in, schema_of
from states.errors import RefusedError
from states.events.catalogue import EVENTS
from states.storage.database import transaction


def errors(api: Api, path: str, by: Actor, body: Any) -> dict[str, str]:
    """The message of each wrong field of a body."""
    problem = expect_problem(api.post(path, by, body, match="*"), 422)
    return {item["field"]: item["message"] for item in problem["errors"]}


def test_an_id_says_of_what_it_is_and_where_to_find_it(api: Api) -> None:
    case = api.receive()
    found = errors(api, f"{case}/actions/receive-credit-note", FINANCE, {"invoice": "N-028"})
    assert found["invoice"].startswith("Give the invoice's id, such as invoice-")
    assert "`invoice` in the payables" in found["invoice"]
    found = errors(api, "/v1/applications", OFFICER, application_body(employers=["Oosterveen"]))
    assert found == {
        "employers.0": "Give the employer's id, such as gemeente-oosterveen; GET /v1/organisations lists them."
    }


def test_a_choice_gives_each_value_with_its_dutch_name(api: Api) -> None:
    found = errors(api, "/v1/applications", OFFICER, application_body(office="wethouder"))
    assert "alderman (wethouder), " in found["office"]
    assert "kings-commissioner (commissaris van de Koning)" in found["office"]


def test_a_period_an_empty_name_and_a_list_say_what_would_be_right(api: Api) -> None:
    books = "/v1/organisations/gemeente-zilverdam/actions/close-period"
    assert errors(api, books, FINANCE, {"period": "nov"}) == {"period": "Give a month or a year: 2026-11 or 2026."}
    assert errors(api, "/v1/applications", OFFICER, application_body(name=""))["name"] == "The name is empty."
    arrange = f"/v1/people/{ADVISER.person}/actions/arrange-work"
    hours = errors(api, arrange, COORDINATOR, {"hours": "from nine"})["hours"]
    example = json.loads(hours.removeprefix("Give a list, such as ").removesuffix("."))
    assert api.post(arrange, COORDINATOR, {"hours": example}, match="*").is_success


def test_a_body_that_is_no_object_is_shown_one_that_fits(api: Api) -> None:
    case = api.receive()
    found = errors(api, f"{case}/actions/plan-interview", OFFICER, ["2030-01-01"])
    example = json.loads(found["body"].removeprefix("Send JSON, such as ").removesuffix("."))
    assert EVENTS["application", "plan-interview"].body.model_validate(example)


def test_an_unknown_field_names_the_nearest_known_one_or_all(api: Api) -> None:
    case = api.receive()
    found = errors(api, f"{case}/actions/plan-interview", OFFICER, {"interviewOm": "2030-01-01", "zzzz": 1})
    assert found["interviewOm"] == "There is no such field; did you mean interviewOn?"
    assert found["zzzz"].startswith("There is no such field; there are: interviewOn")
    within = errors(api, "/v1/people", Actor("administrator-1", Role.ADMINISTRATOR), {"duties": [{"rol": "officer"}]})
    assert within["duties.0.rol"] == "There is no such field; did you mean role?"


def test_one_finding_is_the_detail_and_several_are_only_counted_there(api: Api) -> None:
    case = api.receive()
    api.post(f"{case}/actions/start-intake", match="*")
    problem = expect_problem(api.post(f"{case}/actions/close", OFFICER, match="*"), 409)
    assert problem["detail"] == problem["findings"][0]["message"]
    assert "What people can do now: not-process, forward, plan-interview" in problem["detail"]
    finding = Finding("rule.x", "It is wrong.", "Awb 4:5", "law")
    detail = detail_of(RefusedError([finding, finding]))
    assert detail == "2 rules refuse this. The findings say why, and what would be right."


def test_an_employer_who_may_not_record_a_certificate_is_told_whom_to_ask(api: Api) -> None:
    case = api.receive()
    api.walk(case, "provision")
    officer = api.read(case)["officer"]
    order = next(item for item in api.actions(case) if item["name"] == "order" and not item["allowed"])
    problem = expect_problem(api.do(order), 409)
    (finding,) = problem["findings"]
    assert f"An officer or adviser records it; ask {officer} (officer)" in finding["message"]
    assert f"vraag {officer} (intakemedewerker)" in finding["messageNl"]
    assert "Record either" not in finding["message"]


def test_a_token_for_a_stranger_says_who_registers_people(api: Api) -> None:
    with transaction(api.engine) as session:
        unknown = authentication.nobody(session, Role.OFFICER, "officer-99")
        assert unknown == "Nobody is registered as officer-99; an administrator registers people (POST /v1/people)."
        without = authentication.nobody(session, Role.AUDITOR, OFFICER.person)
        assert (
            without == f"{OFFICER.person} does not hold the role auditor; an administrator grants roles (grant-duty)."
        )


BODIES = sorted({event.body for event in EVENTS.values()}, key=lambda body: body.__name__)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_the_example_of_a_list_fits_its_field(body: type[Body]) -> None:
    schema = schema_of(body)
    for name, field in schema.get("properties", {}).items():
        found = place_in(schema, (name,))
        if found is not None and found.get("type") == "array":
            assert example_of(field, schema), name
