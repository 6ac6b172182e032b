"""Planted content: written to every content field, and searched for in all files of an office."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from client import Callers
from office import OFFICER, application_body
from pydantic import BaseModel

from api.http.urls import COLLECTIONS
from rules.access.authority import roles_of
from rules.core.roles import Actor, Role
from states.engine.bodies import content_fields, flatten
from states.events.catalogue import EVENTS

PLANTED_PREFIX = "Xq7Vlinderstruik"
"""The prefix of all planted content."""
IBAN = "NL36ABNA0555777999"
"""The account number of every payee."""
ALLOWED_FOLDERS = {
    "payee": "bank",  # what a payment file is for
    "iban": "bank",
    "email": "mailbox",  # what a letter is for
}
"""Planted fields that may be found in one folder, and nowhere else."""
SIDE_EVENTS = (
    "record-threat",
    "lower-urgency",
    "open-content",
    "amend-interview",
    "invite-completion",
    "complete",
    "correct-fact",
    "return-advice",
    "suspend-term",
    "resume-term",
    "record-certificate",
    "decline",
    "mark-not-possible",
    "reject",
    "settle-without-invoice",
    "remove",
)
"""Events that a case can have before it is closed; each is done once."""


def planted_value(field: str) -> str:
    return (
        IBAN
        if field == "iban"
        else f"{PLANTED_PREFIX}.{field}@planted.example"
        if field == "email"
        else f"{PLANTED_PREFIX} {field}"
    )


def plant(schema: type[BaseModel], example: Mapping[str, Any]) -> dict[str, Any]:
    """An example with something planted in every content field, the optional ones too."""
    body = dict(example)
    for name, field in schema.model_fields.items():
        wire = field.alias or name
        if name in content_fields(schema):
            body[wire] = planted_value(name)
        elif isinstance(body.get(wire), list):
            schemas = [part for part in get_args(field.annotation) if is_schema(part)]
            body[wire] = [plant(schemas[0], item) if schemas else item for item in body[wire]]
    return body


def is_schema(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def chart_of(href: str) -> str:
    """The chart of an action, from its address."""
    collection = href.split("/")[2]
    return next((chart for chart, name in COLLECTIONS.items() if name == collection), "")


class Planter:
    """Drives cases with planted content in every body."""

    def __init__(self, callers: Callers) -> None:
        self.callers = callers
        self.done: set[tuple[str, str]] = set()
        self.documents: list[str] = []
        self.number = 0

    def receive(self, **changes: Any) -> str:
        body = plant(EVENTS["application", "receive"].body, application_body() | changes)
        return str(self.post("application", "receive", "/v1/applications", OFFICER, body, None).headers["Location"])

    def post(self, chart: str, name: str, href: str, by: Actor, body: Any, match: str | None) -> Any:
        self.number += 1
        answer = self.callers.post(href, by, body, match, f"planted-{self.number}")
        assert answer is not None
        assert answer.is_success, (name, answer.text)
        self.done.add((chart, name))
        return answer

    def act(self, item: Mapping[str, Any]) -> None:
        """Carry out an action, with planted content in its body."""
        by = Actor(item["person"], Role(item["role"]), item["organisation"])
        chart, body = chart_of(item["href"]), item["example"]
        if item["name"] == "take-in-statement":
            self.documents.append(body["document"])
        else:
            chart = "application" if item["name"] == "receive-invoice" else chart
            schema = EVENTS[chart, item["name"]].body
            body = plant(schema, body or {})
        self.post(chart, item["name"], item["href"], by, body, item["ifMatch"])

    def drive(self, case: str, side_events: tuple[str, ...], *, only: bool = False) -> None:
        """Drive a case to its end, with each side event once, as soon as it is allowed."""
        waiting = list(side_events)
        for _ in range(150):
            shown = self.callers.read(case)
            if shown["stage"] in {"closed", "refused", "withdrawn"}:
                return
            offered = [item for item in self.callers.read(f"{case}/actions")["items"] if item["allowed"]]
            named = {item["name"]: item for item in reversed(offered)}
            side_event = next((name for name in waiting if name in named), None)
            if side_event is not None:
                waiting.remove(side_event)
                self.act(named[side_event])
            elif not only:
                self.act(offered[0])
            else:
                return
        raise AssertionError(case)


def events_with_content() -> set[tuple[str, str]]:
    """Every event by a person whose body, or a part of it, can hold content."""
    return {
        (chart, name)
        for (chart, name), definition in EVENTS.items()
        if any(content_fields(schema) for schema in parts_of(definition.body))
        and any(role is not Role.ENGINE for role in roles_of(chart, name))
    }


def parts_of(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield schema
    for field in schema.model_fields.values():
        for part in flatten(field.annotation):
            if is_schema(part):
                yield from parts_of(part)  # type: ignore[arg-type]


def encodings(text: str) -> list[bytes]:
    """A text in every encoding that a file may use."""
    return [text.lower().encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be")]


def found_in(content: bytes, texts: list[str]) -> list[str]:
    """The texts that occur in some bytes in any case and encoding, each with the bytes after it."""
    lowered, found = content.lower(), []
    for text in texts:
        for form in encodings(text):
            at = lowered.find(form)
            while at >= 0:
                found.append(lowered[at : at + len(form) + 40].decode("utf-8", "replace").replace("\0", ""))
                at = lowered.find(form, at + 1)
    return found


def search(home: Path, texts: list[str]) -> dict[str, list[str]]:
    """The files below a folder that hold any of some texts."""
    found = {}
    for file in sorted(home.rglob("*")):
        if file.is_file() and (hits := found_in(file.read_bytes(), texts)):
            found[str(file.relative_to(home))] = hits
    return found
