"""Accounting over the API: the journal in every format, the reports, the periods and the money trail."""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from importlib.metadata import files
from typing import Any

import httpx
import pytest
from lxml import etree
from office import ADVISER, APPROVER, CONTACT, COORDINATOR, FINANCE, GOUDVEEN, ZILVERDAM
from openpyxl import load_workbook
from served import AUDITOR, ELSEWHERE, PRIVACY_OFFICER, Api, Serve, expect_problem, office_today, sparing

from states.accounting.export_rows import JournalRow, OpenItem

SPACE = {"x": "http://www.auditfiles.nl/XAF/3.2"}
FORMS = ("json", "csv", "xlsx")
REPORTS = ("tax-classes", "spending", "open-items")


def report_address(name: str) -> str:
    """Return the address of a report; all but the open items are of a year."""
    return f"/v1/reports/{name}?" + ("" if name == "open-items" else f"year={office_today().year}")


def reports() -> list[str]:
    return [report_address(name) for name in REPORTS]


@pytest.fixture(scope="module")
def books(serve: Serve) -> Iterator[Api]:
    """Serve an office with a paid and booked case of two municipalities, and a case with a pending payment."""
    with serve() as api:
        api.walk(api.receive(employers=[ZILVERDAM, GOUDVEEN]), choose=sparing)
        api.walk(api.receive(), choose=sparing, before="approve")
        tell = {"since": f"{office_today().year}-01-01", "source": "KADERNOTA-2026", "taxNumber": "001234567"}
        answer = api.post(f"/v1/organisations/{ZILVERDAM}/actions/set-accounts", FINANCE, tell, match="*")
        assert answer.is_success, answer.text
        yield api


def schema() -> etree.XMLSchema:
    """Return the published schema of XAF 3.2."""
    found = files("odoo-addon-l10n-nl-xaf-auditfile-export") or []
    path = next(file for file in found if file.name == "XmlAuditfileFinancieel3.2.xsd")
    return etree.XMLSchema(etree.parse(str(path.locate())))


def journal(api: Api, form: str, by: Any = FINANCE, more: str = "") -> httpx.Response:
    answer = api.get(f"/v1/journal-lines?format={form}{more}", by)
    assert answer.status_code == 200, answer.text
    return answer


def test_every_form_of_the_journal_has_the_same_lines_and_totals(books: Api) -> None:
    answer = journal(books, "json").json()
    control = answer["control"]
    assert control["count"] == len(answer["items"]) == 5
    assert control["debit"] == control["credit"]
    assert Decimal(control["debit"]) == sum(Decimal(item["debit"]) for item in answer["items"])

    written = journal(books, "csv")
    assert hashlib.sha256(written.content).hexdigest() == control["sha256"] == written.headers["X-Control-SHA256"]
    lines = list(csv.DictReader(io.StringIO(written.text)))
    assert [line["account"] for line in lines] == [item["account"] for item in answer["items"]]

    leaf = journal(books, "xlsx")
    assert leaf.headers["X-Control-SHA256"] == control["sha256"]
    workbook = load_workbook(io.BytesIO(leaf.content))
    page = list(workbook["journal"].iter_rows(values_only=True))
    assert list(page[0]) == list(lines[0]) == [field.alias for field in JournalRow.model_fields.values()]
    at = {name: place for place, name in enumerate(page[0])}
    assert {type(row[at["bookedOn"]]) for row in page[1:]} == {datetime}
    assert all(isinstance(row[at["debit"]], int | float) for row in page[1:])
    assert round(sum(row[at["debit"]] for row in page[1:]), 2) == float(control["debit"])
    check = dict(workbook["control"].iter_rows(values_only=True))
    assert (check["count"], check["sha256"], check["employer"]) == (5, control["sha256"], ZILVERDAM)

    audit = journal(books, "xaf", more=f"&period={office_today().year}")
    assert audit.headers["X-Control-SHA256"] == control["sha256"]
    tree = etree.fromstring(audit.content)
    assert tree.xpath("string(//x:transactions/x:totalDebit)", namespaces=SPACE) == control["debit"]
    assert tree.xpath("string(//x:transactions/x:linesCount)", namespaces=SPACE) == "5"


