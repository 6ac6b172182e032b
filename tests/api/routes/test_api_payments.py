"""Payments over the API: the payment order, the bank's files, and the journal."""

import csv
import hashlib
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from office import ADVISER, APPROVER, COORDINATOR, EMPLOYER, FINANCE, GOUDVEEN, OFFICER, RELEASER, person
from served import AUDITOR, ELSEWHERE, Api, Serve, expect_problem, sparing

from rules.core.roles import Role


@pytest.fixture
def office(serve: Serve) -> Iterator[Api]:
    """Serve an office for one test."""
    with serve() as api:
        yield api


@pytest.fixture(scope="module")
def exported(api: Api) -> dict[str, Any]:
    """Export the batch of a case; returns the case, the batch and the bank's answer, which tests only read."""
    case = api.receive()
    api.walk(case, choose=sparing, before="take-in-statement")
    batch = api.read("/v1/payment-batches", FINANCE)["items"][0]
    document = api.action(case, "take-in-statement")["example"]["document"]
    return {"case": case, "batch": f"/v1/payment-batches/{batch['id']}", "document": document, **batch}


def take_in(api: Api, document: str | bytes, by: Any = FINANCE, kind: str = "application/xml") -> httpx.Response:
    """Send a bank file."""
    return api.post("/v1/bank-messages", by, content=document, headers={"Content-Type": kind})


def test_the_file_leaves_only_after_the_export(office: Api) -> None:
    case = office.receive()
    for before, state in (("seal", "open"), ("release", "sealed"), ("export", "released")):
        office.walk(case, choose=sparing, before=before)
        batch = office.read("/v1/payment-batches", FINANCE)["items"][0]
        assert batch["state"] == state
        problem = expect_problem(office.get(f"/v1/payment-batches/{batch['id']}/pain001", FINANCE), 409)
        assert problem["findings"][0]["rule"]
    office.walk(case, choose=sparing, before="take-in-statement")
    assert office.get(f"/v1/payment-batches/{batch['id']}/pain001", FINANCE).status_code == 200


def test_the_file_is_the_same_every_time_and_the_one_that_was_sealed(api: Api, exported: dict[str, Any]) -> None:
    files = [api.get(f"{exported['batch']}/pain001", by) for by in (FINANCE, RELEASER, FINANCE)]
    assert len({found.content for found in files}) == 1
    assert files[0].headers["Content-Type"] == "application/xml"
    mark = hashlib.sha256(files[0].content).hexdigest()
    assert mark == files[0].headers["X-Content-SHA256"] == api.read(exported["batch"], FINANCE)["sha256"]
    assert b"pain.001.001.09" in files[0].content
    for personal in (b"Voorbeeldlaan", b"A. Voorbeeld<", b"measure", b"VA-20"):
        assert personal not in files[0].content
    assert "VA-" not in files[0].headers["Content-Disposition"]


@pytest.mark.parametrize("by", [EMPLOYER, APPROVER, OFFICER, COORDINATOR, AUDITOR, ADVISER], ids=str)
def test_the_file_is_for_finance_and_the_releaser_alone(api: Api, exported: dict[str, Any], by: Any) -> None:
    expect_problem(api.get(f"{exported['batch']}/pain001", by), 403)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.RELEASER])
def test_the_file_of_another_employer_is_not_found(api: Api, exported: dict[str, Any], role: Role) -> None:
    other = person(role, GOUDVEEN)
    expect_problem(api.get(f"{exported['batch']}/pain001", other), 404)
    expect_problem(api.get(exported["batch"], other), 404)
    expect_problem(api.post(f"{exported['batch']}/actions/withdraw", other, match="*"), 404)
    assert api.read("/v1/payment-batches", other)["items"] == []
    expect_problem(api.post("/v1/payment-batches", other, {"employer": "gemeente-zilverdam"}), 403)


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_statement_pays_and_the_same_file_again_changes_nothing(office: Api, form: str) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="take-in-statement")
    document = office.action(case, "take-in-statement")["example"]["document"]

    def send() -> httpx.Response:
        if form == "xml":
            return take_in(office, document)
        return office.post("/v1/bank-messages", FINANCE, {"document": document})

    first = send()
    assert first.status_code == 201, first.text
    assert first.json()["again"] is False
    assert [entry["matched"] for entry in first.json()["entries"]] == [True]
    assert [item["state"] for item in office.read(f"{case}/payables")["items"]] == ["paid"]
    entries = office.read(f"{case}/history")
    again = send()
    assert again.status_code == 200
    assert again.json() == {**first.json(), "again": True}
    assert take_in(office, document).json()["again"] is True  # whichever form it comes in
    assert office.read(f"{case}/history") == entries


def test_a_statement_of_another_account_is_refused_whole(api: Api, exported: dict[str, Any]) -> None:
    before = api.read(f"{exported['case']}/history")
    problem = expect_problem(take_in(api, exported["document"], ELSEWHERE), 422)
    assert "account" in problem["detail"]
    foreign = exported["document"].replace("NL91ABNA0417164300", "NL44RABO0123456789")
    assert foreign != exported["document"]
    expect_problem(take_in(api, foreign), 422)
    assert api.read(f"{exported['case']}/history") == before
    assert [item["state"] for item in api.read(f"{exported['case']}/payables")["items"]] == ["batched"]


