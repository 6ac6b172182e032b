"""Bad input: it gets the right status and a helpful message, and the sent value is never repeated."""

import json
from typing import Any

import pytest
from office import ADVISER, COORDINATOR, EMPLOYER, FINANCE, GOUDVEEN, OFFICER, application_body, person
from served import AUDITOR, PRIVACY_OFFICER, Api, Serve, expect_problem, sparing
from sqlmodel import Session

from api.http import dependencies
from rules.core.roles import Actor, Role

MARKER = "Q9z marker 7731"


@pytest.fixture(scope="module")
def case(api: Api) -> str:
    """Receive an application; the tests that share it do not change it."""
    return api.receive()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/applications/VA-2026-UNKNOWN"),
        ("GET", "/v1/applications/VA-2026-UNKNOWN?asOf=2026-01-01T00:00:00Z"),
        *(
            ("GET", f"/v1/applications/VA-2026-UNKNOWN/{part}")
            for part in ("actions", "history", "deadlines", "priority", "measures", "payables", "bookings", "letters")
        ),
        ("POST", "/v1/applications/VA-2026-UNKNOWN/actions/start-intake"),
        ("POST", "/v1/applications/VA-2026-UNKNOWN/actions/record-threat"),
        ("GET", "/v1/payables/payable-unknown"),
        ("GET", "/v1/payment-batches/batch-unknown"),
        ("GET", "/v1/work-items/work-unknown"),
        ("POST", "/v1/work-items/work-unknown/actions/release"),
        ("POST", "/v1/letters/letter-unknown/actions/settle"),
    ],
)
def test_an_unknown_reference_is_not_found(api: Api, method: str, path: str) -> None:
    body = {"kind": "stalking", "source": "police"} if "threat" in path else None
    body = {"arrived": True} if "letters" in path else body
    by = COORDINATOR if method == "GET" else OFFICER
    expect_problem(api.call(method, path, by, body, match='"1"'), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/applications/%00/actions/start-intake"),
        ("GET", "/v1/payables/%00"),
        ("GET", "/v1/payment-batches/%00"),
        ("GET", "/v1/work-items/%00"),
        ("POST", "/v1/work-items/%00/actions/finish"),
        ("POST", "/v1/letters/%00/actions/settle"),
    ],
)
def test_a_reference_that_no_database_can_hold_is_malformed(api: Api, method: str, path: str) -> None:
    body = {"arrived": True} if "letters" in path else None
    expect_problem(api.call(method, path, OFFICER if method == "POST" else COORDINATOR, body, match='"1"'), 422)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/takeovers/takeover-unknown/actions/take-over",
        "/v1/measures/measure-unknown/actions/order",
        "/v1/bookings/booking-unknown/actions/book",
        "/v1/payables/payable-unknown/actions/check",
        "/v1/payment-batches/batch-unknown/actions/seal",
    ],
)
def test_an_event_of_an_unknown_part_is_not_found(api: Api, path: str) -> None:
    bodies = {"take-over": {"takenOverOn": "2026-11-01"}, "order": {"orderedOn": "2026-11-01"}}
    by = EMPLOYER if path.rsplit("/", 1)[1] in bodies else FINANCE
    expect_problem(api.post(path, by, bodies.get(path.rsplit("/", 1)[1]), match='"1"'), 404)


def test_a_malformed_application_names_each_field_and_what_would_be_right_and_repeats_nothing(api: Api) -> None:
    wrong = application_body(
        office=MARKER,
        employers=[],
        email=MARKER,
        certainSince=MARKER,
        receivedVia=MARKER,
        inTerritory=MARKER,
        homeAddress=None,
        name=MARKER * 30,
    )
    answer = api.post("/v1/applications", OFFICER, {**wrong, "shoeSize": MARKER})
    problem = expect_problem(answer, 422)
    found = {item["field"]: item["message"] for item in problem["errors"]}
    expected = {
        "office": "mayor (burgemeester)",
        "employers": "at least 1 of these",
        "email": "an e-mail address, such as name@example.nl",
        "certainSince": "such as 2026-11-23",
        "receivedVia": "telephone",
        "inTerritory": "true or false",
        "homeAddress": "required",
        "name": "at most 200 characters",
        "shoeSize": "no such field",
    }
    assert found.keys() == expected.keys()
    for field, words in expected.items():
        assert words in found[field]
        assert field in problem["detail"]
    assert MARKER not in answer.text
    assert "7731" not in str(answer.headers)


