"""Bodies of events: every field is a fact (ledger) or content (vault); free text is always content."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, PydanticKnownError
from stdnum import iban as iban_number

from rules.access.content_classes import ContentClass, Retention
from rules.core import characters
from states.engine import messages
from states.engine.patterns import CODE, EMAIL, HANDLE, INVOICE_NUMBER, REFERENCE
from states.errors import MalformedError, UnfitValueError

CONTENT = {"x-content": True}


class Body(BaseModel):
    """The body of an event; unknown fields are refused."""

    model_config = ConfigDict(
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        str_strip_whitespace=True,
        frozen=True,
        hide_input_in_errors=True,
    )


def legible(text: str) -> str:
    """Return a text that has at least one visible character.

    Raises:
        PydanticKnownError: it has none.
    """
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return text


def plain_text(text: str) -> str:
    """Return a text without characters that nobody sees or that make it read otherwise.

    Raises:
        PydanticCustomError: it holds one; the message names its code point.
    """
    return _without(text, characters.fits_a_text, "a text")


def plain_line(text: str) -> str:
    """Return a line, as :func:`plain_text`, also without the end of a line.

    Raises:
        PydanticCustomError: it holds one; the message names its code point.
    """
    return _without(text, characters.fits_a_line, "one line")


def _without(text: str, fits: Callable[[str], bool], place: str) -> str:
    for character in text:
        if not fits(character):
            words = "The character {code} cannot stand in {place}: nobody sees it, or it changes how the rest reads."
            named = {"code": f"U+{ord(character):04X}", "place": place}
            raise PydanticCustomError("character", f"{words} Leave it out.", named)
    return text


PlainLine = Annotated[str, Field(json_schema_extra={"pattern": characters.LINE}), AfterValidator(plain_line)]
"""A line that is no content: an id or a filter, some of whose characters no database can store."""
Text = Annotated[
    str,
    Field(min_length=1, max_length=4000, json_schema_extra={**CONTENT, "pattern": characters.TEXT}),
    AfterValidator(plain_text),
    AfterValidator(legible),
]
"""Free text: always content; the body that has it adds its :class:`ContentClass`."""
Line = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={**CONTENT, "pattern": characters.LINE}),
    AfterValidator(plain_line),
    AfterValidator(legible),
]
"""One line of free text: always content; the body that has it adds its :class:`ContentClass`."""
Email = Annotated[
    str,
    Field(pattern=EMAIL, max_length=254, json_schema_extra=CONTENT),
    AfterValidator(plain_line),
]
"""An e-mail address: content."""
Iban = Annotated[
    str,
    Field(min_length=15, max_length=42, json_schema_extra={**CONTENT, "pattern": characters.LINE}),
    AfterValidator(plain_line),
    AfterValidator(lambda text: str(iban_number.compact("".join(text.split())))),
    ContentClass.PAYEE,
]
"""An account number, with or without spaces and punctuation: content; a rule checks its digits."""
Code = Annotated[str, Field(pattern=CODE)]
"""A reference from another system: letters, digits, ``.``, ``/`` and ``-``; a fact."""
Handle = Annotated[str, Field(pattern=HANDLE)]
"""The id of a person, organisation or subject: a fact."""
MOST_LETTERS = 4
"""The most letters of a part without a digit, in an invoice number of several parts."""


def require_number(number: str) -> str:
    """Return an invoice number that is not free text: no part is a word longer than INV or FACT.

    Raises:
        PydanticKnownError: it may be free text, which is content.
    """
    parts = number.split(" ")
    words = [part for part in parts if not any(map(str.isdigit, part))]
    if len(parts) > 1 and (len(words) == len(parts) or any(len(word) > MOST_LETTERS for word in words)):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": INVOICE_NUMBER})
    return number


InvoiceNumber = Annotated[str, Field(pattern=INVOICE_NUMBER, max_length=40), AfterValidator(require_number)]
"""The number of an invoice as its supplier writes it, with single spaces and ``_`` too: a fact."""
Reference = Annotated[str, Field(pattern=f"^{REFERENCE}$")]
"""The reference of an application: a fact."""


def parse_amount(given: Any, handler: ValidatorFunctionWrapHandler) -> Decimal:
    """Parse an amount; the error repeats the value, because amounts are facts, and says what would be right."""
    try:
        amount: Decimal = handler(given)
    except ValidationError as error:
        shown = str(given) if NUMERIC.fullmatch(str(given)) else "This"
        problem = AMOUNT_PROBLEMS.get(error.errors()[0]["type"], "is no amount")
        raise PydanticCustomError(
            "amount",
            "{shown} {words}; give euros from 0 to 9999999999.99 with at most two decimals, such as 121.00.",
            {"shown": shown, "words": problem},
        ) from None
    return amount + 0  # turns -0.00, which some programs write, into 0.00


NUMERIC = re.compile(r"[-+]?(?:[0-9][0-9.eE+-]{0,39}|[Nn]a[Nn]|[Ii]nf(?:inity)?)")
"""A value that looks like a number can be repeated in an error; other text might be content in the wrong place."""
AMOUNT_PROBLEMS = {
    "decimal_max_places": "has more than two decimals",
    "decimal_max_digits": "is too large",
    "decimal_whole_digits": "is too large",
    "greater_than_equal": "is negative",
    "finite_number": "is no finite number",
}
AMOUNT_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 9999999999.99, "multipleOf": 0.01},
        {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$"},
    ]
}
Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=12, decimal_places=2),
    WrapValidator(parse_amount),
    WithJsonSchema(AMOUNT_SCHEMA, mode="validation"),
]
"""Euros with at most two decimals."""
Signed = Annotated[Decimal, Field(max_digits=12, decimal_places=2), WrapValidator(parse_amount)]
"""As :data:`Amount`, or negative for a deduction; used only in events that the engine triggers."""


def parse_day(given: Any, handler: ValidatorFunctionWrapHandler) -> date:
    """Parse a day; the error repeats a value like a day, because days are facts, and says what would be right."""
    written = given.isoformat() if type(given) is date else given
    if isinstance(written, str) and WRITTEN_DAY.fullmatch(written):
        with suppress(ValidationError):
            day: date = handler(given)
            if FIRST_DAY <= day <= LAST_DAY:
                return day
    shown = given if isinstance(given, str) and LIKE_A_DAY.fullmatch(given) else "This"
    raise PydanticCustomError(
        "day",
        "{shown} is no day that can be; give a calendar day from {first} through {last}, such as 2026-11-23.",
        {"shown": shown, "first": FIRST_DAY.isoformat(), "last": LAST_DAY.isoformat()},
    )


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""A day outside these was mistyped, and no term could be counted from it."""
WRITTEN_DAY = re.compile(r"\d{4}-\d\d-\d\d")
LIKE_A_DAY = re.compile(r"[0-9]{1,4}([-./][0-9]{1,4}){1,2}")
"""A value that looks like a day can be repeated in an error; other text might be content in the wrong place."""
DAY_SCHEMA = {"type": "string", "format": "date", "pattern": "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"}
Day = Annotated[date, WrapValidator(parse_day), WithJsonSchema(DAY_SCHEMA, mode="validation")]
"""A calendar day in the Netherlands."""


