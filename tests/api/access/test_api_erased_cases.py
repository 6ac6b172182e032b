"""Erased cases over the API: without its data key a case is read by its facts, and takes events without content."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import copied
from pdfs import pdf
from served import Api, expect_problem, serving
from sqlalchemy import delete, true
from sqlmodel import col, select

from api.http.openapi_document import by_address
from rules.core.roles import Actor, Role
from states.storage.database import transaction
from states.storage.verification import verify
from states.tables.accounting import Booking
from states.tables.application import Application, Measure, Takeover
from states.tables.ledger import DataKey, Stream
from states.tables.loans import Loan, Objection
from states.tables.payments import BankMessage, Document, Payable, PaymentBatch
from states.tables.people import Duty, Organisation, Person
from states.tables.work import WorkItem

TABLES: dict[str, type[Any]] = {
    "takeovers": Takeover,
    "measures": Measure,
    "bookings": Booking,
    "loans": Loan,
    "objections": Objection,
    "organisations": Organisation,
    "people": Person,
    "work-items": WorkItem,
    "payables": Payable,
    "payment-batches": PaymentBatch,
    "documents": Document,
    "bank-messages": BankMessage,
}
"""The table behind ``/v1/<collection>/{id}``."""
READERS = (
    Role.OFFICER,
    Role.PRIVACY_OFFICER,
    Role.AUDITOR,
    Role.APPLICANT,
    Role.EMPLOYER,
    Role.SECURITY_CONTACT,
    Role.FINANCE,
    Role.RELEASER,
)
ERASED = {"content.can-be-kept", "content.still-there"}
"""The rules that refuse what an erased case can no longer do."""
UNRELATED = frozenset({"live", "ready", "rules", "terms", "statistics", "progress-report", "timers", "forecast"})
"""Collections without anything of a single case."""
ASKED = {
    "/v1/payment-batches/actions/propose": "?employer={employer}",
    "/v1/reports/tax-classes": "?year=2026",
    "/v1/reports/spending": "?year=2026",
}
"""What must be asked with some collections."""


@contextmanager
def office(server: str, demonstration: str, office_home: Path) -> Iterator[Api]:
    """A served copy of the demonstration office."""
    with copied(server, demonstration) as database, serving(database, office_home) as api:
        yield api


def erase(api: Api, *kinds: str) -> None:
    """Destroy the data keys of these kinds of streams; all of them if none is named."""
    with transaction(api.engine) as session:
        streams = select(Stream.id).where(col(Stream.kind).in_(kinds) if kinds else true())
        session.execute(delete(DataKey).where(col(DataKey.stream).in_(streams)))


def paying(api: Api) -> PaymentBatch:
    """An exported batch: its employer has payables, and a file of payees."""
    with transaction(api.engine) as session:
        exported = select(PaymentBatch).where(col(PaymentBatch.exported_at).is_not(None)).order_by(PaymentBatch.id)
        return session.exec(exported).first() or pytest.fail("the demonstration office has no exported batch")


def readers(api: Api) -> list[Actor]:
    """An auditor, and one person for each role that reads content of another kind."""
    with transaction(api.engine) as session:
        duties = session.exec(select(Duty).order_by(Duty.person)).all()
    first = {duty.role: duty for duty in reversed(duties) if duty.organisation in {"", paying(api).organisation}}
    return [Actor(first[role].person, role, first[role].organisation or None) for role in READERS]


def addresses(api: Api) -> list[str]:
    """Every address of a case and of what belongs to it that can be read, for things in different states."""
    found: list[str] = []
    with transaction(api.engine) as session:
        cases = {row.state: row.id for row in session.exec(select(Application).order_by(Application.id))}
        for path, methods in by_address(api.read("/openapi.json")).items():
            collection = path.split("/")[2]
            if "get" not in methods or collection in UNRELATED or path.endswith("/actions"):
                continue
            keys = [""]
            if "{reference}" in path:
                keys = list(cases.values())[::3]
            elif "{id}" in path:
                rows = session.exec(select(TABLES[collection])).all()
                keys = list({str(getattr(row, "state", "")): row.id for row in rows}.values())[:3]
                keys += [paying(api).id] if collection == "payment-batches" else []
            filled = (re.sub(r"\{(reference|id)\}", key, path).replace("{position}", "1") for key in keys)
            asked = ASKED.get(path, "").format(employer=paying(api).organisation)
            found += [f"{one}{asked}" for one in filled]
    return found


def cases_of(api: Api) -> list[str]:
    """The addresses of a case at every stage, and of more of those that are being paid."""
    found: dict[str, list[str]] = {}
    with transaction(api.engine) as session:
        for row in session.exec(select(Application).order_by(Application.id)):
            found.setdefault(row.state, []).append(f"/v1/applications/{row.id}")
    return [case for stage, same in found.items() for case in same[: 4 if stage == "settlement" else 1]]


def test_a_document_of_an_erased_case_is_gone_and_a_new_one_is_refused_in_words(
    server: str, demonstration: str, office_home: Path
) -> None:
    with office(server, demonstration, office_home) as api:
        contact = next(by for by in readers(api) if by.role is Role.SECURITY_CONTACT)
        with transaction(api.engine) as session:
            payable = session.exec(select(Payable).where(Payable.organisation == contact.organisation)).first()
        assert payable is not None
        path, more = f"/v1/payables/{payable.id}/documents", {"headers": {"Content-Type": "application/pdf"}}
        document = api.post(path, contact, content=pdf(), **more)
        assert document.status_code == 201, document.text
        erase(api)
        gone = expect_problem(api.get(document.headers["Location"], contact), 410)
        assert "erased" in gone["detail"]
        assert api.get(path, contact).status_code == 200
        refused = expect_problem(api.post(path, contact, content=pdf() + b"%\n", **more), 409)
        assert [finding["rule"] for finding in refused["findings"]] == ["content.can-be-kept"]


def test_a_threat_to_an_erased_case_is_recorded_without_words_and_words_are_refused_with_the_remedy(
    server: str, demonstration: str, office_home: Path
) -> None:
    with office(server, demonstration, office_home) as api:
        erase(api)
        case, officer = cases_of(api)[0], readers(api)[0]
        threat = {"kind": "intimidation", "source": "police", "reportedToPolice": True}
        refused = expect_problem(
            api.post(f"{case}/actions/record-threat", officer, {**threat, "details": "He stood at the door"}), 409
        )
        assert [finding["rule"] for finding in refused["findings"]] == ["content.can-be-kept"]
        assert "details" in refused["detail"]
        assert api.post(f"{case}/actions/record-threat", officer, threat).status_code == 200
        assert "record-threat" in [entry["event"] for entry in api.read(f"{case}/history", officer)["items"]]


def test_every_reading_of_an_erased_case_works_by_its_facts(server: str, demonstration: str, office_home: Path) -> None:
    with office(server, demonstration, office_home) as api:
        asked = addresses(api)
        erase(api)
        found = {(path, by.role): api.get(path, by) for by in readers(api) for path in asked}
    gone = {path for (path, _), answer in found.items() if answer.status_code == 410}
    assert gone
    assert [path for path in gone if not path.endswith("/pain001")] == [], "only a file of payees is gone with them"
    failed = [
        (path, role, answer.status_code, answer.text)
        for (path, role), answer in found.items()
        if not path.endswith("/pain001") and answer.status_code not in {200, 403, 404}
    ]
    assert failed == []
    assert sum(answer.status_code == 200 for answer in found.values()) > 300


def test_an_erased_case_says_what_can_be_done_and_takes_it_or_refuses_it_in_words(
    server: str, demonstration: str, office_home: Path
) -> None:
    with office(server, demonstration, office_home) as api:
        before = {case: api.actions(case) for case in cases_of(api)}
        erase(api)
        broken = {case: answer.text for case in before if (answer := api.get(f"{case}/actions")).status_code != 200}
        assert broken == {}
        refused: Counter[str] = Counter()
        taken: set[str] = set()
        failed = []
        for case, items in before.items():
            now = {(item["href"], item["name"]): item for item in api.actions(case)}
            for item in items:
                if not item["allowed"]:
                    continue
                answer = api.do({**item, "ifMatch": item["ifMatch"] and "*"})
                if answer.is_success:
                    taken.add(item["name"])
                elif answer.status_code == 409 and "findings" in answer.json():
                    rules = {finding["rule"] for finding in answer.json()["findings"]}
                    refused.update(rules)
                    if rules & ERASED and (item["href"], item["name"]) in now:
                        assert not now[item["href"], item["name"]]["allowed"], (case, item["name"])
                elif answer.status_code not in {403, 404}:
                    failed.append((item["name"], answer.status_code, answer.text))
        assert failed == []
        assert "record-threat" in taken
        assert refused["content.can-be-kept"] > 20
        assert refused["content.still-there"]
        with transaction(api.engine) as session:
            assert verify(session).problems == []