def test_a_malformed_part_of_a_body_is_named_by_its_path(api: Api, case: str) -> None:
    domains = [{"domain": "home", "risk": MARKER, "likelihood": 9, "impact": 4, "source": "interview"}]
    body = {"heldOn": "2026-11-01", "householdPresent": True, "domains": domains}
    answer = api.post(f"{case}/actions/hold-interview", ADVISER, body, match='"1"')
    problem = expect_problem(answer, 422)
    assert [item["field"] for item in problem["errors"]] == ["domains.0.risk", "domains.0.likelihood"]
    assert MARKER not in answer.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"name": "Q9z marker 7731', b"[]", b'"Q9z marker 7731"', b"\xff\xfe", b"7"]
)
def test_what_is_no_json_object_at_all_is_refused_as_a_body(api: Api, body: bytes) -> None:
    answer = api.post("/v1/applications", content=body, headers={"Content-Type": "application/json"})
    problem = expect_problem(answer, 422)
    assert [item["field"] for item in problem["errors"]] == ["body"]
    assert MARKER not in answer.text


def test_a_body_that_is_nested_beyond_reason_is_refused(api: Api) -> None:
    answer = api.post("/v1/applications", content=b"[" * 100_000, headers={"Content-Type": "application/json"})
    expect_problem(answer, 400)


@pytest.mark.parametrize(
    ("field", "text"),
    [("name", b'"\\ud800"'), ("inTerritory", b"NaN"), ("certainSince", b"1e999"), ("receivedVia", b'"\\u0000"')],
)
def test_what_json_allows_and_text_does_not_is_refused(api: Api, field: str, text: bytes) -> None:
    body = json.dumps(application_body(**{field: "PLACE"})).encode().replace(b'"PLACE"', text)
    answer = api.post("/v1/applications", content=body, headers={"Content-Type": "application/json"})
    problem = expect_problem(answer, 422)
    assert [item["field"] for item in problem["errors"]] == [field]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_of_another_kind_is_refused(api: Api, kind: str) -> None:
    answer = api.post("/v1/applications", content=f"name={MARKER}", headers={"Content-Type": kind})
    expect_problem(answer, 422)
    assert MARKER not in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"stage={MARKER}", "stage"),
        (f"urgency={MARKER}", "urgency"),
        (f"employer={MARKER}", "employer"),
        ("employer=%00", "employer"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        (f"limit={MARKER}", "limit"),
        (f"cursor={'Q9z' * 40}", "cursor"),
    ],
)
def test_a_malformed_filter_is_named(api: Api, query: str, field: str) -> None:
    answer = api.get(f"/v1/applications?{query}")
    problem = expect_problem(answer, 422)
    assert [item["field"] for item in problem["errors"]] == [field]
    assert "Q9z" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/work-items?organisation=%00", 422),
        ("/v1/work-items?role=nobody", 422),
        ("/v1/payables?state=nothing", 422),
        ("/v1/payment-batches?state=nothing", 422),
        ("/v1/bookings?format=xml", 422),
    ],
)
def test_a_malformed_filter_of_another_list_is_refused(api: Api, path: str, status: int) -> None:
    expect_problem(api.get(path, COORDINATOR), status)


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/v1/statistics", "asOf, domain, employer, from, lane, province, until"),
        ("/v1/work-items", "cursor, limit, organisation, role"),
        ("/v1/work-items?limit=1", "cursor, limit, organisation, role"),
        ("/v1/work-items/proposals", None),
    ],
)
def test_an_undeclared_query_parameter_is_refused_and_the_declared_ones_are_named(
    api: Api, path: str, known: str | None
) -> None:
    answer = api.get(f"{path}{'&' if '?' in path else '?'}cursr={MARKER}&foo=", COORDINATOR)
    problem = expect_problem(answer, 422)
    assert [(item["field"], item["in"]) for item in problem["errors"]] == [("cursr", "query"), ("foo", "query")]
    for item in problem["errors"]:
        assert item["message"].endswith(f"there are: {known}." if known else "there are none.")
    assert MARKER not in answer.text


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&limit=1", "stage=received&limit=5&stage=received"])
def test_a_repeated_query_parameter_is_refused_for_all_values_but_one_would_be_ignored(api: Api, query: str) -> None:
    repeated = query.partition("=")[0]
    (error,) = expect_problem(api.get(f"/v1/applications?{query}"), 422)["errors"]
    assert (error["field"], error["in"]) == (repeated, "query")
    assert "once" in error["message"]


def test_a_threat_is_recorded_despite_an_undeclared_query_parameter(api: Api) -> None:
    body = {"kind": "stalking", "source": "police"}
    assert api.post(f"{api.receive()}/actions/record-threat?foo=bar", body=body, match="*").is_success


