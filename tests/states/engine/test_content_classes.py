"""Every text of every event declares who reads it and how long it is kept."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from pydantic import BaseModel

from rules.access.content_classes import FACTS, RETENTION, ContentClass, Retention
from states.engine.bodies import Body, Line, Text, class_of, content_fields, flatten
from states.events.catalogue import EVENTS


def paths_of(schema: type[BaseModel], before: str = "") -> Iterator[tuple[str, bool]]:
    """Every path of a body, and whether it is content."""
    for name, field in schema.model_fields.items():
        parts = [field.annotation, *flatten(field.annotation)]
        inner = next((part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)), None)
        if inner is None:
            yield before + name, name in content_fields(schema)
        else:
            yield from paths_of(inner, f"{before}{name}.0.")


@pytest.mark.parametrize(("chart", "event"), sorted(EVENTS), ids="/".join)
def test_every_text_declares_its_class_of_readers_and_no_fact_hides_among_them(chart: str, event: str) -> None:
    body = EVENTS[chart, event].body
    found = {path: (content, class_of(body, path)) for path, content in paths_of(body)}
    assert {path for path, (content, kept) in found.items() if content is (kept in FACTS)} == set()


def test_a_class_is_found_by_the_path_that_the_ledger_marks() -> None:
    invoice, assessment = EVENTS["application", "receive-invoice"].body, EVENTS["application", "assess-domain"].body
    assert class_of(invoice, "lines.12.text") is ContentClass.INVOICE_LINE
    assert class_of(invoice, "iban") is ContentClass.PAYEE
    assert class_of(assessment, "measures.0.description") is ContentClass.MEASURE
    assert class_of(assessment, "domain") is ContentClass.MEASURE_FACTS


def test_a_text_without_a_class_would_be_found() -> None:
    class Undeclared(Body):
        words: Text
        line: Annotated[Line, ContentClass.STATEMENT] | None = None

    assert class_of(Undeclared, "words") in FACTS
    assert class_of(Undeclared, "line") is ContentClass.STATEMENT


def test_the_books_outlive_the_address() -> None:
    assert set(RETENTION) == set(ContentClass)
    assert ContentClass.PAYEE.retention is Retention.MONEY
    assert ContentClass.DWELLING.retention is Retention.SAFETY