def test_an_audit_file_is_valid_by_the_published_schema_and_balances_entry_by_entry(books: Api) -> None:
    for period in (str(office_today().year), f"{office_today().year}-{office_today():%m}", "2024"):
        tree = etree.fromstring(journal(books, "xaf", more=f"&period={period}").content)
        schema().assertValid(tree)
        for entry in tree.iterfind(".//x:transaction", SPACE):
            lines = [(line.findtext("x:amntTp", None, SPACE), line) for line in entry.iterfind("x:trLine", SPACE)]
            sums = {
                side: sum(Decimal(line.findtext("x:amnt", "0", SPACE)) for way, line in lines if way == side)
                for side in "DC"
            }
            assert sums["D"] == sums["C"] > 0


def test_an_audit_file_is_of_one_employer_whose_tax_number_is_known_and_of_a_period(books: Api) -> None:
    problem = expect_problem(books.get(f"/v1/journal-lines?format=xaf&period={office_today().year}", ELSEWHERE), 409)
    assert [item["rule"] for item in problem["findings"]] == ["books.audit-file-names-its-taxpayer"]
    problem = expect_problem(books.get("/v1/journal-lines?format=xaf", FINANCE), 422)
    assert [item["field"] for item in problem["errors"]] == ["period"]
    problem = expect_problem(books.get(f"/v1/journal-lines?format=xaf&period={office_today().year}", AUDITOR), 422)
    assert [item["field"] for item in problem["errors"]] == ["employer"]
    assert journal(books, "xaf", AUDITOR, f"&period={office_today().year}&employer={ZILVERDAM}")


def test_books_are_the_own_employers_alone(books: Api) -> None:
    for path in ("/v1/journal-lines?format=csv", *reports()):
        expect_problem(books.get(f"{path}&employer={GOUDVEEN}", FINANCE), 404)
        expect_problem(books.get(path, ADVISER), 403)
        expect_problem(books.get(path, PRIVACY_OFFICER), 403)
    owners = {item["employer"] for item in journal(books, "json", ELSEWHERE).json()["items"]}
    assert owners == {GOUDVEEN}
    assert {item["employer"] for item in journal(books, "json", COORDINATOR).json()["items"]} == {ZILVERDAM, GOUDVEEN}
    expect_problem(books.get(f"/v1/organisations/{GOUDVEEN}/books", FINANCE), 404)


def test_nothing_personal_leaves_with_the_books(books: Api) -> None:
    for path in ("/v1/journal-lines?format=json", *reports()):
        for form in ("json", "csv"):
            text = books.get(f"{path}&format={form}", FINANCE).text
            for personal in ("Voorbeeld", "NL02ABNA", "VA-20", "measure", "digital", "@", FINANCE.person):
                assert personal not in text, (path, form, personal)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_the_same_in_every_form(books: Api, name: str) -> None:
    path = report_address(name)
    answer = books.read(f"{path}&format=json", FINANCE)
    written = books.get(f"{path}&format=csv", FINANCE)
    assert hashlib.sha256(written.content).hexdigest() == answer["control"]["sha256"]
    assert len(list(csv.DictReader(io.StringIO(written.text)))) == answer["control"]["count"] == len(answer["items"])
    page = load_workbook(io.BytesIO(books.get(f"{path}&format=xlsx", FINANCE).content))
    assert page.sheetnames[1] == "control"


def test_open_items_say_what_each_waits_for(books: Api) -> None:
    (item,) = books.read("/v1/reports/open-items", FINANCE)["items"]
    assert (item["kind"], item["state"], item["waitsFor"]) == ("payable", "checked", "the approval by another person")
    assert set(item) == {field.alias for field in OpenItem.model_fields.values()}
    assert books.read("/v1/reports/open-items", ELSEWHERE)["items"] == []


def test_a_year_adds_up_to_the_journal_and_is_reported_with_the_contribution_without_a_claim(books: Api) -> None:
    lines = journal(books, "json").json()["items"]
    (row,) = books.read(f"/v1/reports/tax-classes?year={office_today().year}", FINANCE)["items"]
    cost = sum(Decimal(line["debit"]) for line in lines if line["side"] == "cost")
    vat = sum(Decimal(line["debit"]) for line in lines if line["side"] == "vat")
    assert (Decimal(row["cost"]), Decimal(row["compensableVat"]), Decimal(row["gross"])) == (cost, vat, cost + vat)
    assert (row["taxClass"], row["designation"], row["bookings"]) == ("exempt-by-designation", "BESL 3.3.8(k)", 1)
    answer = books.read(f"/v1/reports/spending?year={office_today().year}", COORDINATOR)
    by_kind = {item["employerKind"]: item for item in answer["items"]}
    assert by_kind["municipality"]["employers"] == 2
    assert Decimal(by_kind["water-board"]["cost"]) == 0
    assert by_kind["ministry"]["contribution"] == "2500000.00"
    assert "nobody claims it" in answer["note"]
    assert books.read("/v1/reports/tax-classes?year=2024", FINANCE)["items"] == []
    old = books.read("/v1/reports/spending?year=2023", FINANCE)["items"]
    assert [item["contribution"] for item in old if item["employerKind"] == "ministry"] == [None]


