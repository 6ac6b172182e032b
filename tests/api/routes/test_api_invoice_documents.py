"""Invoice documents and e-invoices over the API: early refusal, encrypted storage, and who may read them."""

import hashlib
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from e_invoices import e_invoice
from office import APPROVER, CONTACT, COORDINATOR, EMPLOYER, FINANCE, GOUDVEEN, OFFICER, RELEASER, person
from pdfs import ACTIVE, BOMBS, HOST, LOCKED, WORDS, pdf
from scans import jpeg, png
from served import AUDITOR, PRIVACY_OFFICER, Api, Serve, expect_problem, sparing
from sqlalchemy import text

from api.http.openapi_document import by_address
from rules.core.roles import Role
from states.commands import invoice_documents
from states.storage.database import transaction
from states.tables.payments import Document, DocumentPart

WHAT, ADDRESS, WROTE = "Titanium shutters Vlam", "Marterpad 417 Zilverdam", "Plaatsen bij Kwikzand"


LARGE = pdf(b"<< /Length 1 >>\nstream\n" + b"%" * (invoice_documents.PART_SIZE + 7) + b"\nendstream")


@pytest.fixture
def office(serve: Serve) -> Iterator[Api]:
    """Serve an office for one test."""
    with serve() as api:
        yield api


@pytest.fixture(scope="module")
def payable(api: Api) -> str:
    """Return the address of a payable; the tests that share it add documents to it."""
    case = api.receive(homeAddress=ADDRESS)

    def marked(items: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
        action, example = sparing(items)
        if action["name"] == "assess-domain" and example["measures"]:
            example = {**example, "measures": [{**example["measures"][0], "description": WHAT}]}
        return action, example

    api.walk(case, choose=marked, before="check")
    return f"/v1/payables/{api.read(f'{case}/payables')['items'][0]['id']}"


def send(api: Api, payable: str, data: bytes, by: Any = CONTACT, kind: str = "application/pdf") -> httpx.Response:
    """Send a document."""
    return api.post(f"{payable}/documents", by, content=data, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    ("data", "media", "suffix"),
    [
        (pdf(), "application/pdf", "pdf"),
        (png(), "image/png", "png"),
        (jpeg(), "image/jpeg", "jpg"),
        (e_invoice(), "application/xml", "txt"),
        (LARGE, "application/pdf", "pdf"),
    ],
    ids=["pdf", "png", "jpeg", "e-invoice", "large"],
)
def test_a_document_is_recognised_by_its_content_and_stored_encrypted_and_the_file_itself_is_never_sent(
    api: Api, payable: str, data: bytes, media: str, suffix: str
) -> None:
    made = send(api, payable, data, kind="text/html")
    assert made.status_code == 201, made.text
    expected = made.json()
    mark = hashlib.sha256(data).hexdigest()
    assert (expected["mediaType"], expected["size"], expected["sha256"], expected["again"]) == (
        media,
        len(data),
        mark,
        False,
    )
    got = api.get(made.headers["Location"], CONTACT)
    assert data not in got.content
    assert got.headers["Content-Type"] == ("text/plain; charset=utf-8" if suffix == "txt" else media)
    assert got.headers["Content-Disposition"] == f'attachment; filename="{expected["id"]}.{suffix}"'
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["X-Content-SHA256"] == hashlib.sha256(got.content).hexdigest()
    assert api.get(made.headers["Location"], CONTACT).content == got.content
    with api.engine.connect() as connection:
        query = text("SELECT sealed FROM document_part WHERE document = :id")
        sealed = connection.execute(query, {"id": expected["id"]}).scalars().all()
    assert len(sealed) == invoice_documents.part_count(len(data))
    assert all(data[:20] not in bytes(part) for part in sealed)
    again = send(api, payable, data)
    assert (again.status_code, again.json()) == (200, {**expected, "again": True})
    assert expected["id"] in [item["id"] for item in api.read(f"{payable}/documents", FINANCE)["items"]]
    with transaction(api.engine) as session:
        kept = invoice_documents.open_document(session, session.get_one(Document, expected["id"]))
    assert kept == data


@pytest.mark.parametrize("what", ACTIVE)
def test_what_acts_in_a_pdf_or_comes_along_in_it_is_not_in_what_is_sent(api: Api, payable: str, what: str) -> None:
    made = send(api, payable, ACTIVE[what])
    assert made.status_code == 201, made.text
    got = api.get(made.headers["Location"], CONTACT).content
    for name in (HOST, b"/Annot", b"/Action", b"/OpenAction", b"/JS", b"/JavaScript", b"/URI", b"/GoTo", b"/Launch"):
        assert name not in got
    for name in (b"/EmbeddedFile", b"/Filespec", b"/FS", b"/Names", b"/SubmitForm", b"/Prev", b"/ObjStm"):
        assert name not in got
    assert re.findall(rb"/Type /(\w+)", got) == [b"Page", b"XObject", b"Catalog", b"Pages"]
    spoken = api.get(f"{made.headers['Location']}/text", CONTACT)
    assert spoken.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (WORDS in spoken.text) is (what != "a script in a compressed object")
    assert HOST.decode() not in spoken.text


def test_the_text_of_an_e_invoice_is_shown_without_the_file_in_it(api: Api, payable: str) -> None:
    inside = "TVqQAAMAAAAEAAAA" * 40
    attached = (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject"
        f' mimeCode="application/pdf" filename="a.pdf">{inside}</cbc:EmbeddedDocumentBinaryObject>'
        '</cac:Attachment></cac:AdditionalDocumentReference><script xmlns="http://www.w3.org/1999/xhtml">run()</script>'
    )
    made = send(
        api,
        payable,
        e_invoice(number="F-2026-0099").replace(b"<cac:OrderReference>", attached.encode() + b"<cac:OrderReference>"),
    )
    assert made.status_code == 201, made.text
    for where in (made.headers["Location"], f"{made.headers['Location']}/text"):
        got = api.get(where, CONTACT)
        assert got.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "  ID: F-2026-0099\n" in got.text
        assert (
            "EmbeddedDocumentBinaryObject (mimeCode application/pdf) (filename a.pdf): a file, which is not shown"
            in got.text
        )
        assert "TVqQ" not in got.text
        assert "<" not in got.text


@pytest.mark.parametrize("make", [png, jpeg], ids=["png", "jpeg"])
def test_what_a_picture_carries_beside_its_dots_is_not_in_what_is_sent(api: Api, payable: str, make: Any) -> None:
    made = send(api, payable, make("GPS 52.1 4.3 home") + b"<script>run()</script>")
    assert made.status_code == 201, made.text
    where = made.headers["Location"]
    got = api.get(where, CONTACT).content
    assert got.startswith(make()[:3])
    assert b"GPS" not in got
    assert b"script" not in got
    assert api.get(f"{where}/text", CONTACT).text == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"MZ\x90\x00", "no PDF, PNG, JPEG or XML"),
        (png()[:-30], "breaks off before its end"),
        (jpeg()[:20], "breaks off before its end"),
        (b"<html><script>alert(1)</script></html>", "no PDF"),
        (b"GIF89a", "no PDF"),
        (b"%PDF-1.5\nbroken", "cannot be read"),
        (pdf()[:200], "cannot be read"),
        (pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [     ] /Count 0"), "cannot be read"),
        (pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [%s] /Count 41" % (b"3 0 R " * 41)), "more than 40 pages"),
        (LOCKED, "locked with a password"),
        (png(size=(20_000, 20_000)), "hundred million dots"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_cannot_be_shown_is_refused_with_its_reason_and_nothing_kept(
    api: Api, payable: str, data: bytes, words: str
) -> None:
    before = api.read(f"{payable}/documents", CONTACT)
    problem = expect_problem(send(api, payable, data), 422)
    assert words in problem["detail"]
    (finding,) = problem["findings"]
    assert (finding["rule"], finding["message"]) == ("document.shown", problem["detail"])
    assert finding["messageNl"]
    assert api.read(f"{payable}/documents", CONTACT) == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<?xml version='1.0'?><a/>", "no UBL 2.1"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "entities"),
    ],
)
def test_what_is_no_e_invoice_is_refused_and_nothing_kept(api: Api, payable: str, data: bytes, words: str) -> None:
    before = api.read(f"{payable}/documents", CONTACT)
    assert words in expect_problem(send(api, payable, data), 422)["detail"]
    assert api.read(f"{payable}/documents", CONTACT) == before


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_refused_in_words_within_its_limits_while_the_office_serves_others(
    api: Api, payable: str, what: str
) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        sending = pool.submit(send, api, payable, BOMBS[what])
        longest = 0.0
        while not sending.done():
            asked = time.monotonic()
            assert api.get("/health/live", None).status_code == 200
            longest = max(longest, time.monotonic() - asked)
            time.sleep(0.1)
        problem = expect_problem(sending.result(), 422)
    assert "more time or memory than an invoice needs" in problem["detail"]
    assert time.monotonic() - began < 40
    assert longest < 5
    assert send(api, payable, pdf(b"<< /After (%s) >>" % what.encode())).status_code == 201


def test_the_same_file_belongs_to_one_invoice_only(office: Api) -> None:
    cases = [office.receive() for _ in range(2)]
    found = []
    for case in cases:
        office.walk(case, choose=sparing, before="check")
        found.append(f"/v1/payables/{office.read(f'{case}/payables')['items'][0]['id']}")
    assert send(office, found[0], pdf()).status_code == 201
    problem = expect_problem(send(office, found[1], pdf()), 409)
    assert [finding["rule"] for finding in problem["findings"]] == ["document.once"]
    assert office.post(f"{found[0]}/actions/reject", APPROVER, {"reasons": "R"}, match="*").status_code == 200
    assert send(office, found[1], pdf()).status_code == 201


def test_two_gigabytes_are_refused_before_they_come(api: Api, payable: str) -> None:
    address = urlsplit(str(api.client.base_url))
    head = (
        f"POST {payable}/documents HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {api.token(CONTACT)}\r\n"
        "Content-Type: application/pdf\r\n"
    )
    began = time.monotonic()
    for length, sent in ((f"Content-Length: {2 * 2**30}\r\n\r\n", b""), ("Transfer-Encoding: chunked\r\n\r\n", None)):
        with socket.create_connection((address.hostname, address.port), timeout=30) as wire:
            wire.sendall((head + length).encode())
            if sent is None:  # a stream that does not say how long it is
                piece = b"%x\r\n%s\r\n" % (2**20, b"%PDF-" + b"x" * (2**20 - 5))
                count = 0
                try:
                    while count < 2048:
                        wire.sendall(piece)
                        count += 1
                except OSError:
                    assert count < 100  # the limit is twenty, the rest is what was on its way
            answer = b""
            try:
                while got := wire.recv(65536):
                    answer += got
            except ConnectionResetError:
                assert sent is None
        assert sent is None or b" 413 " in answer.split(b"\r\n")[0]
        assert sent is None or b"20971520" in answer
    assert time.monotonic() - began < 25
    small = send(api, payable, b"%PDF-" + b"x" * 20971516)
    assert expect_problem(small, 413)["title"] == "Too large"
    assert small.headers["Connection"] == "close"


def test_a_caller_who_is_not_signed_in_sends_no_file(api: Api, payable: str) -> None:
    expect_problem(api.post(f"{payable}/documents", None, content=b"x"), 401)
    expect_problem(api.post("/v1/invoices/actions/read", None, content=b"x"), 401)


@pytest.mark.parametrize("by", [FINANCE, APPROVER, RELEASER, EMPLOYER, AUDITOR, OFFICER, COORDINATOR], ids=str)
def test_a_document_is_for_the_security_contact_and_the_privacy_officer_alone(api: Api, payable: str, by: Any) -> None:
    data = png(str(by))
    made = send(api, payable, data)
    where = made.headers["Location"]
    for read in (where, f"{where}/text"):
        problem = expect_problem(api.get(read, by), 403)
        assert [finding["rule"] for finding in problem["findings"]] == ["duty.role"]
        expect_problem(api.get(read, person(Role.SECURITY_CONTACT, GOUDVEEN)), 404)
    assert api.get(where, PRIVACY_OFFICER).content.startswith(png()[:8])
    expect_problem(api.get("/v1/documents/document-elsewhere", CONTACT), 404)
    expect_problem(api.get(f"{payable}/documents", person(Role.FINANCE, GOUDVEEN)), 404)
    if by in (AUDITOR, OFFICER, COORDINATOR, APPROVER, RELEASER):
        expect_problem(send(api, payable, jpeg(str(by)), by), 403)


def test_a_piece_that_was_changed_moved_or_left_out_does_not_open(office: Api) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="check")
    payable = f"/v1/payables/{office.read(f'{case}/payables')['items'][0]['id']}"
    where = send(office, payable, png("y" * (2 * invoice_documents.PART_SIZE))).headers["Location"]
    assert office.get(where, CONTACT).is_success
    table = DocumentPart.__tablename__
    with office.engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {table} WHERE position = 2"))  # a name of ours
    assert not office.get(where, CONTACT).is_success
    with office.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET position = 2 WHERE position = 1"))
    assert not office.get(where, CONTACT).is_success


