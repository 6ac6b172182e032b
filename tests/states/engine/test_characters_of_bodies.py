"""Characters of bodies: no field of any event takes a character that nobody sees or that turns the text around."""

import re
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from states.engine.bodies import Body, Email, Line, Text, content_fields, parse
from states.errors import MalformedError
from states.events.catalogue import EVENTS

BODIES = {f"{chart}/{name}": event.body for (chart, name), event in EVENTS.items() if event.body.model_fields}
NOWHERE = {
    "NUL": "Jan\0q7x",
    "escape": "Jan\x1b[2Jq7x",
    "delete": "Jan\x7fq7x",
    "C1 control": "Jan\x9bq7x",
    "override": "Jan\u202eq7x",
    "embedding": "Jan\u202aq7x",
    "isolate": "Jan\u2067q7x",
    "private use": "Jan\ue000q7x",
    "private plane": "Jan\U000f0000q7x",
    "unassigned": "Jan\U0003fffdq7x",
    "noncharacter": "Jan\uffffq7x",
}
IN_TEXT_ONLY = {
    "new line": "Jan\nq7x",
    "return": "Jan\r\nq7x",
    "tab": "Jan\tq7x",
}
NOT_IN_A_LINE = {**IN_TEXT_ONLY, "line separator": "Jan\u2028q7x", "paragraph separator": "Jan\u2029q7x"}
WRITTEN = (
    "Zoë O\u2019Brien-Şahin",
    "Ĳsbrand d\u2019Ancona",
    "李小龙",
    "محمد",
    "ירוּשָׁלַיִם\u200f",
    "नमस्ते",
    "👩‍👩‍👧 at home",
    "5 °C \u2013 “quoted” … €",
)


class Letter(Body):
    name: Line
    email: Email | None = None
    told: Text | None = None


def inside(annotation: Any) -> Iterator[Any]:
    """The plain types in an annotation."""
    if get_origin(annotation) in {Union, types.UnionType, list, tuple} or get_args(annotation):
        for part in get_args(annotation):
            yield from inside(part)
    else:
        yield annotation


def places(schema: type[BaseModel], path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path to each field of a body, at any depth."""
    for name, field in schema.model_fields.items():
        here = (*path, field.alias or name)
        models = [part for part in inside(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        several = "tuple[" in str(field.annotation) or "list[" in str(field.annotation)
        for model in models:
            yield from places(model, (*here, 0) if several else here)
        if not models:
            yield here


def body_with(path: tuple[str | int, ...], value: Any) -> Any:
    """A body with nothing but a value at a path."""
    for step in reversed(path):
        value = [value] if isinstance(step, int) else {step: value}
    return value


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("kind", NOWHERE)
def test_no_field_of_an_event_takes_it_and_the_error_names_the_field_and_not_the_value(name: str, kind: str) -> None:
    found = list(places(BODIES[name]))
    assert found
    for path in found:
        with pytest.raises(MalformedError) as refused:
            parse(BODIES[name], body_with(path, NOWHERE[kind]))
        fields = [field for field, _ in refused.value.problems]
        named = ".".join(map(str, path))
        assert any(field == named or field.startswith(f"{named}.") for field in fields), (path, fields)
        assert "q7x" not in str(refused.value)


@pytest.mark.parametrize("kind", NOWHERE)
def test_neither_a_name_nor_an_address_nor_a_text_takes_it(kind: str) -> None:
    for field in ("name", "email", "told"):
        value = f"{NOWHERE[kind]}@example.nl" if field == "email" else NOWHERE[kind]
        with pytest.raises(MalformedError) as refused:
            parse(Letter, {"name": "Jansen", field: value})
        assert [name for name, _ in refused.value.problems] == [field]
        if field != "email":
            assert re.search(r"U\+[0-9A-F]{4,6} cannot stand in (one line|a text)", str(refused.value))


@pytest.mark.parametrize("kind", NOT_IN_A_LINE)
def test_a_line_does_not_end_in_its_middle(kind: str) -> None:
    for field in ("name", "email"):
        with pytest.raises(MalformedError) as refused:
            parse(Letter, {"name": "Jansen", field: NOT_IN_A_LINE[kind]})
        assert [name for name, _ in refused.value.problems] == [field]


@pytest.mark.parametrize("kind", IN_TEXT_ONLY)
def test_a_text_has_lines_and_tabs(kind: str) -> None:
    assert parse(Letter, {"name": "Jansen", "told": IN_TEXT_ONLY[kind]}).told == IN_TEXT_ONLY[kind]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_name_in_any_script_is_taken_as_it_is_written(text: str) -> None:
    found = parse(Letter, {"name": text, "told": text})
    assert (found.name, found.told) == (text, text)


def test_a_field_whose_name_is_made_up_is_named_without_what_nobody_sees() -> None:
    with pytest.raises(MalformedError) as refused:
        parse(Letter, {"name": "Jansen", "\0\u202e" + "x" * 9000: 1})
    ((field, _),) = refused.value.problems
    assert field.startswith("\ufffd\ufffdxxx")
    assert len(field) == 200
    str(refused.value).encode()


def test_the_schema_says_it_too() -> None:
    fields = Letter.model_json_schema()["properties"]
    for field, kinds in (("name", {**NOWHERE, **NOT_IN_A_LINE}), ("told", NOWHERE)):
        schema = next((part for part in fields[field].get("anyOf", []) if "pattern" in part), fields[field])
        for kind, text in kinds.items():
            said = re.search(schema["pattern"], text) is None
            assert said is (kind not in {"unassigned", "private plane"}), kind
        assert all(re.search(schema["pattern"], text) for text in WRITTEN)
    assert content_fields(Letter) == {"name", "email", "told"}
