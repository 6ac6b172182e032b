"""Fields of a form: what people fill in for the body of an event, from its schema."""

import enum
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.pages.forms import texts
from states.engine.patterns import EMAIL

LONG_TEXT = 500
"""From how many characters a text takes several lines."""
FEW = 6
"""How many choices are shown at once; more are in a list that opens."""
Options = Sequence[tuple[str, str]]
Choices = Mapping[str, Options]
"""The choices of fields that name a thing by its id, by the name of the field."""


@dataclass(frozen=True)
class Field:
    """Field of a form: its name in the body with dots, how it is filled in, and what was typed."""

    name: str
    label: str
    kind: str
    """How it is filled in: text, line, email, day, amount, number, yes-no, tick, choice or choices."""
    required: bool
    hint: str = ""
    options: Options = ()
    given: str = ""
    chosen: frozenset[str] = frozenset()
    error: str = ""

    @property
    def id(self) -> str:
        """Return the id of its element."""
        return "veld-" + self.name.replace(".", "-")

    @property
    def opens(self) -> bool:
        """Return whether its choices are in a list that opens."""
        return self.kind == "choice" and len(self.options) > FEW


@dataclass(frozen=True)
class Group:
    """Group of fields that belong together: one part of a body, or each row of a list."""

    name: str
    label: str
    rows: list[list["Field | Group"]] = field(default_factory=list)
    repeats: bool = False
    error: str = ""

    @property
    def id(self) -> str:
        """Return the id of its element."""
        return "veld-" + self.name.replace(".", "-")


Part = Field | Group


def core(annotation: Any) -> Any:
    """Return a type without Annotated and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in {Union, types.UnionType}:
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation


def is_body(kind: Any) -> bool:
    """Return whether a type is a body of its own."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def item_of(kind: Any) -> Any:
    """Return the type of the items of a list or tuple; None for another type."""
    return core(get_args(kind)[0]) if get_origin(kind) in {list, tuple} else None


def codes_of(kind: Any) -> list[str]:
    """Return the codes of an enumeration or of literal texts; none for another type."""
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [str(member.value) for member in kind]
    if get_origin(kind) is Literal:
        return [str(getattr(each, "value", each)) for each in get_args(kind) if each is not True]
    return []


def schema_of(info: FieldInfo) -> dict[str, Any]:
    """Return the length and pattern that a field's metadata give, also those inside of its type."""
    found: dict[str, Any] = {}
    waiting: list[Any] = [*info.metadata, info.annotation]
    while waiting:
        each = waiting.pop()
        if isinstance(each, FieldInfo):
            waiting += each.metadata
        elif get_origin(each) is not None or isinstance(each, types.UnionType):
            waiting += [*getattr(each, "__metadata__", ()), *get_args(each)]
        for name in ("max_length", "pattern"):
            if (value := getattr(each, name, None)) is not None:
                found.setdefault(name, value)
    return found


def kind_of(info: FieldInfo, kind: Any, options: Options) -> str:
    """Return how a field is filled in."""
    if item_of(kind) is not None:
        return "choices"
    if kind is bool or get_args(kind) == (True,):
        return "tick" if info.default is False or get_args(kind) == (True,) else "yes-no"
    if options:
        return "choice"
    simple = {date: "day", Decimal: "amount", int: "number"}
    if kind in simple:
        return simple[kind]
    limits = schema_of(info)
    if limits.get("pattern") == EMAIL:
        return "email"
    return "text" if limits.get("max_length", 0) >= LONG_TEXT else "line"


def parts_of(
    schema: type[BaseModel],
    *,
    of: str,
    given: Mapping[str, Any],
    choices: Choices,
    order: Sequence[str] = (),
    prefix: str = "",
) -> list[Part]:
    """Return the fields of a body.

    Args:
        schema: the body.
        of: the chart and the event, such as ``application/receive``.
        given: what was typed, in wire form.
        choices: the choices of fields that name a thing by its id.
        order: the Python names of the fields that are shown, in this order; empty for all of them.
        prefix: the name of the body within another, with a dot at its end.
    """
    names = order or tuple(schema.model_fields)
    return [part_of(schema.model_fields[name], name, of, given, choices, prefix) for name in names]


def names_within(schema: type[BaseModel]) -> Iterator[str]:
    """Return the Python names of the fields of a body and of the bodies within it."""
    for name, info in schema.model_fields.items():
        yield name
        kind = core(info.annotation)
        inner = kind if is_body(kind) else item_of(kind)
        if is_body(inner):
            yield from names_within(inner)


def part_of(info: FieldInfo, name: str, of: str, given: Mapping[str, Any], choices: Choices, prefix: str) -> Part:
    """Return one field or group of a body."""
    wire = info.alias or name
    kind = core(info.annotation)
    label, hint = texts.of_field(of, name)
    value = given.get(wire)
    item = item_of(kind)
    if is_body(kind):
        inner = parts_of(kind, of=of, given=value or {}, choices=choices, prefix=f"{prefix}{wire}.")
        return Group(f"{prefix}{wire}", label, [inner])
    if is_body(item):
        rows = [
            parts_of(item, of=of, given=row, choices=choices, prefix=f"{prefix}{wire}.{place}.")
            for place, row in enumerate(value or [{}])
        ]
        return Group(f"{prefix}{wire}", label, rows, repeats=True)
    options = choices.get(name) or [(code, texts.of_option(code)) for code in codes_of(item or kind)]
    return Field(
        f"{prefix}{wire}",
        label,
        kind_of(info, kind, options),
        required=info.is_required(),
        hint=hint,
        options=options,
        given="" if value is None or isinstance(value, list | tuple | bool) else str(value),
        chosen=chosen_of(value),
    )


def chosen_of(value: Any) -> frozenset[str]:
    """Return the codes that were chosen."""
    if isinstance(value, bool):
        return frozenset({"ja" if value else "nee"})
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else frozenset()


def with_errors(parts: Sequence[Part], errors: Mapping[str, str]) -> list[Part]:
    """Return the fields with what is wrong with each."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Group):
            rows = [with_errors(row, errors) for row in part.rows]
            found.append(replace(part, rows=rows, error=errors.get(part.name, "")))
        else:
            found.append(replace(part, error=errors.get(part.name, "")))
    return found


def flat(parts: Sequence[Part]) -> list[Field | Group]:
    """Return the fields and groups in the order of the page."""
    found: list[Field | Group] = []
    for part in parts:
        found.append(part)
        if isinstance(part, Group):
            for row in part.rows:
                found += flat(row)
    return found