def test_a_caller_who_is_not_signed_in_does_not_learn_the_query_parameters(api: Api) -> None:
    expect_problem(api.get("/v1/statistics?foo=bar", None), 401)


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/health/live"])
def test_pages_and_probes_take_any_query(api: Api, path: str) -> None:
    assert api.get(f"{path}?foo=bar", None).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_cause_no_internal_error(api: Api, day: str) -> None:
    for field in ("certainSince", "inOfficeUntil", "actingSince", "exemptionOn", "receivedOn"):
        answer = api.post("/v1/applications", OFFICER, application_body(**{field: day}))
        assert answer.status_code in {201, 409, 422}, (field, answer.text)
        if answer.is_success:
            where = answer.headers["Location"]
            for part in ("", "/actions", "/deadlines", "/priority"):
                assert api.get(f"{where}{part}").status_code == 200, (field, part)


def test_what_is_not_allowed_now_is_refused_with_findings(api: Api, case: str) -> None:
    answer = api.post(f"{case}/actions/close", OFFICER, match='"1"')
    problem = expect_problem(answer, 409)
    assert problem["findings"]
    for finding in problem["findings"]:
        assert finding.keys() == {"rule", "message", "messageNl", "article", "source", "since"}
        assert all(finding.values())
    assert problem["findings"][0]["message"] in problem["detail"]


def test_a_stale_version_is_refused(api: Api) -> None:
    case = api.receive()
    tag = api.get(case).headers["ETag"]
    assert api.post(f"{case}/actions/start-intake", match=tag).status_code == 200
    problem = expect_problem(
        api.post(f"{case}/actions/plan-interview", body={"interviewOn": "2030-01-01"}, match=tag), 412
    )
    assert "version" in problem["detail"]
    assert f"{OFFICER.person} (officer) changed it last, on " in problem["detail"]
    assert "with start-intake" in problem["detail"]
    assert api.stage(case) == "intake"


def test_a_stale_version_tells_people_outside_the_office_the_role_only(api: Api) -> None:
    case = api.receive()
    me = Actor(api.read(case)["applicant"], Role.APPLICANT)
    tag = api.get(case).headers["ETag"]
    assert api.post(f"{case}/actions/start-intake", match=tag).status_code == 200
    detail = expect_problem(api.post(f"{case}/actions/withdraw", me, {}, match=tag), 412)["detail"]
    assert "The officer changed it last, on " in detail
    assert OFFICER.person not in detail
    assert "start-intake" not in detail


def test_a_change_without_if_match_is_refused(api: Api, case: str) -> None:
    problem = expect_problem(api.post(f"{case}/actions/start-intake"), 428)
    assert "If-Match" in problem["detail"]


@pytest.mark.parametrize("match", [None, '"1"', '"99"', "garbled", "*"])
def test_a_threat_is_recorded_whatever_if_match_says(api: Api, match: str | None) -> None:
    case = api.receive()
    answer = api.post(f"{case}/actions/record-threat", body={"kind": "stalking", "source": "police"}, match=match)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("match", ["1", '"', '""', '"one"', 'W/"1"', '"1", "2"', '"²"', '"9999999999999999999999"'])
def test_a_malformed_if_match_is_refused(api: Api, case: str, match: str) -> None:
    headers = {"If-Match": match.encode("latin-1"), "Authorization": f"Bearer {api.token(OFFICER)}"}
    answer = api.client.post(f"{case}/actions/start-intake", headers=headers)
    expect_problem(answer, 400)


def test_any_version_is_accepted_where_it_is_asked_for(api: Api) -> None:
    assert api.post(f"{api.receive()}/actions/start-intake", match="*").status_code == 200


@pytest.mark.parametrize("by", [FINANCE, AUDITOR, PRIVACY_OFFICER, ADVISER])
def test_another_role_is_refused_with_the_rule(api: Api, by: Actor) -> None:
    case = api.receive()
    if by is FINANCE:
        api.walk(case, "takeover", choose=sparing)
    problem = expect_problem(api.post(f"{case}/actions/start-intake", by, match='"1"'), 403)
    assert [finding["rule"] for finding in problem["findings"]] == ["duty.role"]
    assert "officer" in problem["detail"]


@pytest.mark.parametrize(
    ("path", "by"),
    [
        ("/v1/work-items/actions/claim", AUDITOR),
        ("/v1/organisations", OFFICER),
        ("/v1/people", OFFICER),
        ("/v1/payment-batches", OFFICER),
        ("/v1/applications", AUDITOR),
    ],
)
def test_what_creates_something_is_refused_to_another_role_with_the_rule(api: Api, path: str, by: Actor) -> None:
    bodies: dict[str, Any] = {
        "/v1/organisations": {
            "id": "gemeente-nieuw",
            "kind": "municipality",
            "name": "Nieuw",
            "debtorIban": "NL91ABNA0417164300",
            "ledgerAccount": "1",
            "costCentre": "1",
            "bankAccount": "1",
        },
        "/v1/people": {"id": "p-1", "name": "P", "email": "p@x.example", "duties": [{"role": "officer"}]},
        "/v1/payment-batches": {"employer": GOUDVEEN},
        "/v1/applications": application_body(),
    }
    problem = expect_problem(api.post(path, by, bodies.get(path)), 403)
    assert [finding["rule"] for finding in problem["findings"]] == ["duty.role"]


