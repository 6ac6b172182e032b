"""Statements of lists: how many questions a list asks the database does not depend on how many rows it has."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import many_rows
import pytest
from databases import address, drop, make
from many_rows import FIGURES, JUDGED, NO_ROWS_OF_THE_DATABASE, TEXTS_OF_ONE_THING, Reading
from office import COORDINATOR, OFFICER
from served import Api, Serve, configuration_of
from sqlalchemy import event

from api.http.openapi_document import by_address
from rules.core.roles import Actor
from states.storage.office_key import open_office

pytestmark = pytest.mark.timeout(900)  # nine walks, on a machine that may be busy
PARAMETER = re.compile(r"%\(\w+\)s(?:::[A-Z]+)?")
SET = re.compile(r"\([?,() ]+\)")
"""A set of values in a statement: the same question, however many there are."""


@pytest.fixture(scope="module")
def api(server: str, template: str, office_home: Path, serve: Serve) -> Iterator[Api]:
    """Serve the office with few and many rows."""
    name = make(server, template)
    url = address(server, name)
    engine = open_office(url, configuration_of(url, office_home).key_file)
    many_rows.fill(engine)
    engine.dispose()
    with serve(name) as served:
        yield served
    drop(server, name)


@contextmanager
def statements(api: Api) -> Iterator[list[str]]:
    """Collect the statements that the office sends to its database."""
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(SET.sub("(?)", PARAMETER.sub("?", statement)))

    event.listen(api.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(api.engine, "before_cursor_execute", note)


def lists_of(document: dict[str, Any]) -> set[str]:
    """The operations that answer with a list of things."""
    schemas = document["components"]["schemas"]

    def holds_a_list(schema: dict[str, Any]) -> bool:
        found = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        arrays = (part["items"] for part in found.get("properties", {}).values() if "items" in part)
        return any("$ref" in each or each.get("type") == "object" for each in arrays)

    def answers(operation: dict[str, Any]) -> list[dict[str, Any]]:
        schema = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
        return schema.get("anyOf", [schema])

    read = [methods["get"] for methods in by_address(document).values() if "get" in methods]
    return {operation["operationId"] for operation in read if any(map(holds_a_list, answers(operation)))}


def size(body: Any) -> int:
    """How many things stand in the lists of an answer."""
    return sum(len(part) for part in body.values() if isinstance(part, list) and part and isinstance(part[0], dict))


def asked(api: Api, path: str, by: Actor) -> tuple[int, Counter[str]]:
    """How many things a caller reads, and the statements that it took; none for a caller who may not."""
    with statements(api) as sent:
        answer = api.get(path, by)
    assert answer.status_code in {200, 403, 404}, (path, answer.text)
    return (size(answer.json()) if answer.status_code == 200 else 0), Counter(sent)


def growth(api: Api, reading: Reading) -> list[tuple[Actor, int, int, Counter[str]]]:
    """Who reads few rows and many: how many each time, and the statements that only the many needed."""
    found = []
    for by in reading.by:
        few, asked_for_few = asked(api, reading.few, by)
        many, asked_for_many = asked(api, reading.many, reading.and_by or by)
        if 0 < few < many:
            grown = asked_for_many.total() > asked_for_few.total()
            found.append((by, few, many, asked_for_many - asked_for_few if grown else Counter()))
    return found


def test_no_list_asks_the_database_once_for_each_of_its_rows(api: Api) -> None:
    readings = many_rows.readings(api.engine)
    unmeasured, more = [], {}
    for operation, reading in readings.items():
        found = growth(api, reading)
        if not found:
            unmeasured.append(operation)
        more |= {(operation, by.role, few, many): dict(extra) for by, few, many, extra in found if extra}
    assert more == {}
    assert " ".join(unmeasured) == ""


def test_every_list_of_the_description_is_measured(api: Api) -> None:
    known = {*many_rows.readings(api.engine), *NO_ROWS_OF_THE_DATABASE, *FIGURES, *TEXTS_OF_ONE_THING, *JUDGED}
    assert lists_of(api.get("/openapi.json", None).json()) <= known


@pytest.mark.parametrize("by", [OFFICER, COORDINATOR], ids=lambda by: by.role)
def test_a_search_asks_as_much_for_one_case_as_for_many(api: Api, by: Actor) -> None:
    counts = {}
    for limit in (1, 50):
        with statements(api) as sent:
            items = api.post("/v1/applications/actions/search", by, {"name": "voorbeeld", "limit": limit}).json()[
                "items"
            ]
        counts[len(items)] = len(sent)
    assert len(counts) == 2
    assert len(set(counts.values())) == 1, counts