# What finance sees of an invoice whose lines say what it is for.


def test_finance_never_learns_what_a_measure_is_or_where(office: Api) -> None:
    case = office.receive(homeAddress=ADDRESS)

    def marked(items: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
        action, example = sparing(items)
        if action["name"] == "assess-domain" and example["measures"]:
            example = {**example, "measures": [{**example["measures"][0], "description": WHAT}]}
        return action, example

    office.walk(case, choose=marked, before="receive-invoice")
    amounts = {"net": "100.00", "vatRate": "21", "vat": "21.00", "gross": "121.00"}
    invoice = {
        "application": case.rsplit("/", 1)[1],
        "number": "F-77",
        "dated": office.action(case, "receive-invoice")["example"]["dated"],
        "payee": "Beveiliging Voorbeeld BV",
        "iban": "NL02ABNA0123456789",
        "toMatch": True,
        "lines": [{**amounts, "text": f"{WROTE} {WHAT}"}],
    }
    made = office.post("/v1/payables", CONTACT, invoice)
    assert made.status_code == 201, made.text
    (shown,) = made.json()["items"]
    assert (shown["state"], shown["texts"]) == ("to-match", [f"{WROTE} {WHAT}"])
    assert [line["gross"] for line in shown["lines"]] == ["121.00"]
    payable = f"/v1/payables/{shown['id']}"
    send(office, payable, png(WHAT))
    secrets = (WHAT, ADDRESS, WROTE, '"domain":"digital"')
    reads(office, case, payable, secrets)
    match = office.action(case, "match")
    assert (match["role"], match["allowed"]) == ("security-contact", True)
    assert office.do(match).is_success
    reads(office, case, payable, secrets)
    office.walk(case, choose=sparing)
    reads(office, case, payable, secrets)
    assert WROTE in office.get(payable, CONTACT).text


def test_an_account_is_named_to_those_alone_who_pay(office: Api) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="check")
    account = "NL02ABNA0123456789"
    for by, expected in (
        (FINANCE, account),
        (OFFICER, None),
        (COORDINATOR, None),
        (person(Role.FINANCE, GOUDVEEN), None),
    ):
        found = office.get(f"{case}/actions", by)
        notes = [item for item in found.json().get("items", []) if item["name"] == "receive-credit-note"]
        assert [item["example"]["iban"] for item in notes if item["example"]] == ([expected] if expected else [])


