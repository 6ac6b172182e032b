"""Duties: what people do apart from the steps of a case, such as registering, claiming work and keeping books."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from e_invoices import e_invoice
from journeys import LINDEWAARD, ZILVERDAM
from recorder import Recorder
from scans import png

from rules.core.roles import Role


class Duties:
    """Everything that is no proposed action of a case."""

    def __init__(self, office: Recorder, today: date) -> None:
        self.office = office
        self.today = today

    def post(self, path: str, role: Role, body: Any = None, person: str | None = None, **more: Any) -> Any:
        """Send a body; returns the JSON of the answer."""
        answer = self.office.send("POST", path, role, person, json=body if body is not None else {}, **more)
        return answer.json()

    def all(self) -> None:
        """Do all of it."""
        self.people()
        self.employers()
        self.work()
        self.loans()
        self.papers()

    def people(self) -> None:
        """Somebody joins, arranges the work, is absent, returns, and departs."""
        name = f"officer-{uuid4().hex[:6]}"
        person = {"name": "N. Nieuw", "email": f"{name}@veiligadvies.example", "duties": [{"role": "officer"}]}
        self.post("/v1/people", Role.ADMINISTRATOR, {"id": name, **person})
        address, later = f"/v1/people/{name}", (self.today + timedelta(days=9)).isoformat()
        self.post(f"{address}/actions/arrange-work", Role.COORDINATOR, {"skills": ["domain:home"], "limit": 12})
        days = {"since": self.today.isoformat(), "until": later}
        self.post(f"{address}/actions/record-absence", Role.COORDINATOR, days)
        self.post(f"{address}/actions/end-absence", Role.COORDINATOR, {"until": self.today.isoformat()})
        self.post(f"{address}/actions/choose-letters", Role.OFFICER, {"declined": ["digest"]}, name)
        self.post(f"{address}/actions/choose-language", Role.OFFICER, {"language": "en"}, name)
        self.post(f"{address}/actions/choose-language", Role.ADMINISTRATOR, {"language": "en"})
        self.post(f"{address}/actions/depart", Role.ADMINISTRATOR)

    def employers(self) -> None:
        """Employers are registered, keep their books, and merge."""
        first, second = (f"gemeente-{uuid4().hex[:6]}" for _ in range(2))
        for number, name in enumerate((first, second)):
            account = f"TEST{uuid4().int % 10**10:010d}"
            check = 98 - int("".join(str(int(letter, 36)) for letter in f"{account}NL00")) % 97
            books = {"ledgerAccount": "4380", "costCentre": "BESTUUR", "bankAccount": "1010"}
            named = {"id": name, "kind": "municipality", "name": f"Gemeente Nieuw {number}"}
            self.post(
                "/v1/organisations", Role.ADMINISTRATOR, {**named, **books, "debtorIban": f"NL{check:02d}{account}"}
            )
        merger = {"successor": second, "mergedOn": self.today.isoformat(), "decision": "BESLUIT-1"}
        self.post(f"/v1/organisations/{first}/actions/merge", Role.ADMINISTRATOR, merger)
        own = f"/v1/organisations/{ZILVERDAM}"
        self.post(f"{own}/actions/record-inventory", Role.FINANCE, {"riskInventory": "RIE-2026"})
        for role in (Role.ADMINISTRATOR, Role.COORDINATOR):
            self.post(f"{own}/actions/locate", role, {"province": "utrecht"})
        since = {"since": self.today.isoformat(), "source": "KADERNOTA-2026", "taxNumber": "001234567"}
        self.post(f"{own}/actions/set-accounts", Role.FINANCE, since)
        self.post(f"{own}/actions/close-period", Role.FINANCE, {"period": "2026-01"})
        for role in (Role.APPROVER, Role.RELEASER):
            self.post(f"{own}/actions/reopen-period", role, {"period": "2026-01", "reasons": "Een late factuur."})

    def work(self) -> None:
        """Work is claimed, delegated, released, assigned, finished and redistributed."""
        for role, one, other in ((Role.OFFICER, "officer-1", "officer-2"), (Role.ADVISER, "adviser-1", "adviser-2")):
            claimed = self.post("/v1/work-items/actions/claim", role, None, one).get("item")
            if not claimed:
                continue
            address = f"/v1/work-items/{claimed['id']}"
            self.post(f"{address}/actions/delegate", role, {"person": other, "reason": "Ik ben morgen vrij."}, one)
            self.post(f"{address}/actions/release", role, {"reason": "Toch niet."}, other)
            self.post(f"{address}/actions/assign", Role.COORDINATOR, {"person": one, "reason": "Het is van haar."})
            moved = {"person": one, "to": [other], "reason": "Verlof."}
            self.post("/v1/work-items/actions/redistribute", Role.COORDINATOR, moved)
        for item in self.office.items("/v1/work-items?limit=500"):
            if "finish-work" not in self.office.done:
                self.post(f"/v1/work-items/{item['id']}/actions/finish", Role(item["role"]), None, item["assignee"])
        for person in ("officer-1", "officer-2"):
            for proposal in self.office.items("/v1/work-items/proposals", Role.OFFICER, person):
                answer = {"accept": False}
                self.post(f"/v1/work-items/proposals/{proposal['id']}/actions/answer", Role.OFFICER, answer, person)

    def loans(self) -> None:
        """Loans without an application: lent and returned, lost, declined, withdrawn; and an objection."""
        body = {
            "organisation": ZILVERDAM,
            "office": "mayor",
            "name": "A. Voorbeeld",
            "email": "a.voorbeeld@zilverdam.example",
            "certainSince": "2024-06-01",
            "description": "Een alarmknop.",
            "need": "Tot er een advies is.",
        }
        today = self.today.isoformat()
        steps: tuple[tuple[tuple[str, dict[str, Any]], ...], ...] = (
            (("grant", {}), ("lend", {"lentOn": today}), ("take-back", {"returnedOn": today})),
            (("grant", {}), ("lend", {"lentOn": today}), ("lose", {"lostOn": today, "reasons": "Hij is kwijt."})),
            (("decline", {"reasons": "Het advies is er al."}),),
            (("withdraw", {}),),
            (("grant", {}), ("lend", {"lentOn": today}), ("end-with-office", {"endedOn": today})),
        )
        for path in steps:
            loan = self.post("/v1/loans", Role.OFFICER, body)
            address = f"/v1/loans/{loan['id']}"
            for step, content in path:
                for role in (Role.EMPLOYER, Role.OFFICER):
                    if self.office.send("POST", f"{address}/actions/{step}", role, json=content).is_success:
                        break
            filed = {"receivedOn": today, "grounds": "Ik heb de knop nodig."}
            self.post(f"{address}/actions/file-objection", Role.OFFICER, filed)

    def papers(self) -> None:
        """Invoices and documents come in, reports are drafted, cases are searched, letters settled."""
        self.post("/v1/applications/actions/search", Role.OFFICER, {"office": "mayor", "limit": 5})
        content = {"content": e_invoice(), "headers": {"Content-Type": "application/xml"}}
        self.office.send("POST", "/v1/invoices/actions/read", Role.FINANCE, **content)
        operation = self.office.document["paths"]["/v1/police-reports/actions/draft"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        for role in (Role.OFFICER, Role.APPLICANT):
            self.post("/v1/police-reports/actions/draft", role, example)
        for payable in self.office.items("/v1/payables", Role.FINANCE)[:3]:
            image = {"content": png(uuid4().hex), "headers": {"Content-Type": "image/png"}}
            self.office.send("POST", f"/v1/payables/{payable['id']}/documents", Role.FINANCE, **image)
        for employer in (ZILVERDAM, LINDEWAARD):
            clerk = f"finance-{employer.split('-', 1)[1]}-1"
            self.post("/v1/payment-batches", Role.FINANCE, {"employer": employer}, clerk)
