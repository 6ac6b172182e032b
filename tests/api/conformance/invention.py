"""Invention: Schemathesis sends whatever the description allows and forbids, with the things that an office really has.

The description is copied, and each parameter of a path gets the real values that it may have; so an invented request
reaches a case, a payable or a person, and a refusal is one of the rules.
"""

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from journeys import ZILVERDAM
from readings import Ids, parameters_of
from recorder import Recorder

from api.access.work import SEES_EVERY_POOL
from rules.core.roles import OF_AN_EMPLOYER, Role

NAMED = {
    "person": "people",
    "organisation": "organisations",
    "employer": "organisations",
    "successor": "organisations",
    "application": "applications",
    "employers": "organisations",
    "addressedTo": "organisations",
    "to": "people",
    "giveBack": "work-items",
    "measure": "measures",
    "message": "bank-messages",
    "payment": "payments",
    "into": "applications",
    "follows": "applications",
    "other": "applications",
}
"""Fields and query parameters that name something of the office, and the collection of their values."""
CURSORS = {
    "list-applications": "2026-11-23T12:00:00Z~VA-2026-ABCDEFGH",
    "list-work-items": "4~2026-11-23T12:00:00Z~2026-11-23T12:00:00Z~work-1",
    "list-work-alarms": "2026-11-23T12:00:00Z~2026-11-23T12:00:00Z~alarm-1",
    "get-history": "3",
    "get-decisions": "3",
}
"""A cursor of each list; only a page says which there are, and a made-up one is refused."""
UNCONDITIONAL = ("application-record-threat", "application-record-hand-off")
"""They need no If-Match."""
KNOWN: dict[str, list[str]] = {
    "from": ["2026-01-01", "2026-07-01"],
    "until": ["2026-06-30", "2026-09-30"],
    "level": ["intake", "assess-domain"],
    "lane": ["acute", "routine"],
    "asOf": ["2026-11-23T12:00:00Z"],
    "suspended": ["2026-03-01..2026-03-10"],
}
"""Query parameters of which the description does not say all that there is."""
MOST = 12
NOTES = "VEILIGADVIES_INVENTED"
"""The environment variable with the file in which the hooks note each answer."""
SETTINGS = Path(__file__).with_name("schemathesis.toml")


def with_real_things(document: dict[str, Any], ids: Ids, role: Role) -> dict[str, Any]:
    """A copy of a description in which parameters and fields that name something have its real values."""
    found = copy.deepcopy(document)
    mine = ids | ({"organisations": [ZILVERDAM]} if role in OF_AN_EMPLOYER else {})
    for path, methods in found["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                values = values_of(path, operation["operationId"], parameter, ids, role)
                if values:
                    parameter["schema"] = {"enum": values[:MOST]}
                    parameter["required"] = parameter["required"] or parameter["in"] == "header"
    for name in sent(found):
        for field, schema in found["components"]["schemas"][name].get("properties", {}).items():
            if values := mine.get(NAMED.get(field, ""), [])[:MOST]:
                narrow(schema, values)
    return found


def values_of(path: str, operation: str, parameter: dict[str, Any], ids: Ids, role: Role) -> list[Any]:
    """The real values of a parameter; none if the description says all that there is."""
    name, place = parameter["name"], parameter["in"]
    if place == "path":
        values = ids.get(dict(parameters_of(path)).get(name, ""), [])
        return [int(each) for each in values] if parameter["schema"].get("type") == "integer" else values
    if place == "header":
        return ["*"] if name.lower() == "if-match" and operation not in UNCONDITIONAL else []
    if name == "cursor":
        return [CURSORS.get(operation, ids["payables"][0])]
    if "work-items" in path and name in {"role", "organisation"} and role not in SEES_EVERY_POOL:
        own = ZILVERDAM if role in OF_AN_EMPLOYER else ""
        return [str(role) if name == "role" else own]
    return KNOWN.get(name, ids.get(NAMED.get(name, ""), []))


def sent(document: dict[str, Any]) -> set[str]:
    """The schemas of bodies, with the schemas that they refer to."""
    operations = (operation for methods in document["paths"].values() for operation in methods.values())
    waiting = [name for operation in operations for name in named_in(operation.get("requestBody", {}))]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += named_in(document["components"]["schemas"][name])
    return found


def named_in(thing: Any) -> list[str]:
    """The schemas to which a part of the description refers."""
    return [each.rpartition("/")[2] for each in re.findall(r'"\$ref": "([^"]+)"', json.dumps(thing))]


def narrow(schema: dict[str, Any], values: list[str]) -> None:
    """Let a text, or each text of a list, be one of some values."""
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if part.get("type") == "string":
            part.clear()
            part["enum"] = values


def invent(office: Recorder, ids: Ids, role: Role, *, seconds: int, workers: int, folder: Path) -> str:
    """Let Schemathesis invent requests of one role; returns what it found, and notes every answer."""
    document, notes = folder / f"{role}.json", folder / f"{role}.answers"
    document.write_text(json.dumps(with_real_things(office.document, ids, role)))
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(SETTINGS), "run", str(document), "--url", office.url),
        *("--header", f"Authorization: Bearer {office.bearer(role)}", "--max-time", str(seconds)),
        *("--workers", str(workers), "--continue-on-failure", "--report", "json"),
        *("--exclude-checks", "positive_data_acceptance"),
        *("--report-json-path", str(folder / f"{role}.report.json")),
    ]
    around = {**os.environ, NOTES: str(notes), "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(SETTINGS.parent)}
    ended = subprocess.run(command, env=around, cwd=folder, capture_output=True, text=True, check=False)
    for method, path, status in answers_in(notes):
        office.note(method, path, status)
    return ended.stdout + ended.stderr


def answers_in(notes: Path) -> Iterator[tuple[str, str, int]]:
    """The answers that the hooks noted: method, path and status."""
    for line in notes.read_text("utf-8").splitlines() if notes.exists() else ():
        method, status, path = line.split(" ", 2)
        yield method, path, int(status)