def test_how_the_books_are_kept_can_be_read(books: Api) -> None:
    answer = books.read(f"/v1/organisations/{ZILVERDAM}/books", FINANCE)
    assert (answer["accounts"]["source"], answer["accounts"]["creditor"]) == ("KADERNOTA-2026", "1400")
    assert answer["closed"] == []
    other = books.read(f"/v1/organisations/{GOUDVEEN}/books", AUDITOR)
    assert (other["accounts"]["source"], other["accounts"]["cost"]) == ("registration", "4380")


def test_the_trail_is_one_call_from_the_advice_to_the_journal_and_leads_back(books: Api) -> None:
    payable = next(item for item in books.read("/v1/payables", FINANCE)["items"] if item["state"] == "paid")
    answer = books.read(f"/v1/payables/{payable['id']}/trail", FINANCE)
    assert answer["complete"] is True
    assert answer["gaps"] == []
    assert answer["advice"]["adoptedOn"]
    assert [item["organisation"] for item in answer["takeovers"]] == [ZILVERDAM]
    assert len({line["booking"] for line in answer["journal"]}) == 1
    entry, batch, booking = answer["entries"][0], answer["payments"][0]["batch"], answer["bookings"][0]["id"]
    for path in (
        f"/v1/measures/{answer['measures'][0]['id']}/trails",
        f"/v1/payment-batches/{batch}/trails",
        f"/v1/bank-messages/{entry['message']}/entries/{entry['position']}/trails",
    ):
        assert books.read(path, FINANCE)["items"] == [answer], path
    assert books.read(f"/v1/bookings/{booking}/trail", FINANCE) == answer
    both = books.read(f"/v1/measures/{answer['measures'][0]['id']}/trails", AUDITOR)["items"]
    assert {item["payable"]["organisation"] for item in both} == {ZILVERDAM, GOUDVEEN}


def test_the_trail_shows_a_measure_as_the_caller_may_see_it(books: Api) -> None:
    payable = next(item for item in books.read("/v1/payables", FINANCE)["items"] if item["state"] == "paid")
    path = f"/v1/payables/{payable['id']}/trail"
    views = {by: books.read(path, by)["measures"][0] for by in (FINANCE, APPROVER, CONTACT, AUDITOR)}
    assert {(views[by]["domain"], views[by]["description"]) for by in (FINANCE, APPROVER)} == {(None, None)}
    assert views[CONTACT]["description"]
    assert (views[AUDITOR]["domain"], views[AUDITOR]["description"]) == ("digital", None)
    expect_problem(books.get(path, ELSEWHERE), 404)
    expect_problem(books.get(path, ADVISER), 403)
    assert "NL" not in str(books.read(path, FINANCE)["payable"])
    for lost in (
        "/v1/payables/x/trail",
        "/v1/bookings/x/trail",
        "/v1/measures/x/trails",
        "/v1/payment-batches/x/trails",
    ):
        expect_problem(books.get(lost, FINANCE), 404)
    expect_problem(books.get("/v1/bank-messages/x/entries/1/trails", FINANCE), 404)


def test_a_month_is_closed_and_opened_again_over_the_api(books: Api) -> None:
    where, month = f"/v1/organisations/{ZILVERDAM}", {"period": f"{office_today().year - 1}-12"}
    assert books.post(f"{where}/actions/close-period", FINANCE, month, match="*").is_success
    assert [item["period"] for item in books.read(f"{where}/books", FINANCE)["closed"]] == [month["period"]]
    again = expect_problem(
        books.post(f"{where}/actions/reopen-period", FINANCE, {**month, "reasons": "R"}, match="*"), 409
    )
    assert [item["rule"] for item in again["findings"]] == ["books.reopened-by-another"]
    assert books.post(f"{where}/actions/reopen-period", APPROVER, {**month, "reasons": "R"}, match="*").is_success
    expect_problem(books.post(f"{where}/actions/close-period", FINANCE, {"period": "2026-13"}, match="*"), 422)