ENTITY = '<?xml version="1.0"?>\n\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<Document>&e;</Document>'


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (ENTITY, "Line 3"),
        ("<!DOCTYPE lolz>\n<Document/>", "Line 1"),
        ("<Document>\n<unclosed>\n</Document>", "Line 3"),
        ("", "XML"),
        ("no xml", "Line 1"),
        ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>", "camt.053"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>', "Line 1"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_line(api: Api, document: str, words: str) -> None:
    problem = expect_problem(take_in(api, document), 422)
    assert words in problem["detail"]
    assert "root:" not in problem["detail"]
    problem = expect_problem(api.post("/v1/bank-messages", FINANCE, {"document": document}), 422)
    assert words in problem["detail"]


def test_a_wrong_line_inside_a_statement_is_named_and_nothing_of_it_counts(api: Api, exported: dict[str, Any]) -> None:
    lines = exported["document"].splitlines()
    place = next(number for number, line in enumerate(lines) if "<Ntry>" in line)
    broken = "\n".join([*lines[:place], lines[place].replace('Ccy="EUR"', 'Ccy="USD"'), *lines[place + 1 :]])
    assert broken != exported["document"]
    problem = expect_problem(take_in(api, broken), 422)
    assert f"Line {place + 1}" in problem["detail"]
    assert [item["state"] for item in api.read(f"{exported['case']}/payables")["items"]] == ["batched"]


NO_DOCUMENT = (
    b"{}",
    b"[]",
    b"7",
    b"null",
    b'"x"',
    b"{",
    b'{"file": "x"}',
    b"\xff",
    b'{"document": null}',
    b'{"document": 7}',
    b'{"document": "\\ud800"}',
    b"[" * 100_000,
)


@pytest.mark.parametrize("body", NO_DOCUMENT, ids=range(len(NO_DOCUMENT)))
def test_json_without_a_document_is_refused(api: Api, body: bytes) -> None:
    problem = expect_problem(take_in(api, body, kind="application/json"), 422)
    assert "document" in problem["detail"]


@pytest.mark.parametrize("by", [OFFICER, EMPLOYER, RELEASER, AUDITOR], ids=str)
def test_a_file_of_the_bank_is_taken_in_by_finance_alone(api: Api, exported: dict[str, Any], by: Any) -> None:
    problem = expect_problem(take_in(api, exported["document"], by), 403)
    assert [finding["rule"] for finding in problem["findings"]] == ["duty.role"]


def test_the_journal_balances_and_holds_nothing_that_a_spreadsheet_would_run(office: Api) -> None:
    for employers in (["gemeente-zilverdam"], ["gemeente-zilverdam", GOUDVEEN]):
        office.walk(office.receive(employers=employers), choose=sparing)
    sums: dict[str, Decimal] = {}
    for by, expected in ((FINANCE, 2), (ELSEWHERE, 1), (AUDITOR, 3), (person(Role.FINANCE, "provincie-laagland"), 0)):
        answer = office.get("/v1/bookings?format=csv", by)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        sums.clear()
        for row in rows:
            assert None not in row
            sums[row["booking"]] = sums.get(row["booking"], Decimal(0)) + Decimal(row["debit"]) - Decimal(row["credit"])
            assert row["taskField"] == "0.1"
            assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in row.values())
        assert len(sums) == expected
        assert set(sums.values()) <= {Decimal(0)}
        assert "Voorbeeld" not in answer.text
        assert len(office.read("/v1/bookings", by)["items"]) == expected


@pytest.mark.parametrize("code", ["=cmd", "+1", "-1", "@SUM", "=1+1", "\t=1", '"x', "a,b", "a\nb"])
def test_a_formula_is_no_account_of_an_employer_and_no_number_of_an_invoice(api: Api, code: str) -> None:
    body = {
        "id": "gemeente-formule",
        "kind": "municipality",
        "name": "Formule",
        "debtorIban": "NL91ABNA0417164300",
        "ledgerAccount": code,
        "costCentre": code,
        "bankAccount": code,
    }
    problem = expect_problem(api.post("/v1/organisations", person(Role.ADMINISTRATOR), body), 422)
    assert {item["field"] for item in problem["errors"]} == {"ledgerAccount", "costCentre", "bankAccount"}
    invoice = {"application": "VA-2026-X", "number": code, "dated": "2026-11-01", "payee": "P", "iban": "x" * 15}
    line = {"measure": "m-1", "net": "1", "vatRate": "21", "vat": "0.21", "gross": "1.21"}
    problem = expect_problem(api.post("/v1/payables", FINANCE, {**invoice, "lines": [line]}), 422)
    assert [item["field"] for item in problem["errors"]] == ["number"]


