"""Bank files over the API: batch contents, status reports, unmatched entries, and files that are too large."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from office import ADVISER, FINANCE, OFFICER, ZILVERDAM
from served import AUDITOR, ELSEWHERE, Api, Serve, expect_problem, office_today, sparing

from api.routes import bank_files
from states.formats.demonstration_bank import answer, report, returned


@pytest.fixture(scope="module")
def office(serve: Serve) -> Iterator[Api]:
    """Serve an office for this module."""
    with serve() as api:
        yield api


def take_in(api: Api, document: str | bytes, by: Any = FINANCE, **headers: str) -> httpx.Response:
    """Send a bank file."""
    return api.post("/v1/bank-messages", by, content=document, headers={"Content-Type": "application/xml", **headers})


def exported(api: Api) -> tuple[str, str, bytes]:
    """Export the batch of a case; returns the address of the case, that of the batch, and the exported file."""
    case = api.receive()
    api.walk(case, choose=sparing, before="take-in-statement")
    batch = api.read("/v1/payment-batches", FINANCE)["items"][0]
    address = f"/v1/payment-batches/{batch['id']}"
    return case, address, api.get(f"{address}/pain001", FINANCE).content


def state_of(api: Api, case: str) -> str:
    (payable,) = api.read(f"{case}/payables")["items"]
    return str(payable["state"])


def test_a_batch_says_before_it_is_built_and_after_what_it_leaves_out_and_why(office: Api) -> None:
    ready, waiting = office.receive(), office.receive()
    office.walk(waiting, choose=sparing, before="approve")
    office.walk(ready, choose=sparing, before="build")
    address = f"/v1/payment-batches/actions/propose?employer={ZILVERDAM}"
    proposed = office.read(address, FINANCE)
    (left,) = office.read(f"{waiting}/payables")["items"]
    (along,) = office.read(f"{ready}/payables")["items"]
    assert (proposed["count"], proposed["total"], proposed["payables"]) == (1, along["gross"], [along["id"]])
    (found,) = proposed["leftOut"]
    assert (found["payable"], found["amount"]) == (left["id"], left["gross"])
    assert [item["rule"] for item in found["findings"]] == ["batch.takes-what-was-approved"]
    assert "approval" in found["findings"][0]["message"]
    assert "goedkeuring" in found["findings"][0]["messageNl"]
    expect_problem(office.get(address, ELSEWHERE), 404)
    expect_problem(office.get(address, ADVISER), 403)
    office.walk(ready, choose=sparing, before="release")
    built = office.read("/v1/payment-batches", FINANCE)["items"][0]
    assert (built["leftOut"], built["count"], built["payeeIsVerified"]) == (proposed["leftOut"], 1, True)
    office.walk(ready, choose=sparing)
    office.walk(waiting, choose=sparing)


def test_a_status_report_is_taken_in_and_says_in_words_how_far_the_order_is(office: Api) -> None:
    case, address, sent = exported(office)
    answer = take_in(office, report(sent, told_on=office_today(), status="ACSC"))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["kind"], answer.json()["entries"]) == ("pain.002", [])
    batch = office.read(address, FINANCE)
    assert (batch["bankStatus"], batch["state"], state_of(office, case)) == ("ACSC", "exported", "batched")
    (line,) = batch["lines"]
    file = report(sent, told_on=office_today(), rejected={line["endToEnd"]: "AC04"})
    rejected = office.post("/v1/bank-messages", FINANCE, {"document": file.decode()}).json()
    (payment,) = rejected["payments"]
    assert (payment["status"], payment["reason"]) == ("RJCT", "AC04")
    assert payment["reasonWords"] == {"en": "the account was closed", "nl": "de rekening is opgeheven"}
    assert office.read(address, FINANCE)["state"] == "rejected"
    assert state_of(office, case) == "returned"
    assert take_in(office, file).json()["again"] is True
    expect_problem(take_in(office, file, ELSEWHERE), 422)
    kinds = [item["kind"] for item in office.read("/v1/bank-messages?kind=pain.002", FINANCE)["items"]]
    assert kinds == ["pain.002", "pain.002"]
    assert office.read("/v1/bank-messages", ELSEWHERE)["items"] == []
    expect_problem(office.get(f"/v1/bank-messages/{rejected['id']}", ELSEWHERE), 404)
    expect_problem(office.get(f"/v1/bank-messages/{rejected['id']}", ADVISER), 403)


def test_an_entry_that_waits_is_seen_with_its_reason_and_matched_by_a_person(office: Api) -> None:
    case, address, sent = exported(office)
    line = next(item for item in office.read(address, FINANCE)["lines"] if item["counts"])
    renamed = answer(sent, booked_on=office_today()).replace(line["endToEnd"].encode(), b"ELSEWHERE-1")
    without_batch = renamed.replace(f"<PmtInfId>{office.read(address, FINANCE)['messageId']}".encode(), b"<PmtInfId>X")
    taken = take_in(office, without_batch).json()
    (entry,) = taken["entries"]
    assert (entry["matched"], entry["waits"]) == (False, True)
    assert entry["finding"]["rule"] == "bank.entry-is-known"
    assert entry["finding"]["messageNl"]
    message = f"/v1/bank-messages/{taken['id']}"
    assert office.read("/v1/bank-messages?kind=camt.053", AUDITOR)["items"][0]["waiting"] == 1
    assert len(office.read(f"{message}?waits=true", FINANCE)["entries"]) == 1
    body = {"message": taken["id"], "position": 1, "payment": line["endToEnd"], "reasons": "Seen on the account."}
    place = f"/v1/organisations/{ZILVERDAM}/actions/match-bank-entry"
    expect_problem(office.post(place, OFFICER, body, match="*"), 403)
    assert office.post(place, FINANCE, body, match="*").status_code == 200
    assert state_of(office, case) == "paid"
    assert office.read(f"{message}?waits=true", FINANCE)["entries"] == []
    back = take_in(office, returned(sent, line["endToEnd"], booked_on=office_today(), reason="MD07")).json()
    assert back["entries"][0]["reasonWords"]["nl"] == "de ontvanger is overleden"
    assert state_of(office, case) == "returned"


def test_a_file_is_sent_once_for_an_idempotency_key(office: Api) -> None:
    _, _, sent = exported(office)
    file = answer(sent, booked_on=office_today())
    key = {"Idempotency-Key": "statement-of-today"}
    first, again = take_in(office, file, **key), take_in(office, file, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    expect_problem(take_in(office, file + b"\n", **key), 409)


def test_a_file_of_two_gigabytes_is_refused_before_it_is_sent(office: Api) -> None:
    host = office.client.base_url
    for kind in ("application/xml", "application/json"):
        connection = http.client.HTTPConnection(str(host.host), host.port, timeout=20)
        connection.putrequest("POST", "/v1/bank-messages")
        connection.putheader("Authorization", f"Bearer {office.token(FINANCE)}")
        connection.putheader("Content-Type", kind)
        connection.putheader("Content-Length", str(2 * 2**30))
        connection.endheaders()
        answered = connection.getresponse()
        problem = json.loads(answered.read())
        assert (answered.status, problem["status"]) == (413, 413)
        assert "larger than" in problem["detail"]
        connection.close()


def test_a_file_that_does_not_say_how_large_it_is_is_refused_once_it_is_too_large(
    office: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_files, "LARGEST", 2000)

    def pieces(count: int) -> Iterator[bytes]:
        yield from (b"x" * 100 for _ in range(count))

    for size, status in ((20, 422), (21, 413)):
        expect_problem(office.post("/v1/bank-messages", FINANCE, content=pieces(size)), status)
    expect_problem(take_in(office, b"x" * 2001), 413)
    expect_problem(take_in(office, b"x" * 2001, OFFICER), 403)
    problem = expect_problem(office.post("/v1/bank-messages", FINANCE, {"document": "x" * 2001}), 413)
    assert "2000" in problem["detail"]


def test_a_payee_whom_no_payment_file_can_name_is_refused_where_the_invoice_comes_in(office: Api) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="receive-invoice")
    invoice = {**office.action(case, "receive-invoice")["example"], "application": case.rsplit("/", 1)[1]}
    for payee, words in (("山田 B.V.", "U+5C71"), ("x" * 71, "has 71 characters"), ("\u200b", "is empty")):
        problem = expect_problem(office.post("/v1/payables", FINANCE, {**invoice, "payee": payee}), 422)
        (error,) = problem["errors"]
        assert error["field"] == "payee"
        assert words in error["message"]
    assert office.post("/v1/payables", FINANCE, {**invoice, "payee": "Łódź & Zn."}).status_code == 201
