"""Findings: a refusal never names what another employer has to pay, and keeps it out of the record of the attempt."""

from typing import Any

import pytest
from office import APPROVER, CONTACT, FINANCE, GOUDVEEN, ZILVERDAM, person
from scans import png
from served import Api, expect_problem, onward, sparing

from rules.core.roles import Actor, Role

THEIRS = person(Role.FINANCE, GOUDVEEN)


def prepared(api: Api, **changes: Any) -> str:
    """Return a case of one employer in which an invoice can be received."""
    case = api.receive(**changes)
    api.walk(case, choose=sparing, before="receive-invoice")
    return case


def invoice_for(api: Api, case: str, **changes: Any) -> dict[str, Any]:
    """Return the example of an invoice of a case, changed."""
    return {**api.action(case, "receive-invoice")["example"], **changes}


@pytest.fixture(scope="module")
def of_goudveen(api: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an invoice of Goudveen, and its payable."""
    case = prepared(api, employers=[GOUDVEEN], name="G. Oudveen")
    body = invoice_for(api, case, number="G-77", payee="Slotenmaker BV")
    answer = api.post(f"{case}/actions/receive-invoice", THEIRS, body, match="*")
    assert answer.is_success, answer.text
    (payable,) = api.read(f"{case}/payables", THEIRS)["items"]
    return body, payable


def test_an_invoice_that_another_employer_received_is_refused_without_its_name(
    api: Api, of_goudveen: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    body, theirs = of_goudveen
    case = prepared(api)
    for changes, rule in (({}, "payable.not-a-duplicate"), ({"number": "G 77"}, "payable.no-lookalike")):
        same = invoice_for(api, case, **{name: body[name] for name in ("number", "payee", "iban")} | changes)
        problem = api.post(f"{case}/actions/receive-invoice", FINANCE, same, match="*")
        assert rule in [finding["rule"] for finding in expect_problem(problem, 409)["findings"]]
        assert theirs["id"] not in problem.text
        assert theirs["application"] not in problem.text
    for reader in (FINANCE, person(Role.OFFICER), person(Role.COORDINATOR)):
        for part in ("history", "decisions"):
            assert theirs["id"] not in api.get(f"{case}/{part}", reader).text


def test_the_office_sees_both_and_an_employer_its_own(
    api: Api, of_goudveen: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    body, theirs = of_goudveen
    case = theirs["application"]
    again = {**body, "lines": body["lines"]}
    problem = expect_problem(
        api.post(f"/v1/applications/{case}/actions/receive-invoice", THEIRS, again, match="*"), 409
    )
    assert theirs["id"] in " ".join(finding["message"] for finding in problem["findings"])


def test_a_document_that_another_employer_keeps_is_refused_without_its_name(
    api: Api, of_goudveen: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    _, theirs = of_goudveen
    picture = png("of an invoice")
    headers = {"Content-Type": "image/png"}
    contact = person(Role.SECURITY_CONTACT, GOUDVEEN)
    first = api.post(f"/v1/payables/{theirs['id']}/documents", contact, content=picture, headers=headers)
    assert first.status_code == 201, first.text
    case = prepared(api)
    assert api.do(api.action(case, "receive-invoice")).is_success
    (mine,) = api.read(f"{case}/payables", CONTACT)["items"]
    problem = api.post(f"/v1/payables/{mine['id']}/documents", CONTACT, content=picture, headers=headers)
    assert [finding["rule"] for finding in expect_problem(problem, 409)["findings"]] == ["document.once"]
    assert theirs["id"] not in problem.text


def test_an_employer_reaches_and_reads_no_part_of_another_in_a_shared_case(api: Api) -> None:
    case = api.receive(employers=[ZILVERDAM, GOUDVEEN])
    api.walk(case, choose=sparing, before="receive-invoice")
    body = {**invoice_for(api, case), "application": case.rsplit("/", 1)[1]}
    made = api.post("/v1/payables", FINANCE, body)
    assert made.status_code == 201, made.text
    assert {item["organisation"] for item in made.json()["items"]} == {ZILVERDAM}
    parts = {item["organisation"]: item for item in api.read(f"{case}/payables")["items"]}
    theirs = parts[GOUDVEEN]["id"]
    reject = {"reasons": "The invoice names work that was not ordered."}
    missing = api.post("/v1/payables/payable-222222222222/actions/reject", APPROVER, reject, match="*")
    found = api.post(f"/v1/payables/{theirs}/actions/reject", APPROVER, reject, match="*")
    assert found.status_code == missing.status_code == 404
    assert found.text.replace(theirs, "?") == missing.text.replace("payable-222222222222", "?")
    their_approver = Actor(person(Role.APPROVER, GOUDVEEN).person, Role.APPROVER, GOUDVEEN)
    api.walk(case, before="approve", choose=onward)
    rejected = api.post(f"/v1/payables/{theirs}/actions/reject", their_approver, reject, match="*")
    assert rejected.is_success, rejected.text
    for part in ("history", "decisions", "actions", "payables"):
        assert theirs not in api.get(f"{case}/{part}", APPROVER).text, part