def test_another_applicants_case_is_not_found(api: Api) -> None:
    mine, theirs = api.receive(), api.receive()
    me = Actor(api.read(mine)["applicant"], Role.APPLICANT)
    assert api.read(mine, me)["applicant"] == me.person
    for part in ("", "/actions", "/history", "/priority", "/letters", "/measures"):
        expect_problem(api.get(f"{theirs}{part}", me), 404)
    threat = {"kind": "stalking", "source": "applicant"}
    expect_problem(api.post(f"{theirs}/actions/record-threat", me, threat), 404)
    expect_problem(api.post(f"{theirs}/actions/withdraw", me, {"reasons": "no"}, match='"1"'), 404)


def test_another_employers_case_is_not_found(api: Api) -> None:
    case = api.receive()
    expect_problem(api.get(case, EMPLOYER), 404)  # nobody asked this employer anything yet
    api.walk(case, "takeover", choose=sparing)
    assert api.get(case, EMPLOYER).status_code == 200
    takeover = api.read(case)["takeovers"][0]["id"]
    for role in (Role.EMPLOYER, Role.FINANCE, Role.RELEASER, Role.SECURITY_CONTACT):
        other = person(role, GOUDVEEN)
        for part in ("", "/actions", "/history", "/deadlines", "/measures", "/payables", "/bookings", "/priority"):
            expect_problem(api.get(f"{case}{part}", other), 404)
    other = person(Role.EMPLOYER, GOUDVEEN)
    body = {"receivedOn": "2026-11-20"}
    expect_problem(api.post(f"/v1/takeovers/{takeover}/actions/confirm-receipt", other, body, match='"1"'), 404)


@pytest.mark.parametrize(
    "path", ["/nothing", "/v1", "/v1/", "/v1/applications/", "/health/ready/", "/docs/", "/v1/actions/x"]
)
def test_an_unknown_path_or_a_trailing_slash_is_not_found(api: Api, path: str) -> None:
    answer = api.get(path)
    expect_problem(answer, 404)
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/applications"),
        ("PUT", "/v1/applications/VA-2026-X"),
        ("GET", "/v1/applications/actions/search/"),
        ("PATCH", "/v1/bank-messages"),
        ("POST", "/health/live"),
    ],
)
def test_a_wrong_method_is_refused_and_the_right_one_named(api: Api, method: str, path: str) -> None:
    if path.endswith("/"):
        expect_problem(api.call(method, path, OFFICER), 404)
        return
    answer = api.call(method, path, OFFICER)
    expect_problem(answer, 405)
    assert answer.headers["Allow"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/applications", "GET, POST"),
        ("/v1/bank-messages", "GET, POST"),
        ("/v1/work-items", "GET"),
        ("/v1/applications/actions/search", "POST"),
    ],
)
def test_a_wrong_method_is_answered_with_all_methods_of_the_address(api: Api, path: str, methods: str) -> None:
    answer = api.call("DELETE", path, OFFICER)
    expect_problem(answer, 405)
    assert answer.headers["Allow"] == methods


@pytest.mark.parametrize(
    ("employer", "kind"), [("gemeente-nergens", "unfit-value"), ("Gemeente Nergens", "invalid-request")]
)
def test_a_value_that_fits_the_schema_and_cannot_be_right_is_told_from_a_malformed_one(
    api: Api, employer: str, kind: str
) -> None:
    body = {**application_body(), "employers": [employer]}
    problem = expect_problem(api.post("/v1/applications", OFFICER, body=body), 422)
    assert problem["type"] == f"/problems/{kind}"
    assert problem["errors"][0]["field"].startswith("employers")


def test_a_batch_of_another_employer_is_refused_with_the_rule_whether_or_not_that_employer_exists(api: Api) -> None:
    for employer in (GOUDVEEN, "gemeente-nergens"):
        problem = expect_problem(api.post("/v1/payment-batches", FINANCE, body={"employer": employer}), 403)
        assert [finding["rule"] for finding in problem["findings"]] == ["duty.own-organisation"]


def test_an_internal_error_reveals_nothing_and_is_problem_json(serve: Serve) -> None:
    def broken() -> Session:
        raise RuntimeError(MARKER)

    with serve(change=lambda app: app.dependency_overrides.update({dependencies.session: broken})) as api:
        answer = api.get("/v1/applications")
    expect_problem(answer, 500)
    assert MARKER not in answer.text
    assert "RuntimeError" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["API-Version"]
    assert answer.headers["Cache-Control"] == "no-store"
