"""Content that is planted in every field that can hold any, and the search for it in all that an office keeps."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from client import Callers
from office import OFFICER, application_body
from pydantic import BaseModel

from api.http.urls import COLLECTIONS
from rules.core.roles import Actor, Role
from rules.procedure.authorization import roles_of
from states.engine.bodies import content_fields, flatten
from states.events.catalogue import EVENTS

STEM = "Xq7Vlinderstruik"
"""The beginning of everything that is planted."""
IBAN = "NL36ABNA0555777999"
"""The account of everyone who is paid."""
PLACES = {
    "payee": "bank",  # what a payment file is for
    "iban": "bank",
    "email": "mailbox",  # what a letter is for
}
"""Planted fields that may be found in one folder, and nowhere else."""
SIDEWAYS = (
    "record-threat",
    "lower-urgency",
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
"""What a case can meet on its way to closed; each is done once."""


def mark(field: str) -> str:
    return IBAN if field == "iban" else f"{STEM}.{field}@planted.example" if field == "email" else f"{STEM} {field}"


def plant(schema: type[BaseModel], example: Mapping[str, Any]) -> dict[str, Any]:
    """An example with something planted in every content field, the optional ones too."""
    body = dict(example)
    for name, field in schema.model_fields.items():
        wire = field.alias or name
        if name in content_fields(schema):
            body[wire] = mark(name)
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
    """Drives cases with something planted in all they say."""

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
        """Carry out an action, with something planted."""
        by = Actor(item["person"], Role(item["role"]), item["organisation"])
        chart, body = chart_of(item["href"]), item["example"]
        if item["name"] == "take-in-statement":
            self.documents.append(body["document"])
        else:
            chart = "application" if item["name"] == "receive-invoice" else chart
            schema = EVENTS[chart, item["name"]].body
            body = plant(schema, body or {})
        self.post(chart, item["name"], item["href"], by, body, item["ifMatch"])

    def drive(self, case: str, sideways: tuple[str, ...], *, only: bool = False) -> None:
        """Take a case to its end, each step aside once as soon as it is possible."""
        waiting = list(sideways)
        for _ in range(150):
            shown = self.callers.read(case)
            if shown["stage"] in {"closed", "refused", "withdrawn"}:
                return
            offered = [item for item in self.callers.read(f"{case}/actions")["items"] if item["allowed"]]
            named = {item["name"]: item for item in reversed(offered)}
            aside = next((name for name in waiting if name in named), None)
            if aside is not None:
                waiting.remove(aside)
                self.act(named[aside])
            elif not only:
                self.act(offered[0])
            else:
                return
        raise AssertionError(case)


def with_content() -> set[tuple[str, str]]:
    """Every event of people whose body can hold content, also in its parts."""
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
    """A text as it could stand in a file."""
    return [text.lower().encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be")]


def found_in(content: bytes, texts: list[str]) -> list[str]:
    """Which texts stand in some bytes, however they are written; with what stands around the first."""
    lowered, found = content.lower(), []
    for text in texts:
        for form in encodings(text):
            place = lowered.find(form)
            while place >= 0:
                found.append(lowered[place : place + len(form) + 40].decode("utf-8", "replace").replace("\0", ""))
                place = lowered.find(form, place + 1)
    return found


def search(home: Path, texts: list[str]) -> dict[str, list[str]]:
    """Where any of some texts stands below a folder."""
    found = {}
    for file in sorted(home.rglob("*")):
        if file.is_file() and (hits := found_in(file.read_bytes(), texts)):
            found[str(file.relative_to(home))] = hits
    return found
