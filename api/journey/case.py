"""Case of the journey: an application that is received, read, and carried on by its proposed actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import httpx

from api.journey.client import Caller, Client, expect_problem, expect_success
from api.journey.transcript import Transcript, UnexpectedError
from rules.core.dates import office_day
from rules.core.roles import Role

ZILVERDAM, LINDEWAARD = "gemeente-zilverdam", "gemeente-lindewaard"
NAME = "J. Reiziger"
HOME = "Geheimlaan 41, 1234 AB Zilverdam"
HOUSEHOLD = "Partner Zwaantje and two children"
THREAT = "A note under the wiper: we know the way to school."
"""Sample content; none of it may appear in a file, a log or a letter."""
TRIES = 8


@dataclass(frozen=True)
class Journey:
    """Client and transcript that all applications of a journey share."""

    client: Client
    log: Transcript


class Case:
    """Application of the journey."""

    def __init__(self, journey: Journey, view: Mapping[str, Any]) -> None:
        self.client = journey.client
        self.log = journey.log
        self.reference: str = view["reference"]
        self.applicant: str = view["applicant"]
        self.employers: list[str] = view["employers"]
        self.today = office_day(datetime.fromisoformat(view["createdAt"]))
        """The current day of the office."""

    @cached_property
    def officer(self) -> Caller:
        """Return the officer, who sees the whole case."""
        return self.client.of(Role.OFFICER)

    @property
    def address(self) -> str:
        """Return the address of the application."""
        return f"/v1/applications/{self.reference}"

    def part(self, name: str, **query: str) -> list[Any]:
        """Return a list of its parts, of all pages: measures, payables, bookings, deadlines, letters, history."""
        page = self.officer.get(f"{self.address}/{name}", **query)
        found: list[Any] = page["items"]
        while page.get("next"):
            page = self.officer.get(f"{self.address}/{name}", **{**query, "cursor": page["next"]})
            found += page["items"]
        return found

    def measures(self) -> list[Any]:
        """Return its measures without the replaced drafts."""
        return [item for item in self.part("measures") if item["state"] != "dropped"]

    def view(self) -> dict[str, Any]:
        """Return the application as the officer sees it."""
        found: dict[str, Any] = self.officer.get(self.address)
        return found

    def expect_stage(self, stage: str) -> None:
        """Check that the application is at a stage."""
        self.log.expect_equal(f"The stage of {self.reference}", self.view()["stage"], stage)

    def action(self, name: str, subject: str | None = None) -> dict[str, Any]:
        """Return the proposed action of a name on a subject, by default the application itself.

        Raises:
            UnexpectedError: there is no such action.
        """
        ending = f"/{subject or self.reference}/actions/{name}"
        proposed = self.part("actions")
        for item in proposed:
            if item["href"].endswith(ending):
                found: dict[str, Any] = item
                return found
        names = ", ".join(dict.fromkeys(item["name"] for item in proposed)) or "nothing"
        raise UnexpectedError(f"The actions of {self.reference}", expected=f"{name} of {subject or 'it'}", found=names)

    def statement(self, employer: str) -> bytes:
        """Return the demonstration bank's statement for an employer's exported batch.

        Raises:
            UnexpectedError: there is no statement.
        """
        for item in self.part("actions"):
            if item["name"] == "take-in-statement" and item["organisation"] == employer and item["example"]:
                return str(item["example"]["document"]).encode()
        raise UnexpectedError("The demonstration bank", expected=f"a statement for {employer}", found="none")

    def carry_out(
        self,
        caller: Caller,
        name: str,
        changes: Mapping[str, Any] | None = None,
        *,
        subject: str | None = None,
    ) -> dict[str, Any]:
        """Carry out an action with changes to its example; retries if another request changed the subject."""
        for _ in range(TRIES):
            action = self.action(name, subject)
            body = {**(action["example"] or {}), **(changes or {})}
            answer = caller.post(action["href"], body, if_match=action["ifMatch"])
            if answer.status_code != httpx.codes.PRECONDITION_FAILED:
                break
        done: dict[str, Any] = expect_success(answer).json()
        return done

    def expect_refused(
        self,
        caller: Caller,
        name: str,
        rule: str,
        changes: Mapping[str, Any] | None = None,
        *,
        subject: str | None = None,
    ) -> dict[str, Any]:
        """Check that a rule refuses an action now, and return its finding."""
        action = self.action(name, subject)
        body = {**(action["example"] or {}), **(changes or {})}
        problem = expect_problem(caller.post(action["href"], body, if_match="*"), 409, rule)
        finding: dict[str, Any] = next(item for item in problem["findings"] if item["rule"] == rule)
        self.log.line(f"Refused with 409, {rule} ({finding['article']}): {finding['message']}")
        return finding


def receive(
    journey: Journey,
    *,
    office: str = "alderman",
    employers: tuple[str, ...] = (ZILVERDAM,),
    by: Caller | None = None,
    key: str | None = None,
    received_on: date | None = None,
) -> Case:
    """Receive an application: by telephone unless the applicant files it, today unless a day is given."""
    caller = by or journey.client.of(Role.OFFICER)
    body = new_application(office, employers)
    if received_on is not None:
        body["receivedOn"] = received_on.isoformat()
    answer = expect_success(caller.post("/v1/applications", body, key=key))
    case = Case(journey, answer.json())
    journey.log.expect_equal("The urgency of a new application", answer.json()["urgency"], "routine")
    place = place_of(case, "start-intake")
    journey.log.line(
        f"{case.reference} is received: {office}, {' and '.join(employers)}; lane routine, place {place['place']} "
        f"in the officers' work, to be begun by {moment(place['factors'][1]['value'])}.",
    )
    return case


def new_application(office: str, employers: tuple[str, ...]) -> dict[str, Any]:
    """Return the body of an application with its sample content."""
    return {
        "office": office,
        "employers": list(employers),
        "name": NAME,
        "email": "j.reiziger@zilverdam.example",
        "homeAddress": HOME,
        "household": HOUSEHOLD,
        "receivedVia": "telephone",
        "certainSince": "2024-06-01",
    }


def place_of(case: Case, action: str) -> dict[str, Any]:
    """Return the explanation of the position of a work item.

    Raises:
        UnexpectedError: no such work is waiting.
    """
    items = case.officer.get(f"{case.address}/priority")["items"]
    for item in items:
        if item["action"] == action:
            found: dict[str, Any] = item
            return found
    names = ", ".join(item["action"] for item in items) or "nothing"
    raise UnexpectedError(f"The work of {case.reference}", expected=action, found=names)


def moment(text: str) -> str:
    """Return an instant to the minute."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%MZ}"


def euros(amount: str | Decimal) -> str:
    """Return an amount as text."""
    return f"EUR {Decimal(amount):,.2f}"