LONGEST_NAME = 200
B = TypeVar("B", bound=Body)


def parse(schema: type[B], given: Mapping[str, Any] | Body) -> B:
    """Parse a body by its schema.

    Raises:
        MalformedError: it names each field that does not fit, and what would be right.
        UnfitValueError: the body fits its schema, but a value cannot be right.
    """
    if isinstance(given, schema):
        return given
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        kind = UnfitValueError if beyond_schema(error.errors()) else MalformedError
        raise kind(problems(error, schema)) from None


BEYOND_SCHEMA = frozenset({"character", "payee", "value_error"})
"""Kinds of errors that a JSON schema cannot express, such as check digits or fields that contradict each other."""


def beyond_schema(problems: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether a value fits its schema and is refused only by checks that no schema can express."""
    return all(problem["type"] in BEYOND_SCHEMA for problem in problems)


def problems(error: ValidationError, schema: type[BaseModel]) -> list[tuple[str, str]]:
    """Each problem as (field, message), without the value that was sent, because it may be content."""
    described = messages.schema_of(schema)
    return [
        (field_name(item["loc"]), messages.message(item, item["loc"], described))
        for item in error.errors(include_input=False)
    ]


def field_name(path: Iterable[object], default: str = "body") -> str:
    """The name of a field by its path; an unknown field is named by the sender, who may put anything into it."""
    return characters.legible(".".join(map(str, path)))[:LONGEST_NAME] or default


@cache
def content_fields(schema: type[BaseModel]) -> frozenset[str]:
    """The fields of a body that are content."""
    return frozenset(
        name
        for name, field in schema.model_fields.items()
        if is_content(field) or any(map(is_content, flatten(field.annotation)))
    )


def is_content(field: object) -> bool:
    """Whether a field, or a part of its annotation, is marked as content."""
    extra = getattr(field, "json_schema_extra", None)
    return isinstance(extra, dict) and bool(extra.get("x-content"))


@cache
def class_of(schema: type[BaseModel], path: str) -> ContentClass:
    """The content class of a field by its dotted path, in which numbers are positions in a list.

    A fact that declares none is of the case; a text that declares none has no readers (a test finds it).

    Raises:
        KeyError: the body has no such field.
    """
    name, _, rest = path.partition(".")
    field, rest = schema.model_fields[name], re.sub(r"^[0-9]+\.", "", rest)
    inner = model_within(schema, name) if rest else None
    if inner is not None:
        return class_of(inner, rest)
    declared = [*field.metadata, *flatten(field.annotation)]
    return next((each for each in declared if isinstance(each, ContentClass)), ContentClass.CASE)


@cache
def model_within(schema: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The body that a field holds one or several of; None for a plain field."""
    annotation = schema.model_fields[name].annotation
    parts = (annotation, *flatten(annotation))
    return next((part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)), None)


def flatten(annotation: object) -> Iterator[object]:
    """All parts of an annotation: its arguments and their metadata, at every depth."""
    for part in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
        yield part
        yield from flatten(part)


def divide(body: BaseModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """Divide a body into its facts (nested as sent) and its content (by dotted path)."""
    facts: dict[str, Any] = {}
    content: dict[str, Any] = {}
    for name in type(body).model_fields:
        value = getattr(body, name)
        if value is None:
            continue
        if name in content_fields(type(body)):
            content[name] = value
        elif isinstance(value, BaseModel):
            facts[name], inner = divide(value)
            content |= {f"{name}.{path}": text for path, text in inner.items()}
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], BaseModel):
            facts[name] = []
            for position, item in enumerate(value):
                part, inner = divide(item)
                facts[name].append(part)
                content |= {f"{name}.{position}.{path}": text for path, text in inner.items()}
        else:
            facts[name] = value
    return facts, content


def by_retention(schema: type[BaseModel], content: Mapping[str, Any]) -> dict[Retention, dict[str, Any]]:
    """The content of a body, as :func:`divide` gives it, by the retention class of each field."""
    found: dict[Retention, dict[str, Any]] = {}
    for path, value in content.items():
        found.setdefault(class_of(schema, path).retention, {})[path] = value
    return found
