"""Authentication: which tokens are accepted, and which are not."""

import re
import time

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from office import EMPLOYER, GOUDVEEN, OFFICER
from served import ADMINISTRATOR, Api, Serve, expect_problem

from rules.core.roles import Actor, Role


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Basic b2ZmaWNlci0xOg==",
        "Bearer garbled",
        "Bearer a.b.c",
        "Bearer e30.e30.e30",
        "Bearer W10.W10.W10",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvZmZpY2VyLTEifQ.",
        "Bearer eyJhbGciOiJIUzI1NiJ9.W10.AAAA",
        "Bearer é.é.é",
        "Bearer " + "a" * 5000,
    ],
)
def test_no_token_or_a_garbled_one_does_not_get_in(api: Api, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = api.client.get("/v1/applications", headers=headers)
    expect_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": int(time.time()) + 3600},
        {"iss": "someone-else"},
        {"iss": None},
        {"aud": "something-else"},
        {"aud": None},
        {"sub": None},
        {"sub": 7},
        {"sub": ["officer-1"]},
    ],
    ids=lambda changes: re.sub(r"[0-9]{9,}", "moment", str(changes)),  # the same in every process that collects
)
def test_a_token_that_does_not_hold_does_not_get_in(api: Api, changes: dict[str, object]) -> None:
    bearer = api.token(OFFICER, **changes)
    answer = api.client.get("/v1/applications", headers={"Authorization": f"Bearer {bearer}"})
    expect_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "officer-1" not in answer.text


def test_a_token_that_another_key_signed_does_not_get_in(api: Api) -> None:
    claims = jwt.decode(api.token(OFFICER), _key_of(api), algorithms=["HS256"]).claims
    foreign = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(b"another key of thirty-two bytes!"))
    answer = api.client.get("/v1/applications", headers={"Authorization": f"Bearer {foreign}"})
    expect_problem(answer, 401)


def test_a_token_whose_claims_were_altered_does_not_get_in(api: Api) -> None:
    head, _, mark = api.token(OFFICER).split(".")
    _, claims, _ = api.token(ADMINISTRATOR).split(".")
    answer = api.client.get("/v1/applications", headers={"Authorization": f"Bearer {head}.{claims}.{mark}"})
    expect_problem(answer, 401)


def _key_of(api: Api) -> OctKey:
    from api.http import authentication  # noqa: PLC0415  # named as the fixture is

    return authentication.own_key(api.configuration.key_file)


@pytest.mark.parametrize(
    "who",
    [
        Actor("officer-1", Role.ADMINISTRATOR),
        Actor("officer-9", Role.OFFICER),
        Actor(EMPLOYER.person, Role.EMPLOYER, GOUDVEEN),
        Actor(EMPLOYER.person, Role.EMPLOYER),
        Actor("officer-1", Role.OFFICER, GOUDVEEN),
        Actor("engine", Role.ENGINE),
    ],
    ids=str,
)
def test_a_token_for_a_role_that_its_person_does_not_hold_is_refused_by_rule(api: Api, who: Actor) -> None:
    problem = expect_problem(api.get("/v1/applications", who), 403)
    assert "duty.role" in problem["detail"]


@pytest.mark.parametrize("role", ["emperor", "", None, 7, ["officer"]])
def test_a_token_without_a_role_of_this_office_is_refused(api: Api, role: object) -> None:
    bearer = api.token(OFFICER, role=role)
    answer = api.client.get("/v1/applications", headers={"Authorization": f"Bearer {bearer}"})
    expect_problem(answer, 403)


def test_the_scheme_is_read_whatever_its_case(api: Api) -> None:
    for scheme in ("bearer", "BEARER"):
        answer = api.client.get("/v1/applications", headers={"Authorization": f"{scheme} {api.token(OFFICER)}"})
        assert answer.status_code == 200


def test_someone_who_departed_does_not_get_in_any_more(api: Api) -> None:
    body = {"id": "officer-7", "name": "G", "email": "g@office.example", "duties": [{"role": "officer"}]}
    made = api.post("/v1/people", ADMINISTRATOR, body)
    assert made.status_code == 201
    leaving = Actor("officer-7", Role.OFFICER)
    assert api.get("/v1/applications", leaving).status_code == 200
    path = f"{made.headers['Location']}/actions/depart"
    assert api.post(path, ADMINISTRATOR, match=made.headers["ETag"]).status_code == 200
    expect_problem(api.get("/v1/applications", leaving), 403)


def test_an_office_that_is_no_demonstration_takes_no_token_of_its_own(serve: Serve) -> None:
    with serve(demonstration=False) as api:
        expect_problem(api.get("/v1/applications"), 401)


def test_pages_and_health_need_no_token(api: Api) -> None:
    for path in ("/over", "/docs", "/style.css", "/openapi.json", "/health/live"):
        assert api.get(path, None).status_code == 200
