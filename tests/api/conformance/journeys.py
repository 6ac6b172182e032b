"""Journeys: whole lives of cases along the actions that the office proposes, until every operation was tried."""

from collections.abc import Callable, Iterable
from typing import Any

from recorder import Recorder
from scans import png

from api.http.errors import ApiError
from rules.core.roles import Role
from states.commands.available_actions import ENDING, FORWARD

ZILVERDAM, LINDEWAARD = "gemeente-zilverdam", "gemeente-lindewaard"
STEPS = 120
ONWARD = {name.partition("/")[2] for name in FORWARD} | {"record-certificate"}
"""The events that carry a case on."""
TAKES_WEEKS = {"not-process", "let-go", "decline-second-home", "end-with-office"}
"""Ends that a new case does not come to on one day: terms have to pass, or an office has to end or to move."""
Action = dict[str, Any]
Wish = Callable[[Action], bool]


class Journeys:
    """Applications that are carried on, always by a step that was not taken before where there is one."""

    def __init__(self, office: Recorder) -> None:
        self.office = office
        self.refused: set[tuple[str, str]] = set()
        """Steps that were proposed and then refused, by operation and subject; they are not tried twice."""

    def receive(self, **changes: Any) -> str:
        """Receive an application; returns its address."""
        operation = self.office.document["paths"]["/v1/applications"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        answer = self.office.send("POST", "/v1/applications", Role.OFFICER, json={**example, **changes}, match=None)
        return str(answer.headers["Location"])

    def offered(self, case: str) -> list[Action]:
        """The allowed actions on a case that were not refused before."""
        found = self.office.items(f"{case}/actions")
        return [one for one in found if one["allowed"] and (self.operation(one), one["href"]) not in self.refused]

    def operation(self, action: Action) -> str:
        """The operation of an action."""
        return self.office.operation_of(action["method"], action["href"]) or ""

    def take(self, action: Action) -> bool:
        """Take a step exactly as it is proposed; whether it was accepted."""
        role, person = Role(action["role"]), action["person"]
        body: dict[str, Any] = {"json": action["example"] or {}}
        if action["name"] == "add-document":
            body = {"content": png(action["href"]), "headers": {"Content-Type": "image/png"}}
        address = action["href"]
        if action["name"] == "receive-invoice" and "receive-payable" not in self.office.done:
            body["json"] |= {"application": address.split("/")[3]}
            address = "/v1/payables"
        try:
            accepted = self.office.send(
                action["method"], address, role, person, match=action["ifMatch"], **body
            ).is_success
        except ApiError:  # who is proposed cannot sign in any more, such as an official who died
            accepted = False
        if not accepted:
            self.refused.add((self.operation(action), action["href"]))
        return accepted

    def new_in(self, offered: Iterable[Action], *, ending: bool) -> Action | None:
        """The first action whose operation never answered with success; what ends a case only if asked for."""
        fresh = (one for one in offered if self.operation(one) not in self.office.done)
        return next((one for one in fresh if ending or one["name"] not in ENDING), None)

    def explore(self, case: str, *, ending: bool = False) -> None:
        """Carry a case on, step after step, taking whatever was never taken before; to its end, or until it stops."""
        for _ in range(STEPS):
            offered = self.offered(case)
            onward = next((one for one in offered if one["name"] in ONWARD), None)
            action = self.new_in(offered, ending=ending) or onward
            if action is None:
                return
            self.take(action)

    def towards(self, case: str, wished: Wish) -> bool:
        """Carry a case on by the first step proposed each time, until a wished step is possible, and take that."""
        for _ in range(STEPS):
            offered = self.offered(case)
            wish = next((one for one in offered if wished(one)), None)
            if wish is not None:
                return self.take(wish)
            onward = next((one for one in offered if one["name"] in ONWARD), None)
            if onward is None:
                return False
            self.take(onward)
        return False


def all_cases(office: Recorder) -> list[str]:
    """The address of every application, of all pages."""
    found, cursor = [], ""
    while True:
        page = office.get(f"/v1/applications?limit=200{cursor}")
        found += [f"/v1/applications/{one['reference']}" for one in page["items"]]
        if not page["next"]:
            return found
        cursor = f"&cursor={page['next'].replace('+', '%2B').replace(':', '%3A')}"


def live(office: Recorder) -> None:
    """Go through the cases that there are, and then through new ones, until nothing new is possible."""
    journeys = Journeys(office)
    for changes in ({}, {"employers": [ZILVERDAM, LINDEWAARD]}):
        journeys.explore(journeys.receive(**changes))
    for changes in ({"office": "municipal-councillor"}, {"name": "T. Tweeling"}, {"name": "T. Tweeling"}):
        take_new(journeys, journeys.receive(**changes), ending=True)
    for ending in (False, True):
        for case in all_cases(office):
            take_new(journeys, case, ending=ending)
    for name in sorted(set(ENDING) - TAKES_WEEKS):
        wished = f"-{name}"
        if any(one.endswith(wished) for one in office.operations - office.done):
            journeys.towards(journeys.receive(), lambda one, wished=wished: journeys.operation(one).endswith(wished))


def take_new(journeys: Journeys, case: str, *, ending: bool = False) -> None:
    """Take every step of a case that was never taken before."""
    for _ in range(STEPS):
        action = journeys.new_in(journeys.offered(case), ending=ending)
        if action is None:
            return
        journeys.take(action)
