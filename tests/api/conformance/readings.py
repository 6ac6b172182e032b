"""Readings: every list and every single thing, found from the lists, by everyone who may read it."""

from journeys import all_cases
from recorder import Recorder

from rules.core.roles import Role

READERS = (
    Role.COORDINATOR,
    Role.OFFICER,
    Role.FINANCE,
    Role.SECURITY_CONTACT,
    Role.ADMINISTRATOR,
    Role.PRIVACY_OFFICER,
)
PARTS = ("actions", "history", "decisions", "deadlines", "priority", "measures", "payables", "bookings", "letters")
QUERIES = {
    "/v1/payment-batches/actions/propose": "?employer=gemeente-zilverdam",
    "/v1/reports/tax-classes": "?year=2026",
    "/v1/reports/spending": "?year=2026",
    "/v1/terms/actions/calculate": "?from=2026-11-02&weeks=8",
    "/v1/progress-report": "?from=2026-07-01&until=2026-09-30",
}
"""What a reading has to ask."""
Ids = dict[str, list[str]]


def ids_of(office: Recorder) -> Ids:
    """Real values of each path parameter, by the collection or the name of the parameter that it belongs to."""
    cases = all_cases(office)
    found: Ids = {"applications": [case.rsplit("/", 1)[1] for case in cases]}
    for name in ("payables", "payment-batches", "bookings", "bank-messages", "loans", "organisations"):
        found[name] = [one["id"] for one in office.items(f"/v1/{name}", Role.COORDINATOR)]
    found["work-items"] = [one["id"] for one in office.items("/v1/work-items", Role.COORDINATOR)]
    for case in cases:
        found.setdefault("measures", []).extend(one["id"] for one in office.items(f"{case}/measures"))
        found.setdefault("takeovers", []).extend(one["id"] for one in office.get(case).get("takeovers", []))
        found.setdefault("letters", []).extend(one["id"] for one in office.items(f"{case}/letters"))
        for one in office.items(f"{case}/history"):
            if one["chart"] == "objection":
                found.setdefault("objections", []).append(one["subject"])
    for payable in found["payables"]:
        found.setdefault("documents", []).extend(one["id"] for one in office.items(f"/v1/payables/{payable}/documents"))
    for batch in office.items("/v1/payment-batches", Role.COORDINATOR):
        found.setdefault("payments", []).extend(line["endToEnd"] for line in batch["lines"])
    for message in found["bank-messages"]:
        entries = office.get(f"/v1/bank-messages/{message}").get("entries", [])
        found.setdefault("positions", []).extend(str(one["position"]) for one in entries)
    people = {one["person"] for role in Role for one in office.items(f"/v1/work-items/people?role={role}")}
    found["people"] = [*sorted(people), "applicant-1"]
    found["proposals"] = [one["id"] for one in office.items("/v1/work-items/proposals", Role.OFFICER)]
    return {name: list(dict.fromkeys(values)) for name, values in found.items()}


def address_of(path: str, ids: Ids, number: int) -> str | None:
    """A path with a real value for each of its parameters; None if there is none."""
    address = path
    for name, collection in parameters_of(path):
        values = ids.get(collection, [])
        if not values:
            return None
        address = address.replace(f"{{{name}}}", values[number % len(values)], 1)
    return address


def parameters_of(path: str) -> list[tuple[str, str]]:
    """The parameters of a path, each with the collection of its values."""
    parts = path.strip("/").split("/")
    found = []
    for place, part in enumerate(parts):
        if part.startswith("{"):
            name = part.strip("{}")
            found.append((name, "positions" if name == "position" else parts[place - 1]))
    return found


def read_all(office: Recorder, ids: Ids) -> None:
    """Read everything that can be read, as everyone who may."""
    for path, methods in office.document["paths"].items():
        if "get" not in methods:
            continue
        for number in range(3):
            address = address_of(path, ids, number)
            if address is None:
                break
            for role in READERS:
                office.send("GET", f"{address}{QUERIES.get(path, '')}", role)
