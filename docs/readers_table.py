"""Readers table: the classes of fields and who reads them, for privacy.md."""

from collections.abc import Iterator

from pydantic import BaseModel

from rules.access.content_classes import ContentClass
from rules.access.readers import (
    FETCHES_ORDERS,
    READERS,
    SEES_BOOKS,
    SEES_CASE,
    SEES_EVERY_POOL,
    SEES_LETTERS,
    SEES_LOAN,
    SEES_PEOPLE,
    Grant,
    Moment,
    Relation,
)
from states.engine.bodies import class_of, content_fields, model_within
from states.events.catalogue import EVENTS

WORDS = {
    Relation.OWN: "own case",
    Relation.OWN_ORGANISATION: "part of the own employer",
    Relation.HANDLES: "who handles it",
    Relation.OFFICE: "every case",
    Relation.NOTIFIED: "when notified",
    Moment.ADOPTED: "once adopted",
    Moment.RELEASED: "once released",
}


def grants_text(grants: tuple[Grant, ...]) -> str:
    """The grants of a class: roles by relation and moment."""
    found: dict[tuple[Relation, Moment], list[str]] = {}
    for grant in grants:
        found.setdefault((grant.relation, grant.moment), []).append(str(grant.role))
    return "; ".join(
        f"{', '.join(roles)} ({', '.join(WORDS[each] for each in (relation, moment) if each in WORDS)})"
        for (relation, moment), roles in found.items()
    )


def fields(schema: type[BaseModel], before: str = "") -> Iterator[tuple[str, str, bool]]:
    """Every field of a body by its path in that body: the path, the path without positions, whether it is content."""
    for name in schema.model_fields:
        inner = model_within(schema, name)
        if inner is None:
            yield f"{before}{name}", f"{before}{name}".replace(".0.", "."), name in content_fields(schema)
        else:
            yield from fields(inner, f"{before}{name}.0.")


def class_lines() -> Iterator[tuple[str, str, str]]:
    """Each class with its retention and its readers."""
    for kind in ContentClass:
        kept = str(kind.retention) if kind.is_content else "ledger"
        yield f"`{kind}`", kept, grants_text(READERS[kind]) or "nobody; the engine alone, to send letters"


def field_lines() -> Iterator[tuple[str, str]]:
    """Each class of content with the fields that have it, by event."""
    found: dict[ContentClass, dict[str, list[str]]] = {}
    for (chart, event), definition in sorted(EVENTS.items()):
        for path, short, _ in fields(definition.body):
            kind = class_of(definition.body, path)
            if kind is not ContentClass.CASE:
                found.setdefault(kind, {}).setdefault(f"{chart}/{event}", []).append(short)
    for kind in ContentClass:
        events = found.get(kind, {})
        if events:
            yield f"`{kind}`", "; ".join(f"{event}: {', '.join(names)}" for event, names in events.items())


def thing_lines() -> Iterator[tuple[str, str]]:
    """Each kind of thing with who may know that it exists."""
    yield "application and its parts", grants_text(SEES_CASE)
    yield "loan, objection", grants_text(SEES_LOAN)
    yield "payable, batch, books", grants_text(SEES_BOOKS)
    yield "file of a batch for the bank", grants_text(FETCHES_ORDERS)
    yield "work of every pool", grants_text(SEES_EVERY_POOL)
    yield "registered people, without names", grants_text(SEES_PEOPLE)
    yield "which letters a person gets", grants_text(SEES_LETTERS)


TABLES = (
    ("things", ("Thing", "Who may know of it"), thing_lines),
    ("readers", ("Class", "Kept as", "Who reads it"), class_lines),
    ("fields", ("Class", "Fields by event"), field_lines),
)
"""Each table of privacy.md: its name, its header and its lines."""