@pytest.mark.parametrize(
    ("field", "amount", "words"),
    [
        ("net", "1.234", "1.234 has more than two decimals"),
        ("gross", "-1.21", "-1.21 is negative"),
        ("vat", "NaN", "NaN is no finite number"),
        ("gross", 1e20, "1e+20 is too large"),
        ("net", "honderd", "This is no amount"),
    ],
)
def test_what_is_no_amount_is_named_with_its_field_and_what_would_be_right(
    api: Api, field: str, amount: Any, words: str
) -> None:
    line = {"outside": "wage", "reasons": "R", "net": "1", "vatRate": "21", "vat": "0.21", "gross": "1.21"}
    invoice = {"application": "VA-2026-X", "number": "F-1", "dated": "2026-11-01", "payee": "P", "iban": "x" * 15}
    problem = expect_problem(api.post("/v1/payables", FINANCE, {**invoice, "lines": [{**line, field: amount}]}), 422)
    (error,) = problem["errors"]
    assert error["field"] == f"lines.0.{field}"
    assert error["message"].startswith(words)
    assert "at most two decimals" in error["message"]


def test_what_is_outside_the_advice_shows_with_its_reasons_to_those_who_pay(office: Api) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="receive-invoice")
    invoice = {**office.action(case, "receive-invoice")["example"], "application": case.rsplit("/", 1)[1]}
    amounts = {"net": "50.00", "vatRate": "21", "vat": "10.50", "gross": "60.50"}
    outside = {"outside": "wage", "reasons": "Asked for by the household", **amounts}
    made = office.post("/v1/payables", FINANCE, {**invoice, "lines": [*invoice["lines"], outside]})
    assert made.status_code == 201, made.text
    (shown,) = made.json()["items"]
    assert shown["reasons"] == ["Asked for by the household"]
    assert shown["addressee"] == "employer"
    assert sorted(line["outside"] or "" for line in shown["lines"]) == ["", "wage"]
    assert office.read(f"/v1/payables/{shown['id']}", OFFICER)["reasons"] == []


def test_four_eyes_hold_over_the_api(office: Api) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="approve")
    payable = f"/v1/payables/{office.read(f'{case}/payables')['items'][0]['id']}"
    expect_problem(office.post(f"{payable}/actions/approve", FINANCE, match="*"), 403)
    problem = expect_problem(office.post(f"{payable}/actions/check", FINANCE, match="*"), 409)
    assert problem["findings"]
    assert office.post(f"{payable}/actions/approve", APPROVER, match="*").status_code == 200


def test_an_invoice_that_came_before_is_refused_and_its_account_not_repeated(office: Api) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="receive-invoice")
    invoice = {**office.action(case, "receive-invoice")["example"], "application": case.rsplit("/", 1)[1]}
    wrong = {**invoice, "iban": "NL00ABNA0000000000"}
    answer = office.post("/v1/payables", FINANCE, wrong)
    expect_problem(answer, 409)
    assert "NL00ABNA" not in answer.text
    made = office.post("/v1/payables", FINANCE, invoice)
    assert made.status_code == 201
    assert made.headers["Location"] == f"/v1/payables/{made.json()['items'][0]['id']}"
    again = office.post("/v1/payables", FINANCE, invoice)
    expect_problem(again, 409)
    assert invoice["iban"] not in again.text


def test_lists_of_payments_are_paged_and_no_row_is_left_out(office: Api) -> None:
    for _ in range(3):
        office.walk(office.receive(), choose=sparing)
    for path in ("/v1/payables", "/v1/payment-batches", "/v1/bank-messages", "/v1/bookings"):
        whole = office.read(path, FINANCE)
        assert whole["next"] is None
        assert len(whole["items"]) >= 3, path
        listed: list[str] = []
        page = office.read(f"{path}?limit=2", FINANCE)
        while True:
            listed += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            page = office.read(f"{path}?limit=2&cursor={page['next']}", FINANCE)
        assert listed == [item["id"] for item in whole["items"]], path
    expect_problem(office.get("/v1/payment-batches?cursor=batch-unknown", FINANCE), 404)
    expect_problem(office.get("/v1/bank-messages?cursor=nothing", FINANCE), 404)


def test_a_list_of_work_comes_in_pages_in_the_order_of_the_queue(office: Api) -> None:
    for _ in range(2):
        office.receive()
    whole = office.read("/v1/work-items", OFFICER)
    assert whole["next"] is None
    page = office.read("/v1/work-items?limit=1", OFFICER)
    listed = [item["id"] for item in page["items"]]
    while page["next"] is not None:
        assert len(page["items"]) == 1
        page = office.read(f"/v1/work-items?limit=1&cursor={page['next']}", OFFICER)
        listed += [item["id"] for item in page["items"]]
    assert len(listed) >= 2
    assert listed == [item["id"] for item in whole["items"]]
    for cursor in ("nothing", "1~2026-01-01~2026-01-01~x", "x~2026-01-01T00:00:00Z~2026-01-01T00:00:00Z~x"):
        expect_problem(office.get(f"/v1/work-items?cursor={cursor}", OFFICER), 400)