def reads(api: Api, case: str, payable: str, secrets: tuple[str, ...]) -> None:
    """Check every resource that finance can get for content that it need not know."""
    document = api.read("/openapi.json", FINANCE)
    reference = case.rsplit("/", 1)[1]
    keys = {"/v1/applications": reference, "/v1/payables": payable.rsplit("/", 1)[1]}
    readable = 0
    for by in (FINANCE, APPROVER, RELEASER):
        for path, methods in by_address(document).items():
            if "get" not in methods or not path.startswith("/v1/"):
                continue
            start = "/".join(path.split("/")[:3])
            if "{" in path and start not in keys:
                continue
            where = re.sub(r"\{[^}]+\}", keys.get(start, ""), path)
            answer = api.get(where, by)
            readable += answer.is_success
            for secret in secrets:
                assert secret not in answer.text, (str(by), where, secret)
    assert readable > 40


# E-invoices.


def test_an_e_invoice_is_filled_in_taken_in_and_matched(office: Api) -> None:
    case = office.receive()
    office.walk(case, choose=sparing, before="receive-invoice")
    reference = case.rsplit("/", 1)[1]
    day = office.action(case, "receive-invoice")["example"]["dated"]
    data = e_invoice(dated=day, order=f"Onze ref. {reference}")
    for by, expected in ((CONTACT, "Camera Voorbeeldlaan 1"), (FINANCE, None)):
        answer = office.post("/v1/invoices/actions/read", by, content=data, headers={"Content-Type": "application/xml"})
        assert answer.status_code == 200, answer.text
        filled = answer.json()
        assert filled["problems"] == []
        assert (filled["application"], filled["addressedTo"]) == (reference, "gemeente-zilverdam")
        assert filled["lines"][0]["text"] == expected
        assert "Voorbeeldlaan" not in answer.text or by is CONTACT
    fields = ("application", "number", "dated", "currency", "payee", "iban", "addressedTo", "totals", "lines")
    made = office.post("/v1/payables", FINANCE, {**{name: filled[name] for name in fields}, "toMatch": True})
    assert made.status_code == 201, made.text
    assert made.json()["items"][0]["gross"] == "197.25"
    assert office.do(office.action(case, "match")).is_success
    note = e_invoice(credit=True, dated=day, number="C-1", preceding="F-2026-0042")
    found = office.post("/v1/invoices/actions/read", FINANCE, content=note).json()
    assert (found["kind"], found["invoice"]) == ("credit-note", made.json()["items"][0]["invoice"])


def test_what_in_an_e_invoice_does_not_fit_is_shown_and_an_unreadable_one_refused(api: Api) -> None:
    data = e_invoice(gross="197.26", buyer="Gemeente Elders", number="F#2026/42", dated="2024-01-01")
    filled = api.post("/v1/invoices/actions/read", FINANCE, content=data).json()
    assert [(item["term"], item["standard"]) for item in filled["problems"]] == [
        ("BT-1", None),
        ("BT-44", None),
        ("BT-112", "BR-CO-15"),
        ("BT-115", "BR-CO-16"),
    ]
    assert all(item["message"] and item["messageNl"] for item in filled["problems"])
    assert (filled["number"], filled["addressedTo"], filled["application"]) == (None, None, None)
    assert "Elders" not in str(filled)
    problem = expect_problem(api.post("/v1/invoices/actions/read", FINANCE, content=b"<?xml version='1.0'?><a/>"), 422)
    assert problem["title"] == "The document is refused"
    expect_problem(api.post("/v1/invoices/actions/read", AUDITOR, content=data), 403)
    large = api.post("/v1/invoices/actions/read", FINANCE, content=b"x" * (8 * 2**20 + 1))
    assert expect_problem(large, 413)["status"] == 413
