"""Edge values: no path, query, header or body makes an internal error, whatever characters and instants it holds."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from office import COORDINATOR, FINANCE, OFFICER, application_body
from served import ADMINISTRATOR, Api, expect_problem, sparing

from api.http.openapi_document import by_address

INSTANTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00-23:59",
    "0001-12-31T23:59:59.999999+14:00",
    "1582-10-10T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59+23:59",
    "9998-06-01T00:00:00-12:00",
)
DAYS = ("0001-01-01", "0001-01-02", "9999-12-31", "9999-12-30", "1582-10-10", "0000-00-00", "2026-02-30")
CHARACTERS = (
    "\0",
    "a\0b",
    "\x1f",
    "\n",
    "\u202e",
    "\ud7ff\uf8ff",
    "\U0010ffff",
    "\x85",
    "\u2028",
    "'",
    "%",
    "\\",
    "~",
    "~~~",
)


def values_of(name: str, schema: dict[str, Any]) -> list[str]:
    """What is tried for a parameter."""
    text = json.dumps(schema)
    if "date-time" in text:
        return [*INSTANTS, "\0"]
    if '"date"' in text or name in {"on", "from", "under", "until"}:
        return [*DAYS, *INSTANTS[:2], "\0", "9" * 40]
    if name == "cursor":
        positions = [f"{instant}~x" for instant in INSTANTS]
        return [
            *CHARACTERS,
            *positions,
            *(f"{position}~x" for position in positions),
            "x~1",
            "1~1~1",
            "9" * 30,
            "-1",
            "1e9",
        ]
    if '"integer"' in text or '"number"' in text:
        return ["-1", "0", "9" * 30, "1e400", "nan", "inf", "\0"]
    return list(CHARACTERS)


@pytest.fixture(scope="module")
def keys(api: Api) -> dict[str, str]:
    """One subject of each kind, by the start of its address."""
    case = api.receive()
    api.walk(case, choose=sparing)
    found = {
        "/v1/applications": case.rsplit("/", 1)[1],
        "/v1/people": OFFICER.person,
        "/v1/organisations": "gemeente-zilverdam",
    }
    for what in ("payables", "bookings", "measures"):
        found[f"/v1/{what}"] = api.read(f"{case}/{what}")["items"][0]["id"]
    return found


def operations(api: Api, method: str) -> list[tuple[str, dict[str, Any]]]:
    document = api.read("/openapi.json")
    return [
        (path, methods[method])
        for path, methods in by_address(document).items()
        if method in methods and path.startswith("/v1/")
    ]


def where(path: str, keys: dict[str, str]) -> str:
    start = "/".join(path.split("/")[:3])
    return re.sub(r"\{[^}]+\}", lambda _: keys.get(start, "unknown-1"), path)


def test_no_value_of_a_query_makes_an_internal_error(api: Api, keys: dict[str, str]) -> None:
    wrong, asked = [], 0
    for path, operation in operations(api, "get"):
        parameters = [item for item in operation.get("parameters", []) if item["in"] == "query"]
        for item in parameters:
            others = [other["name"] for other in parameters if other.get("required") and other != item]
            required = "&".join(f"{name}=2026-01-01" for name in others)
            for value in values_of(item["name"], item["schema"]):
                for by in (COORDINATOR, FINANCE):
                    address = f"{where(path, keys)}?{required}&{item['name']}={quote(value)}"
                    answer = api.get(address, by)
                    asked += 1
                    if answer.status_code >= 500:
                        wrong.append((address, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 500


def test_no_value_of_a_path_makes_an_internal_error(api: Api) -> None:
    wrong = []
    for method in ("get", "post"):
        for path, _ in operations(api, method):
            if "{" not in path:
                continue
            for value in ("\0", "a\0b", "\n", "\u202e", "\U0010ffff", "x" * 500, "%"):
                address = re.sub(r"\{[^}]+\}", quote(value, safe=""), path)
                answer = api.call(method.upper(), address, COORDINATOR, {} if method == "post" else None, match="*")
                if answer.status_code >= 500:
                    wrong.append((method, path, value, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_an_instant_beyond_the_years_that_can_be_counted_is_refused_in_words(api: Api, instant: str) -> None:
    case = api.receive()
    problem = expect_problem(api.get(f"{case}?asOf={quote(instant)}"), 422)
    assert [item["field"] for item in problem["errors"]] == ["asOf"]
    assert "before the year 1 or after the year 9999" in problem["detail"]
    problem = expect_problem(api.get(f"/v1/applications?cursor={quote(instant)}~{case.rsplit('/', 1)[1]}"), 400)
    assert "cursor" in problem["detail"]
    assert api.get(f"{case}?asOf={quote('9999-12-31T23:59:59+23:59')}").status_code == 200


def test_a_term_from_the_last_day_of_the_calendar_is_refused_in_words(api: Api) -> None:
    for since in ("9999-12-31", "9999-12-31T23:59", "0001-01-01"):
        answer = api.get(f"/v1/terms/actions/calculate?from={since}&weeks=1", COORDINATOR)
        assert answer.status_code == 422
        assert [item["field"] for item in answer.json()["errors"]] == ["from"]


@pytest.mark.parametrize("text", ["Ja7\0q7x", "Ja7\nq7x", "Ja7\u202eq7x", "Ja7\ue000q7x", "Ja7\U0003fffdq7x"])
@pytest.mark.parametrize("field", ["name", "email", "homeAddress", "phone"])
def test_a_name_or_address_that_reads_otherwise_than_it_is_stored_is_refused_with_its_field(
    api: Api, field: str, text: str
) -> None:
    value = f"{text}@example.nl" if field == "email" else text
    problem = expect_problem(api.post("/v1/applications", OFFICER, application_body(**{field: value})), 422)
    assert [item["field"] for item in problem["errors"]] == [field]
    assert "q7x" not in json.dumps(problem)


@pytest.mark.parametrize("text", ["Ja7\0q7x", "Ja7\u2066q7x", "Ja7\U0003fffdq7x"])
def test_a_text_takes_lines_and_no_character_that_nobody_sees(api: Api, text: str) -> None:
    problem = expect_problem(api.post("/v1/applications", OFFICER, application_body(remarks=text)), 422)
    assert [item["field"] for item in problem["errors"]] == ["remarks"]
    case = api.receive(remarks="first\nsecond\tthird\r\nfourth")
    assert api.get(case).status_code == 200


@pytest.mark.parametrize("text", ["Ja7\0q7x", "Ja7\nq7x", "Ja7\u202eq7x"])
def test_a_person_and_a_search_take_no_such_name_either(api: Api, text: str) -> None:
    body = {"id": "officer-8", "name": text, "email": "e@office.example", "duties": [{"role": "officer"}]}
    for where, by, sent in (
        ("/v1/people", ADMINISTRATOR, body),
        ("/v1/applications/actions/search", OFFICER, {"name": text}),
    ):
        problem = expect_problem(api.post(where, by, sent), 422)
        assert [item["field"] for item in problem["errors"]] == ["name"]
    problem = expect_problem(api.post("/v1/applications/actions/search", OFFICER, {"cursor": text}), 422)
    assert [item["field"] for item in problem["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/payables/%00", "id"),
        ("/v1/work-items/a%00b", "id"),
        ("/v1/loans/%E2%80%AE", "id"),
        ("/v1/payables?cursor=%00", "cursor"),
        ("/v1/work-items?cursor=%0A", "cursor"),
        ("/v1/statistics?employer=%00", "employer"),
    ],
)
def test_an_id_or_filter_that_no_database_can_hold_is_refused_with_its_field(api: Api, path: str, field: str) -> None:
    problem = expect_problem(api.get(path, COORDINATOR), 422)
    assert [item["field"] for item in problem["errors"]] == [field]


@pytest.mark.parametrize("body", [b'{"\\ud800": 1}', b'{"a\\u0000b": 1}', b'{"\\u202e": {"\\udfff": 1}}'])
def test_a_field_with_a_made_up_name_makes_no_internal_error(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for where in ("/v1/applications", "/v1/people", "/v1/applications/actions/search", "/v1/payables"):
        for by in (OFFICER, ADMINISTRATOR, FINANCE):
            assert api.post(where, by, content=body, headers=headers).status_code in {401, 403, 422}
