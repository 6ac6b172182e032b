"""API reference: the operations and bodies of the OpenAPI document, with types and values, as a page shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.http.openapi_document import by_address

JSON = "application/json"
NOT_SHOWN = frozenset({"authorization"})
"""Parameters that every operation has; the page says it once."""
LIMITS = {
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "minimum": "from {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "to {}",
    "minItems": "at least {}",
    "maxItems": "at most {}",
}


@dataclass(frozen=True)
class Field:
    """A field of a body, or a parameter: its type in words and what it may hold."""

    name: str
    required: bool
    type: str
    values: tuple[str, ...]
    patterns: tuple[str, ...]
    schemas: tuple[str, ...]
    """Bodies that it holds, each with a table of its own."""
    words: str
    content: bool


@dataclass(frozen=True)
class Operation:
    """An operation: how it is called, what it takes and what it gives."""

    method: str
    address: str
    title: str
    words: str
    parameters: tuple[Field, ...]
    body: str | None
    answer: str | None


class Reference:
    """The reference of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schemas: Mapping[str, Any] = document["components"]["schemas"]

    def groups(self) -> dict[str, list[Operation]]:
        """Return the operations by the group that they belong to."""
        found: dict[str, list[Operation]] = {}
        for address, methods in by_address(self._document).items():
            for method, operation in methods.items():
                group = operation.get("tags", ["other"])[0]
                found.setdefault(group, []).append(self._operation(address, method, operation))
        return found

    def bodies(self) -> dict[str, list[Field]]:
        """Return the fields of every body, by its name; a plain list of values has no fields."""
        return {name: self._fields(schema) for name, schema in sorted(self._schemas.items()) if "enum" not in schema}

    def _operation(self, address: str, method: str, operation: Mapping[str, Any]) -> Operation:
        given = [each for each in operation.get("parameters", ()) if each["name"] not in NOT_SHOWN]
        answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        return Operation(
            method.upper(),
            address,
            operation["summary"],
            operation["description"],
            tuple(self._field(each["name"], each["schema"], required=each["required"]) for each in given),
            named(operation.get("requestBody", {})),
            named(answers[0]) if answers else None,
        )

    def _fields(self, schema: Mapping[str, Any]) -> list[Field]:
        parts = [schema, *schema.get("allOf", ())]
        return [
            self._field(name, field, required=name in part.get("required", ()))
            for part in parts
            for name, field in part.get("properties", {}).items()
        ]

    def _field(self, name: str, schema: Mapping[str, Any], *, required: bool) -> Field:
        parts = list(self._plain(schema))
        return Field(
            name,
            required,
            " or ".join(dict.fromkeys(self._type(each) for each in parts)),
            tuple(str(value) for each in parts for value in values_of(each)),
            tuple(dict.fromkeys(each["pattern"] for each in parts if "pattern" in each and short(each["pattern"]))),
            tuple(dict.fromkeys(found for each in parts if (found := each.get("x-body")) is not None)),
            schema.get("description", ""),
            any(each.get("x-content") for each in [schema, *parts]),
        )

    def _plain(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Yield each kind of value that a schema allows, with references to lists of values and bodies resolved."""
        if "anyOf" in schema:
            for each in schema["anyOf"]:
                yield from self._plain({**each, **{key: schema[key] for key in ("x-content",) if key in schema}})
        elif "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            found = self._schemas[name]
            yield found if "enum" in found else {"type": "object", "x-body": name}
        elif schema.get("type") == "array":
            for each in self._plain(schema.get("items", {})):
                yield {**{key: each[key] for key in each if key not in LIMITS}, **limits_of(schema), "x-list": True}
        else:
            yield schema

    def _type(self, schema: Mapping[str, Any]) -> str:
        kind = {"null": "nothing", "string": "text"}.get(schema.get("type", ""), schema.get("type", "anything"))
        kind = {"date": "day", "date-time": "instant"}.get(schema.get("format", ""), kind)
        if values_of(schema):
            kind = "one of"
        kind = f"list of {kind}" if schema.get("x-list") else str(kind)
        return ", ".join([kind, *(LIMITS[name].format(value) for name, value in limits_of(schema).items())])


def values_of(schema: Mapping[str, Any]) -> list[Any]:
    """Return the values that a schema allows; empty if it names none."""
    found: list[Any] = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return found


def limits_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limits of a schema."""
    return {name: schema[name] for name in LIMITS if name in schema}


LONGEST_PATTERN = 90


def short(pattern: str) -> bool:
    """Return whether a pattern helps a reader; the one of free text only lists characters that nobody sees."""
    return len(pattern) <= LONGEST_PATTERN


def named(part: Mapping[str, Any]) -> str | None:
    """Return the name of the body in a request or an answer; None if it has none."""
    schema = part.get("content", {}).get(JSON, {}).get("schema", {})
    found: str = schema.get("$ref", "").rpartition("/")[2]
    return found or None
