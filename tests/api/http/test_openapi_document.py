"""OpenAPI document and responses, checked against the NL GOV REST API Design Rules."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from office import COORDINATOR, FINANCE, OFFICER, application_body
from served import Api, expect_problem, sparing

from api.http.openapi_document import by_address

METHODS = {"get", "post", "put", "patch", "delete"}
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@pytest.fixture(scope="module")
def document(api: Api) -> dict[str, Any]:
    """Return the served OpenAPI document."""
    answer = api.get("/openapi.json", None)
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation with its path and method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def inside(thing: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document, at any depth."""
    if isinstance(thing, dict):
        yield thing
        for part in thing.values():
            yield from inside(part)
    elif isinstance(thing, list):
        for part in thing:
            yield from inside(part)


def resolve(document: dict[str, Any], reference: str) -> Any:
    """Resolve a JSON pointer in a document."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def test_the_document_is_openapi_3_1_and_holds_together(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert {"info", "paths", "components"} <= document.keys()
    for path, method, operation in operations(document):
        assert method in METHODS
        declared = {item["name"] for item in operation.get("parameters", []) if item["in"] == "path"}
        assert declared == set(re.findall(r"{(.+?)}", path)), path
        for parameter in operation.get("parameters", []):
            assert {"name", "in", "schema"} <= parameter.keys()
            assert parameter["in"] != "path" or parameter["required"]
        assert operation["responses"]
        for status, answer in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d", status)
            assert answer["description"]
        assert operation["summary"]
        assert operation["description"]
        if method in {"get", "delete"}:
            assert "requestBody" not in operation
        elif "requestBody" in operation:
            assert operation["requestBody"]["content"]
    for found in inside(document):
        if isinstance(found.get("$ref"), str):
            assert resolve(document, found["$ref"])


def test_it_says_who_made_it_in_which_version(document: dict[str, Any]) -> None:
    info = document["info"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", info["version"])
    assert {"name", "email", "url"} <= info["contact"].keys()
    assert all(info["contact"].values())


def test_the_major_version_stands_in_the_address_of_the_server_and_the_paths_are_served_under_it(
    api: Api, document: dict[str, Any]
) -> None:
    (server,) = document["servers"]
    assert re.fullmatch(r"https?://[^/]+/v1", server["url"])
    assert not any(path.startswith("/v1") for path in document["paths"])
    served = by_address(document)
    assert {path for path in served if not path.startswith("/v1/")} == {"/health/live", "/health/ready"}
    for path in ("/health/live", "/health/ready"):
        assert [each["url"] for each in served[path]["get"]["servers"]] == [server["url"].removesuffix("/v1")]
    assert api.get("/v1/organisations").status_code == 200
    assert api.get("/organisations").status_code == 404


def test_every_path_is_kebab_case_without_a_trailing_slash(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        assert not path.endswith("/")
        for part in path.strip("/").split("/"):
            assert KEBAB.fullmatch(part) or re.fullmatch(r"{[a-z][A-Za-z]*}", part), path


def test_keys_are_lower_camel_case_and_schemas_upper_camel_case(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] in {"query", "path"}:
                assert CAMEL.fullmatch(parameter["name"]), (path, parameter["name"])
    for name in document["components"]["schemas"]:
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", name), name
    for found in inside(document["components"]["schemas"]):
        if found.get("type") == "object" and isinstance(found.get("properties"), dict):
            for key in found["properties"]:
                assert CAMEL.fullmatch(key), key


def test_every_error_is_documented_as_problem_json(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        errors = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
        assert "400" in errors, path
        for status, answer in errors.items():
            assert set(answer["content"]) == {"application/problem+json"}, (path, method, status)
            schema = resolve(document, answer["content"]["application/problem+json"]["schema"]["$ref"])
            assert {"status", "title", "detail"} <= schema["properties"].keys()


def test_every_answer_documents_the_header_with_the_version(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            header = resolve(document, answer["headers"]["API-Version"]["$ref"])
            assert header["required"], (path, method, status)
            assert re.match(header["schema"]["pattern"], document["info"]["version"])


def test_every_operation_has_a_title_that_a_person_wrote(document: dict[str, Any]) -> None:
    titles = [operation["summary"] for _, _, operation in operations(document)]
    for title in titles:
        assert re.fullmatch(r"[A-Z][^_]*[^.]", title), title
        assert len(title.split()) > 1, title
        assert title != title.title(), f"{title} is the name of a function"


def test_if_match_is_required_exactly_where_a_request_without_it_is_refused(api: Api, document: dict[str, Any]) -> None:
    required = {
        operation["operationId"]: [each["required"] for each in operation["parameters"] if each["name"] == "If-Match"]
        for path, _, operation in operations(document)
        if "/{id}/actions/" in path and not path.startswith(("/work-items", "/letters"))
    }
    not_required = {name for name, found in required.items() if found != [True]}
    assert not_required == {"application-record-threat", "application-record-hand-off"}
    case = api.receive()
    expect_problem(api.post(f"{case}/actions/start-intake"), 428)
    assert api.post(f"{case}/actions/record-threat", body={"kind": "stalking", "source": "police"}).is_success


def test_amounts_days_and_cursors_have_a_pattern_that_real_ones_fit(api: Api, document: dict[str, Any]) -> None:
    for found in inside(document):
        if found.get("format") == "date":
            assert re.match(found["pattern"], "2026-11-23"), found
    schemas = document["components"]["schemas"]
    assert re.fullmatch(schemas["PayableView"]["properties"]["gross"]["pattern"], "-121.00")
    amount = schemas["ProposedMeasure"]["properties"]["estimate"]["anyOf"][1]["pattern"]
    assert re.fullmatch(amount, "121.00")
    assert not re.fullmatch(amount, "121,00")
    for _ in range(2):
        api.receive()
    cursors = {
        path: parameter["schema"]["pattern"]
        for path, _, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "cursor"
    }
    for path in ("/applications", "/work-items"):
        cursor = api.read(f"/v1{path}?limit=1", COORDINATOR)["next"]
        assert re.fullmatch(cursors[path], cursor), (path, cursor)
    assert all(pattern.startswith("^") and not re.search(pattern, "a b") for pattern in cursors.values())


def test_every_example_is_of_the_type_of_its_schema(document: dict[str, Any]) -> None:
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
    for found in inside(document):
        schema = found.get("schema")
        if "example" in found and isinstance(schema, dict):
            kind = resolve(document, schema["$ref"])["type"] if "$ref" in schema else schema["type"]
            assert isinstance(found["example"], kinds[kind]), found


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(KEBAB.fullmatch(name) for name in names)


def test_no_bare_time_and_every_day_is_a_date(document: dict[str, Any]) -> None:
    for found in inside(document):
        assert found.get("format") not in {"time", "date-time-local"}
        properties = found.get("properties")
        if not isinstance(properties, dict):
            continue
        for name, field in properties.items():
            if isinstance(field, dict) and name.lower().endswith(("date", "datum")):
                assert "date" in str(field)


def test_every_event_has_an_endpoint_of_its_own_with_a_documented_body(document: dict[str, Any]) -> None:
    for path in document["paths"]:
        if "/{id}/actions/" in path and "work-items" not in path:
            body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert "$ref" in str(body), path
    for name in ("start-intake", "record-threat", "plan-interview", "hold-interview", "assess-domain"):
        assert f"/applications/{{id}}/actions/{name}" in document["paths"]
    for name in ("submit-advice", "adopt-advice", "return-advice", "suspend-term", "resume-term", "withdraw"):
        assert f"/applications/{{id}}/actions/{name}" in document["paths"]


def test_the_example_of_an_application_is_accepted(api: Api, document: dict[str, Any]) -> None:
    body = document["paths"]["/applications"]["post"]["requestBody"]["content"]["application/json"]
    assert api.post("/v1/applications", body=body["example"]).status_code == 201


def test_names_are_searched_in_the_body_and_never_in_an_address(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        named = {item["name"].lower() for item in operation.get("parameters", []) if item["in"] != "header"}
        assert not named & {"name", "q", "query", "search", "applicant", "address", "email", "person"}, path
    assert "name" in document["components"]["schemas"]["Search"]["properties"]


def test_every_answer_names_the_version_and_may_not_be_kept(api: Api, document: dict[str, Any]) -> None:
    answers = [
        api.get("/", None),
        api.get("/openapi.json", None),
        api.get("/health/live", None),
        api.get("/health/ready", None),
        api.get("/v1/applications"),
        api.post("/v1/applications", body=application_body()),
        api.get("/v1/applications", None),
        api.get("/v1/nothing"),
        api.post("/v1/applications", body={}),
        api.call("DELETE", "/v1/applications"),
    ]
    for answer in answers:
        assert answer.headers["API-Version"] == document["info"]["version"], answer
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "server" not in answer.headers


def test_every_action_points_at_the_schema_of_its_body(api: Api, document: dict[str, Any]) -> None:
    case = api.receive()
    schemas_by_action: dict[str, str] = {}
    api.walk(
        case,
        choose=sparing,
        observe=lambda items: schemas_by_action.update({item["name"]: item["schema"] for item in items}),
    )
    for name, schema in schemas_by_action.items():
        place, _, pointer = schema.partition("#")
        assert place == "/openapi.json"
        assert resolve(document, f"#{pointer}"), name


def test_every_instant_that_leaves_ends_with_z(api: Api) -> None:
    case = api.receive()
    api.post(f"{case}/actions/record-threat", body={"kind": "death-threat", "source": "police"})
    api.walk(case, choose=sparing, before="take-in-statement")
    batch = api.read("/v1/payment-batches", FINANCE)["items"][0]["id"]
    taken = api.post("/v1/work-items/actions/claim").json()
    answers = [
        taken,
        api.read(f"/v1/work-items/{taken['item']['id']}"),
        api.read("/v1/work-items", COORDINATOR),
        api.read("/v1/applications?limit=1"),
        api.read(f"/v1/payment-batches/{batch}", FINANCE),
        api.get("/health/ready").json(),
        api.read("/v1/rules"),
        *(
            api.read(f"{case}{part}")
            for part in ("", "/actions", "/history", "/deadlines", "/priority", "/measures", "/payables", "/letters")
        ),
    ]
    wrong = set()
    for found in inside(answers):
        for key, text in found.items():
            if (
                isinstance(text, str)
                and key not in {"document", "next"}
                and INSTANT.match(text)
                and not text.endswith("Z")
            ):
                wrong.add((key, text))
    assert not wrong


def test_an_instant_with_any_offset_is_read(api: Api) -> None:
    case = api.receive()
    for instant in ("2099-01-01T00:00:00Z", "2099-01-01T02:00:00%2B02:00", "2099-01-01T00:00:00-05:00"):
        assert api.get(f"{case}?asOf={instant}").status_code == 200
    expect_problem(api.get(f"{case}?asOf=2099-01-01T00:00:00"), 400)


def test_amounts_leave_as_decimal_text(api: Api) -> None:
    case = api.receive()
    api.walk(case, choose=sparing, before="check")
    payable = api.read(f"{case}/payables", OFFICER)["items"][0]
    for name in ("net", "vat", "gross"):
        assert re.fullmatch(r"\d+\.\d{2}", payable[name])
