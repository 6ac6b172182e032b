"""Pages of an employer: from the request to the order, invoices by hand and from a file, and nobody else's cases."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from e_invoices import e_invoice
from office import CONTACT, EMPLOYER, FINANCE, GOUDVEEN, OFFICER, ZILVERDAM, person
from served import Api, office_today
from sqlalchemy import event
from sqlmodel import select
from visits import Shown, Visitor

from rules.core.roles import Role
from states.storage.database import transaction
from states.tables.application import Takeover
from states.tables.deadlines import Term
from states.tables.operations import Draft

NAME, THREAT, INTERVIEW = "Kwartel Zevenblad", "Zwarte auto met kenteken 12-XYZ-3", "Verklaring onder vier ogen"
IBAN = "NL02ABNA0123456789"


@dataclass(frozen=True)
class Asked:
    """Case of which an employer was asked to take over the advice."""

    case: str
    reference: str
    takeover: str


def asked(api: Api, **changes: object) -> Asked:
    """Bring a case to the request to its employer, with a threat, an interview and a name in it."""
    case = api.receive(name=NAME, **changes)
    signal = {"kind": "intimidation", "source": "police", "details": THREAT}
    assert api.post(f"{case}/actions/record-threat", OFFICER, signal).status_code == 200
    api.walk(case, "interview-planned")
    api.act(case, "hold-interview", notes=INTERVIEW)
    api.walk(case, "takeover")
    reference = case.rpartition("/")[2]
    with transaction(api.engine) as session:
        takeover = session.exec(select(Takeover.id).where(Takeover.stream == reference)).first()
    return Asked(case, reference, str(takeover))


@pytest.fixture(scope="module")
def request_of(api: Api) -> Asked:
    """A request that waits; tests that go on with it have their own."""
    return asked(api)


@pytest.fixture
def employer(api: Api) -> Iterator[Visitor]:
    """Somebody who decides for Zilverdam."""
    with Visitor(api, EMPLOYER) as visitor:
        yield visitor


def today() -> str:
    """Today, as a browser sends it."""
    return office_today().isoformat()


def page_of(visitor: Visitor, found: Asked) -> Shown:
    """Open the page of a takeover."""
    return visitor.open(f"/werkgever/overnames/{found.takeover}")


def test_an_employer_goes_from_the_request_to_the_order(api: Api, employer: Visitor) -> None:
    found = asked(api)
    address = f"/werkgever/overnames/{found.takeover}"
    assert address in employer.open("/werkgever").links("/werkgever/overnames/")
    page = page_of(employer, found)
    assert page.heading == "Beveiliging overnemen"
    assert "Dan hebt u 8 weken." in page.text
    received = employer.send(page, f"{address}/doen/confirm-receipt", {"receivedOn": today()})
    assert received.status == 200, received.text
    assert "nog 5" in received.text
    assert f"{address}/doen/give-notice" in received.links(address)
    assert f"Naam van {EMPLOYER.person} deed dit op" in received.text
    decided = employer.send(received, f"{address}/doen/take-over", {"takenOverOn": today()})
    assert decided.status == 200, decided.text
    assert "Nu te doen: bestellen" in decided.text
    measures = employer.open("/werkgever/maatregelen")
    mine = [each["id"] for each in api.read(f"{found.case}/measures", EMPLOYER)["items"]]
    orders = [link for each in mine for link in measures.links(f"/werkgever/maatregelen/{each}/doen/order")]
    assert len(orders) == len(mine)
    refused = employer.send(employer.open(orders[0]), "/werkgever/maatregelen/", {"orderedOn": "2024-01-01"})
    assert refused.status in {409, 422}
    assert refused.field("orderedOn").get("value") == "2024-01-01"
    ordered = {}
    for link in orders:
        done = employer.send(employer.open(link), "/werkgever/maatregelen/", {"orderedOn": today()})
        ordered[link] = done.status
    states = {each["state"] for each in api.read(f"{found.case}/measures", EMPLOYER)["items"]}
    assert 200 in ordered.values(), ordered
    assert "ordered" in states


def test_the_day_of_a_decision_is_asked_and_what_was_typed_is_kept(api: Api, employer: Visitor) -> None:
    found = asked(api)
    address = f"/werkgever/overnames/{found.takeover}/doen/"
    page = page_of(employer, found)
    assert page.field("receivedOn").get("value") == ""
    missing = employer.send(page, address)
    assert missing.status == 422
    assert missing.error_of("receivedOn") == "Fout: Vul dit in."
    assert missing.heading == "Beveiliging overnemen"
    early = employer.send(page, address, {"receivedOn": "2020-01-01"})
    assert early.status in {409, 422}
    assert early.field("receivedOn").get("value") == "2020-01-01"
    assert page_of(employer, found).field("receivedOn").get("value") == ""


def test_the_page_of_a_takeover_names_neither_the_official_nor_a_threat_nor_the_interview(
    api: Api, employer: Visitor, request_of: Asked
) -> None:
    paths = (
        "/werkgever",
        "/werkgever/overnames",
        f"/werkgever/overnames/{request_of.takeover}",
        "/werkgever/maatregelen",
        "/werkgever/betaald",
        "/werkgever/facturen/nieuw",
    )
    with Visitor(api, CONTACT) as contact:
        for visitor in (employer, contact):
            for path in paths:
                page = visitor.open(path)
                assert page.status == 200, path
                for secret in (NAME, THREAT, INTERVIEW, "intimid", "Intimidatie", "Voorbeeldlaan"):
                    assert secret not in page.raw, (path, secret)


def test_a_takeover_shows_its_measures_with_the_own_part_and_says_that_refusing_cannot_be(
    api: Api, employer: Visitor, request_of: Asked
) -> None:
    page = page_of(employer, request_of)
    for each in api.read(f"{request_of.case}/measures", EMPLOYER)["items"]:
        assert each["description"] in page.text
    assert "Kan ik weigeren of minder doen? Nee." in page.text
    assert "artikel 3.9" in page.text


def test_a_late_employer_reads_what_follows_by_law(api: Api, employer: Visitor) -> None:
    found = asked(api)
    employer.send(page_of(employer, found), "/werkgever/overnames/", {"receivedOn": today()})
    with transaction(api.engine) as session:
        term = session.exec(select(Term).where(Term.subject == found.takeover, Term.kind == "takeover")).one()
        term.due_on = term.started_on.replace(year=term.started_on.year - 1)
    page = page_of(employer, found)
    assert "dagen te laat" in page.text
    assert "De ambtsdrager mag u in gebreke stellen. 2 weken later begint een dwangsom" in page.text
    assert page.form(f"/werkgever/overnames/{found.takeover}/doen/take-over") is not None
    assert employer.open("/werkgever").links("/werkgever/overnames/")[0] == f"/werkgever/overnames/{found.takeover}"


def test_a_lapsed_request_says_so_and_has_no_form(api: Api, employer: Visitor) -> None:
    found = asked(api)
    api.act(found.case, "withdraw")
    page = page_of(employer, found)
    assert "Dit verzoek is vervallen" in page.text
    assert [each for each in page.tree.iter("form") if "/doen/" in each.get("action", "")] == []


def test_a_security_contact_reads_the_takeover_and_does_not_decide(api: Api, request_of: Asked) -> None:
    with Visitor(api, CONTACT) as contact:
        page = page_of(contact, request_of)
        assert "Een collega neemt dit besluit" in page.text
        assert [each for each in page.tree.iter("form") if "/doen/" in each.get("action", "")] == []


def test_another_employer_finds_no_takeover_measure_or_case(api: Api, request_of: Asked) -> None:
    (measure, *_) = api.read(f"{request_of.case}/measures", EMPLOYER)["items"]
    with Visitor(api, person(Role.EMPLOYER, GOUDVEEN)) as stranger:
        for path in (
            f"/werkgever/overnames/{request_of.takeover}",
            f"/werkgever/overnames/{request_of.takeover}/doen/give-notice",
            f"/werkgever/maatregelen/{measure['id']}/doen/order",
            f"/werkgever/facturen/nieuw?zaak={request_of.reference}",
        ):
            assert stranger.open(path).status == 404, path
        for path in ("/werkgever", "/werkgever/overnames", "/werkgever/maatregelen", "/werkgever/facturen/nieuw"):
            assert request_of.reference not in stranger.open(path).raw


def test_two_employers_see_each_their_own_part_of_a_shared_measure(api: Api) -> None:
    found = asked(api, employers=[ZILVERDAM, GOUDVEEN])
    with transaction(api.engine) as session:
        rows = session.exec(select(Takeover).where(Takeover.stream == found.reference)).all()
        own = {row.organisation: row.id for row in rows}
    assert set(own) == {ZILVERDAM, GOUDVEEN}
    with Visitor(api, person(Role.EMPLOYER, GOUDVEEN)) as other:
        page = other.open(f"/werkgever/overnames/{own[GOUDVEEN]}")
        assert "samen met een andere werkgever" in page.text
        assert "Zilverdam" not in page.raw
        assert other.open(f"/werkgever/overnames/{own[ZILVERDAM]}").status == 404


def provided(api: Api) -> Asked:
    """Bring a case to the moment at which an invoice is due."""
    found = asked(api)
    api.walk(found.case, "closed", before="receive-invoice")
    return found


def payables(api: Api, found: Asked) -> list[dict[str, object]]:
    """The payables of a case that its employer sees."""
    items: list[dict[str, object]] = api.read(f"{found.case}/payables", FINANCE)["items"]
    return items


def test_an_invoice_is_entered_by_hand_once(api: Api, employer: Visitor) -> None:
    found = provided(api)
    (measure, *_) = [
        each for each in api.read(f"{found.case}/measures", EMPLOYER)["items"] if each["state"] == "provided"
    ]
    page = employer.open(f"/werkgever/facturen/nieuw?zaak={found.reference}")
    typed = {
        "number": "F-2026-77",
        "dated": today(),
        "payee": "Beveiliging Voorbeeld BV",
        "iban": IBAN,
        "lines.0.measure": measure["id"],
        "lines.0.net": "1.000,00",
        "lines.0.vatRate": "21",
        "lines.0.vat": "210,00",
        "lines.0.gross": "1.211,00",
    }
    wrong = employer.send(page, "/werkgever/facturen/nieuw", typed)
    assert wrong.status in {409, 422}
    assert wrong.field("number").get("value") == "F-2026-77"
    assert payables(api, found) == []
    right = {**typed, "lines.0.gross": "1.210,00"}
    for _ in range(2):
        done = employer.send(wrong, "/werkgever/facturen/nieuw", right)
        assert done.status == 200, done.text
    (made,) = payables(api, found)
    assert (made["number"], made["gross"]) == ("F-2026-77", "1210.00")


def test_an_e_invoice_fills_the_form_in_and_is_kept_until_it_is_sent(api: Api, employer: Visitor) -> None:
    found = provided(api)
    (measure, *_) = [
        each for each in api.read(f"{found.case}/measures", EMPLOYER)["items"] if each["state"] == "provided"
    ]
    choose = employer.open("/werkgever/facturen/nieuw")
    file = {"bestand": ("factuur.xml", e_invoice(order=found.reference, dated=today(), due=today()), "text/xml")}
    form = employer.send(choose, "/werkgever/facturen/lezen", files=file)
    assert form.status == 200, form.text
    assert form.path == f"/werkgever/facturen/nieuw?zaak={found.reference}"
    assert form.field("number").get("value") == "F-2026-0042"
    assert form.field("iban").get("value") == IBAN
    assert form.field("totals.gross").get("value") == "197,25"
    assert payables(api, found) == []
    lines = {
        int(name.split(".")[1]) for each in form.tree.iter() if (name := each.get("name", "")).startswith("lines.")
    }
    changes = {f"lines.{line}.measure": measure["id"] for line in lines}
    done = employer.send(form, "/werkgever/facturen/nieuw", changes)
    assert done.status == 200, done.text
    assert [each["number"] for each in payables(api, found)] == ["F-2026-0042"]
    with transaction(api.engine) as session:
        assert session.exec(select(Draft).where(Draft.person == EMPLOYER.person)).all() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Kies eerst het bestand van de factuur."),
        (b"%PDF-1.7 geen e-factuur", ""),
        (e_invoice(credit=True, order=""), "Dit is een creditnota."),
        (e_invoice(order=""), "Kies de zaak waar deze factuur bij hoort."),
    ],
    ids=["nothing", "not an e-invoice", "credit note", "no case"],
)
def test_a_file_that_cannot_be_used_says_what_to_do(
    employer: Visitor, request_of: Asked, content: bytes, words: str
) -> None:
    assert request_of.reference
    choose = employer.open("/werkgever/facturen/nieuw")
    page = employer.send(choose, "/werkgever/facturen/lezen", files={"bestand": ("factuur.xml", content, "text/xml")})
    assert page.status == 422
    assert page.title.startswith("Fout: ")
    assert words in page.error_of("bestand")
    assert page.error_of("bestand")


def test_the_list_of_takeovers_costs_as_many_queries_for_many_as_for_few(api: Api, employer: Visitor) -> None:
    asked(api)
    counted: list[int] = []
    for _ in range(2):
        seen: list[str] = []

        def note(*given: object, seen: list[str] = seen) -> None:
            seen.append(str(given[2]))

        event.listen(api.engine, "before_cursor_execute", note)
        assert employer.open("/werkgever/overnames").status == 200
        event.remove(api.engine, "before_cursor_execute", note)
        counted.append(len(seen))
        asked(api)
    assert counted[0] == counted[1], counted
