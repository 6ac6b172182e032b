"""Texts of forms: every event that people may fire, and every field and choice of its form, has plain Dutch words."""

import enum
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import api
from api.access.people import roles_of_people
from rules.core.names import names
from rules.procedure.letter_preferences import optional
from rules.queue.skills import SKILLS
from states.events.catalogue import EVENTS

TEXTS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(api.__file__).parent / "pages" / "forms" / "texts.toml").read_text("utf-8")
)
BODIES = {
    f"{chart}/{event}": definition.body
    for (chart, event), definition in sorted(EVENTS.items())
    if roles_of_people(chart, event)
}
"""The body of each event that people may fire."""
REASON = {"reason", "reasons"}
"""The two names that the reason of a step may have in a body."""
HARD_WORDS = re.compile(
    r"\b(aldus|alsmede|alvorens|betreffende|conform|derhalve|desbetreffende|dient|dienen|doch|echter|gaarne|hetgeen|"
    r"hierbij|hiertoe|indien|inzake|jegens|middels|mits|nadien|omtrent|ondergetekende|reeds|tenzij|teneinde|tevens|"
    r"thans|trachten|uiterst|voorts|voornoemd|voornoemde|wederom|zulks)\b",
    re.IGNORECASE,
)


def types_in(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation is made of; a literal is one of them."""
    if get_origin(annotation) is Literal or not get_args(annotation):
        yield annotation
    else:
        for each in get_args(annotation):
            yield from types_in(each)


def bodies_in(schema: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a body with the bodies that it holds."""
    found = [schema]
    for info in schema.model_fields.values():
        for each in types_in(info.annotation):
            if isinstance(each, type) and issubclass(each, BaseModel):
                found += bodies_in(each)
    return found


@cache
def fields_of(event: str) -> dict[str, FieldInfo]:
    """Return the fields of an event's form by their Python names."""
    return {name: info for body in bodies_in(BODIES[event]) for name, info in body.model_fields.items()}


def choices_of(info: FieldInfo) -> set[str]:
    """Return the codes of a field that is an enumeration, literal texts, or words that its pattern lists."""
    found: set[str] = set()
    waiting: list[Any] = [info]
    for each in types_in(info.annotation):
        if isinstance(each, type) and issubclass(each, enum.Enum):
            found |= {str(member.value) for member in each}
        elif get_origin(each) is Literal:
            found |= {str(getattr(code, "value", code)) for code in get_args(each) if code is not True}
        elif isinstance(each, FieldInfo):
            waiting.append(each)
    for given in waiting:
        for limit in given.metadata:
            if listed := re.fullmatch(r"\^\(([a-z-]+(\|[a-z-]+)+)\)\$", getattr(limit, "pattern", None) or ""):
                found |= set(listed[1].split("|"))
    return found


def known_terms() -> dict[str, str]:
    """Return the Dutch terms of codes that the table of names has, without its longer sections."""
    sections = names()
    return {
        code: line["nl"]
        for section in ("terms", "roles", "offices", "kinds")
        for code, line in sections[section].items()
    }


NAMES = sorted({name for event in BODIES for name in fields_of(event)})
CHOICES = {code for event in BODIES for info in fields_of(event).values() for code in choices_of(info)}
EXTRA_CHOICES = {*SKILLS, *optional(date(2026, 11, 30))}
"""Choices of fields that name them in no type: the skills of people, and letters that need not come."""
LINES: dict[tuple[str, str], dict[str, str]] = {
    **{("fields", name): line for name, line in TEXTS["fields"].items()},
    **{(event, name): line for event, lines in TEXTS["fields-of"].items() for name, line in lines.items()},
}
"""Every label with its hint, by the event that it is for and the name of the field."""


def label(event: str, name: str) -> str | None:
    """Return the label of a field in an event."""
    line = LINES.get((event, name)) or LINES.get(("fields", name), {})
    return line.get("label")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each of which is short and has no hard word."""
    assert text == text.strip()
    assert not HARD_WORDS.search(text), text
    found = re.split(r"(?<=[.?!])\s+", text)
    assert max(len(sentence.split()) for sentence in found) <= 20, text
    return found


@pytest.mark.parametrize("event", BODIES)
def test_an_event_that_people_may_fire_has_its_explanation_its_button_and_its_notice(event: str) -> None:
    line = TEXTS["events"][event]
    assert set(line) == {"explanation", "button", "done"}
    for text in (line["explanation"], line["done"]):
        assert len(sentences(text)) <= 2
        assert re.fullmatch(r"[A-Z].*[.]", text)
    assert sentences(line["button"]) == [line["button"]]
    assert len(line["button"].split()) <= 5
    assert re.fullmatch(r"[A-Z].*[^.!?:]", line["button"])


@pytest.mark.parametrize("name", NAMES)
def test_a_field_has_a_label_in_each_form_that_has_it(name: str) -> None:
    assert [event for event in BODIES if name in fields_of(event) and not label(event, name)] == []


@pytest.mark.parametrize("event", BODIES)
def test_no_two_fields_of_a_form_have_one_label(event: str) -> None:
    labels = [str(label(event, name)) for name in fields_of(event)]
    assert sorted(set(labels)) == sorted(labels)


@pytest.mark.parametrize(("event", "name"), LINES, ids=map("/".join, LINES))
def test_a_label_is_short_and_dutch_and_its_hint_is_made_of_sentences(event: str, name: str) -> None:
    line = LINES[event, name]
    assert {"label"} <= set(line) <= {"label", "hint"}
    assert sentences(line["label"]) == [line["label"]]
    assert len(line["label"]) <= 60
    assert re.fullmatch(r"[A-Z].*[^.:;!]", line["label"])
    assert line["label"].lower() != name.replace("_", " ")
    assert not re.search(r"_|[a-z][A-Z]", line["label"])
    for sentence in sentences(line.get("hint", "U leest dit.")):
        assert re.fullmatch(r"[A-Z].*[.]", sentence)


@pytest.mark.parametrize(("event", "name"), LINES, ids=map("/".join, LINES))
def test_a_label_is_of_a_field_that_a_form_has_and_that_no_other_label_covers(event: str, name: str) -> None:
    wanted = REASON if name in REASON else {name}
    if event == "fields":
        used = [one for one in BODIES if wanted & set(fields_of(one))]
        assert [one for one in used if not any((one, each) in LINES for each in wanted)]
    else:
        assert wanted & set(fields_of(event))
        assert LINES[event, name] != LINES.get(("fields", name))


@pytest.mark.parametrize("event", [event for event, name in LINES if name == "reasons"])
def test_the_reason_of_a_step_has_one_text_under_either_name(event: str) -> None:
    assert LINES[event, "reason"] == LINES[event, "reasons"]


@pytest.mark.parametrize("code", sorted(CHOICES | EXTRA_CHOICES))
def test_a_choice_has_a_dutch_term(code: str) -> None:
    assert sentences(TEXTS["options"].get(code) or known_terms()[code])


def test_no_text_is_of_an_event_or_a_choice_that_no_form_has() -> None:
    assert set(TEXTS) == {"fields", "fields-of", "events", "options"}
    assert {*TEXTS["events"], *TEXTS["fields-of"]} - set(BODIES) == set()
    assert set(TEXTS["options"]) - CHOICES - EXTRA_CHOICES == set()
    known = known_terms()
    assert [code for code, text in TEXTS["options"].items() if text == known.get(code)] == []
