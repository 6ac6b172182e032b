"""Finance in the browser: an invoice from its receipt to the books, in the hands of three people."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from browsing import Browser, Page, fields_of
from lxml.etree import fromstring
from office import APPROVER, CONTACT, EMPLOYER, FINANCE, RELEASER, ZILVERDAM, enrol
from pdfs import pdf
from served import ELSEWHERE, Api, Serve, office_today, sparing
from sqlalchemy import event

from api.http import page_sessions
from api.routes import bank_files
from rules.core.roles import Actor, Role
from states.formats.demonstration_bank import answer
from states.storage.database import transaction

SECRETS = ("Voorbeeldlaan 1", "Two adults, one child", "GEHEIME-LEVERING")
"""What is planted in the case and on the invoice, and what nobody who pays needs to know."""
MOST_QUERIES = 12
PLACES = ("facturen", "opdrachten", "bank", "boeken", "perioden", "rapporten")


@pytest.fixture
def office(serve: Serve) -> Iterator[Api]:
    """Serve an office for one test."""
    with serve() as api:
        yield api


def billed(api: Api, by: Actor | None = None) -> str:
    """Bring a case to an invoice that waits for its check, entered by someone; returns the address of the case."""
    case = api.receive()
    api.walk(case, choose=sparing, before="receive-invoice")
    action = api.action(case, "receive-invoice")
    body = {**action["example"], "lines": [{**each, "text": SECRETS[2]} for each in action["example"]["lines"]]}
    who = by or Actor(action["person"], Role(action["role"]), action["organisation"])
    sent = api.call(action["method"], action["href"], who, body, match=action["ifMatch"])
    assert sent.is_success, sent.text
    return case


def both(api: Api, *roles: Role) -> list[Actor]:
    """Register one person with several roles at the employer."""
    actors = [Actor("dubbel-1", role, ZILVERDAM) for role in roles]
    with transaction(api.engine) as session:
        enrol(session, *actors, at=datetime.now(UTC) - timedelta(seconds=30))
    return actors


def payable_of(api: Api, case: str) -> str:
    """Return the address of the page of the only invoice of a case."""
    (found,) = api.read(f"{case}/payables", FINANCE)["items"]
    return f"/betalen/facturen/{found['id']}"


def batch_of(api: Api) -> str:
    """Return the address of the page of the newest payment order."""
    return f"/betalen/opdrachten/{api.read('/v1/payment-batches', FINANCE)['items'][0]['id']}"


def upload(browser: Browser, content: bytes, status: int = 200) -> Page:
    """Send a file of the bank with the form on its page."""
    page = browser.get("/betalen/bank")
    form, _ = page.form("Lees het bestand in")
    sent = browser.client.post(
        "/betalen/bank",
        data=fields_of(form),
        files={"bestand": ("afschrift.xml", content, "application/xml")},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=True,
    )
    return browser.read(sent, status)


def facts_of(page: Page) -> dict[str, str]:
    """Return the facts of a page by their names."""
    names, values = page.all("dt"), page.all("dd")
    return {page.words(name): page.words(value) for name, value in zip(names, values, strict=True)}


def test_three_people_bring_an_invoice_from_its_receipt_to_the_books(office: Api) -> None:
    case = billed(office)
    finance, approver, releaser = (Browser(office, by) for by in (FINANCE, APPROVER, RELEASER))
    found = finance.get("/betalen/facturen")
    assert "Te controleren (1)" in found.words()
    page = finance.send(finance.get(found.link("Begin met de eerste factuur")), "Bevestig de controle")
    assert "De factuur is gecontroleerd." in page.words()
    assert "Een budgethouder keurt deze factuur goed." in page.words()

    found = approver.get("/betalen/facturen")
    page = approver.send(approver.get(found.link("Begin met de eerste factuur")), "Keur de factuur goed")
    assert facts_of(page)["Staat"] == "Goedgekeurd"

    found = finance.get("/betalen/opdrachten")
    assert "1 betaling, samen" in found.words()
    page = finance.send(finance.get(found.link("Maak een betaalopdracht")), "Stel de betaalbatch samen")
    page = finance.send(page, "Verzegel de betaalbatch")
    order = page.answer.url.path
    releaser.send(releaser.get(order), "Geef de betaalbatch vrij")
    page = finance.send(finance.get(order), "Lever het bestand aan")
    file = finance.client.get(page.link("Haal het betaalbestand op"))
    expect_same_figures(facts_of(page), file.content)
    assert re.search(r'attachment; filename="[^"]*\.xml"', file.headers["Content-Disposition"])

    page = upload(finance, answer(file.content, booked_on=office_today()))
    assert "Het bestand is ingelezen." in page.words()
    assert "betaald" in page.words(page.all("table")[0])
    assert "al ingelezen" in upload(finance, answer(file.content, booked_on=office_today())).words()

    page = finance.get(finance.get("/betalen/boeken").link("Begin met de eerste boeking"))
    assert "mist nog" in page.words()
    form = finance.get(page.link("Vul de bewijsstukken aan"))
    evidence = office.action(case, "complete-evidence")["example"]
    typed = {name: "ja" if value is True else value for name, value in evidence.items()}
    page = finance.send(form, "Vul de bewijsstukken aan", typed)
    assert "mist nog" not in page.words()
    page = finance.send(finance.get(page.link("Boek de kosten")), "Boek de kosten")
    assert facts_of(page)["Staat"] == "Geboekt"
    assert "De weg van het geld is volledig." in finance.get(payable_of(office, case)).words()


def expect_same_figures(shown: dict[str, str], file: bytes) -> None:
    """Assert that a page shows the number, the total and the hash of a file, as the bank does."""
    document = fromstring(file)
    figures = {str(each.tag).rpartition("}")[2]: each.text for each in document.iter()}
    assert shown["Aantal betalingen"] == figures["NbOfTxs"]
    total = shown["Totaal"].removeprefix("€ ").replace(".", "").replace(",", ".")
    assert Decimal(total) == Decimal(str(figures["CtrlSum"]))
    assert shown["Controlegetal van het bestand (SHA-256)"] == hashlib.sha256(file).hexdigest()
    assert shown["Kenmerk"] == figures["MsgId"]


def test_who_checked_an_invoice_is_told_why_another_must_approve_it(office: Api) -> None:
    as_finance, as_approver = both(office, Role.FINANCE, Role.APPROVER)
    address = payable_of(office, billed(office))
    checking = Browser(office, as_finance)
    checking.send(checking.get(address), "Bevestig de controle")
    approving = Browser(office, as_approver)
    found = approving.get("/betalen/facturen")
    (table,) = found.all("table")
    assert "Dit moet een ander doen" in found.words()
    assert "een ander nodig (vier ogen)" in found.words(table)
    page = approving.get(address)
    assert "een ander nodig (vier ogen)" in page.words()
    assert "Keur de factuur goed" not in page.words()
    sent = {"csrf": page_sessions.csrf_token(approving.token), "key": "k" * 20, "version": "*"}
    refused = approving.client.post(f"{address}/doen/approve", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert "een ander nodig (vier ogen)" in approving.read(refused, 409).words()
    assert "Dit moet een ander doen" not in Browser(office, APPROVER).get("/betalen/facturen").words()
    assert facts_of(approving.get(address))["Staat"] == "Gecontroleerd"


def test_a_releaser_who_entered_an_invoice_is_refused_with_words(office: Api) -> None:
    as_finance, as_releaser = both(office, Role.FINANCE, Role.RELEASER)
    case = billed(office, as_finance)
    office.walk(case, choose=sparing, before="release")
    browser = Browser(office, as_releaser)
    page = browser.get(batch_of(office))
    assert "een ander moet deze batch vrijgeven" in page.words()
    assert "Geef de betaalbatch vrij" not in page.words()
    page = browser.get(f"{batch_of(office)}/doen/release")
    refused = browser.send(page, "Geef de betaalbatch vrij", status=409)
    assert "een ander moet deze batch vrijgeven" in refused.words()
    assert ": verzegeld" in Browser(office, RELEASER).get(batch_of(office)).words()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"dit is geen xml", "Wij lezen een afschrift (camt.053)"),
        (b"<Document>\n<unclosed>\n</Document>", "De fout staat op regel 3."),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>", "Wij lezen een afschrift (camt.053)"),
        (b"", "Dit bestand is niet ingelezen"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_on_the_page_and_changes_nothing(
    api: Api, content: bytes, words: str
) -> None:
    browser = Browser(api, FINANCE)
    page = upload(browser, content, 422)
    assert "Er is niets veranderd." in page.words()
    assert words in page.words()
    assert page.form("Lees het bestand in")
    assert api.read("/v1/bank-messages", FINANCE)["items"] == []


def test_a_file_that_is_too_large_is_said_on_the_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_files, "LARGEST", 100)
    refused = upload(Browser(api, FINANCE), b"x" * 2**17, 413)
    assert "Het bestand is te groot" in refused.words()
    assert api.read("/v1/bank-messages", FINANCE)["items"] == []


def test_a_file_is_sent_by_finance_alone_and_not_from_another_page(api: Api) -> None:
    for by in (APPROVER, RELEASER):
        page = Browser(api, by).get("/betalen/bank")
        assert "Bestand van de bank inlezen" not in page.words()
    browser = Browser(api, FINANCE)
    for headers, data in (
        ({"Sec-Fetch-Site": "cross-site"}, {"csrf": page_sessions.csrf_token(browser.token)}),
        ({"Sec-Fetch-Site": "same-origin"}, {"csrf": "x"}),
    ):
        sent = browser.client.post("/betalen/bank", data=data, files={"bestand": ("a.xml", b"<a/>")}, headers=headers)
        assert sent.status_code == 403


def test_a_line_of_the_bank_that_waits_is_matched_with_the_payment_that_the_page_proposes(office: Api) -> None:
    case = billed(office)
    office.walk(case, choose=sparing, before="take-in-statement")
    (batch,) = office.read("/v1/payment-batches", FINANCE)["items"]
    (line,) = batch["lines"]
    sent = office.get(f"/v1/payment-batches/{batch['id']}/pain001", FINANCE).content
    renamed = answer(sent, booked_on=office_today()).replace(line["endToEnd"].encode(), b"ELDERS-1")
    finance = Browser(office, FINANCE)
    page = upload(finance, renamed.replace(f"<PmtInfId>{batch['messageId']}".encode(), b"<PmtInfId>X"))
    assert "Regels die wachten (1)" in page.words()
    assert "1 regel van de bank wacht op een besluit." in finance.get("/betalen/bank").words()
    assert "Koppel aan" not in Browser(office, APPROVER).get(page.answer.url.path).words()
    form = finance.get(page.link("Koppel aan"))
    refused = finance.send(form, "Koppel de bankregel", status=422)
    assert list(refused.errors()) == ["reasons"]
    page = finance.send(refused, "Koppel de bankregel", {"reasons": "Gezien op de rekening."})
    assert "De bankregel is gekoppeld." in page.words()
    assert "Regels die wachten" not in page.words()
    assert facts_of(finance.get(payable_of(office, case)))["Staat"] == "Betaald"


def test_who_closed_a_period_leaves_it_to_another_to_reopen_it(office: Api) -> None:
    finance = Browser(office, FINANCE)
    page = finance.get("/betalen/perioden")
    name = page.words(page.all("tbody")[0][0][0]).lower()
    page = finance.send(finance.get(page.link(f"Sluit {name}")), "Sluit de periode af")
    assert "U sloot deze periode. Een ander heropent haar." in page.words(page.all("tbody")[0][0])
    approver = Browser(office, APPROVER)
    form = approver.get(approver.get("/betalen/perioden").link(f"Heropen {name}"))
    page = approver.send(form, "Heropen de periode", {"reasons": "Een factuur kwam laat."})
    assert page.words(page.all("tbody")[0][0][1]) == "open"


def test_the_pages_of_another_employer_are_not_found(office: Api) -> None:
    case = billed(office)
    address = payable_of(office, case)
    office.walk(case, choose=sparing)
    batch = batch_of(office)
    booking = office.read("/v1/bookings", FINANCE)["items"][0]["id"]
    message = office.read("/v1/bank-messages", FINANCE)["items"][0]["id"]
    elsewhere = Browser(office, ELSEWHERE)
    for path in (
        address,
        f"{address}/doen/check",
        batch,
        f"{batch}/bestand",
        f"{batch}/doen/seal",
        f"/betalen/boeken/{booking}",
        f"/betalen/boeken/{booking}/doen/correct",
        f"/betalen/bank/{message}",
        f"/betalen/bank/{message}/1/doen/set-aside-bank-entry",
    ):
        elsewhere.get(path, status=404)
    typed = {"csrf": page_sessions.csrf_token(elsewhere.token), "key": "k" * 20, "version": "*"}
    for path in (f"{address}/doen/pay-in-parts", f"{batch}/doen/seal", f"/betalen/boeken/{booking}/doen/correct"):
        sent = elsewhere.client.post(path, data=typed, headers={"Sec-Fetch-Site": "same-origin"})
        elsewhere.read(sent, 404)
    for place in PLACES:
        assert booking not in elsewhere.get(f"/betalen/{place}").answer.text


def test_nobody_who_pays_reads_what_is_paid_for_or_where_it_is(office: Api) -> None:
    case = billed(office)
    addresses = [payable_of(office, case), *(f"/betalen/{place}" for place in PLACES)]
    office.walk(case, choose=sparing)
    addresses += [batch_of(office), f"/betalen/boeken/{office.read('/v1/bookings', FINANCE)['items'][0]['id']}"]
    for by in (FINANCE, APPROVER, RELEASER):
        for address in (*addresses, "/betalen/facturen?staat=paid", "/betalen/boeken?staat=booked"):
            text = Browser(office, by).get(address).answer.text
            assert not any(secret in text for secret in SECRETS), address
    assert SECRETS[2] in Browser(office, CONTACT).get(addresses[0]).answer.text


def test_a_document_is_seen_by_the_security_contact_and_only_counted_by_those_who_pay(office: Api) -> None:
    address = payable_of(office, billed(office))
    key = address.rpartition("/")[2]
    sent = office.post(
        f"/v1/payables/{key}/documents", CONTACT, content=pdf(), headers={"Content-Type": "application/pdf"}
    )
    assert sent.status_code == 201, sent.text
    contact = Browser(office, CONTACT)
    page = contact.get(address)
    (image,) = page.all("img")
    picture = contact.client.get(str(image.get("src")))
    assert (picture.headers["Content-Type"], picture.content[:2]) == ("image/jpeg", b"\xff\xd8")
    whole = contact.client.get(page.link("Haal het document op"))
    assert whole.headers["Content-Disposition"].startswith("attachment")
    for by in (FINANCE, APPROVER, EMPLOYER):
        browser = Browser(office, by)
        page = browser.get(address)
        assert "leest alleen de contactpersoon beveiliging" in page.words()
        assert not page.all("img")
        browser.get(str(image.get("src")), status=403)


def test_a_list_asks_as_often_for_many_rows_as_for_few(office: Api) -> None:
    def asked(place: str) -> int:
        statements: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            statements.append(statement)

        browser = Browser(office, FINANCE)
        event.listen(office.engine, "before_cursor_execute", note)
        browser.get(f"/betalen/{place}")
        event.remove(office.engine, "before_cursor_execute", note)
        return len(statements)

    billed(office)
    office.walk(billed(office), choose=sparing, before="approve")
    office.walk(billed(office), choose=sparing, before="book")
    few = {place: asked(place) for place in PLACES}
    billed(office)
    office.walk(billed(office), choose=sparing, before="approve")
    office.walk(billed(office), choose=sparing, before="book")
    assert {place: asked(place) for place in PLACES} == few
    assert max(few.values()) <= MOST_QUERIES, few


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_books_leave_as_files_with_neutral_names(api: Api, form: str) -> None:
    browser = Browser(api, FINANCE)
    for page in (browser.get("/betalen/boeken"), browser.get("/betalen/rapporten")):
        links = [str(each.get("href")) for each in page.all("a") if f"vorm={form}" in str(each.get("href"))]
        assert links
        for link in links:
            answer = browser.client.get(link)
            assert answer.status_code == 200, link
            assert re.fullmatch(rf'attachment; filename="[a-z0-9-]+\.{form}"', answer.headers["Content-Disposition"])
