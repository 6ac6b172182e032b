"""Police reports over the API: who may draft one, its text, and that nothing of it is stored."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from office import ADVISER, COORDINATOR, EMPLOYER, FINANCE, OFFICER
from served import ADMINISTRATOR, AUDITOR, Api, expect_problem
from sqlalchemy import text

from api.http.openapi_document import by_address
from rules.core.roles import Actor, Role

ADDRESS = "/v1/police-reports/actions/draft"
SECRET = "Quasimodo at the fountain"
TOLD = {"kind": "complaint", "what": SECRET, "who": f"{SECRET}, in red", "office": "mayor", "wishes": ["domicile"]}


@pytest.fixture(scope="module")
def applicant(api: Api) -> Actor:
    """Return an applicant."""
    case = api.receive()
    found = api.read(case, OFFICER)["applicant"]
    return Actor(found if isinstance(found, str) else found["id"], Role.APPLICANT)


def all_rows(api: Api) -> Iterator[str]:
    """Yield every row of every table as text."""
    with api.engine.connect() as connection:
        names = "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'"
        for table in connection.execute(text(names)).scalars().all():
            yield from connection.execute(text(f"SELECT t::text FROM {table} t")).scalars()


def test_the_applicant_the_officer_and_the_adviser_get_the_text_in_the_language_asked_for(
    api: Api, applicant: Actor
) -> None:
    for by in (applicant, OFFICER, ADVISER):
        dutch = api.post(ADDRESS, by, TOLD)
        assert dutch.status_code == 200
        assert set(dutch.json()) == {"text"}
        assert dutch.json()["text"].startswith("AANGIFTE BIJ DE POLITIE\n")
        assert SECRET in dutch.json()["text"]
        english = api.post(ADDRESS, by, TOLD | {"language": "en"})
        assert english.json()["text"].startswith("CRIMINAL COMPLAINT TO THE POLICE\n")


@pytest.mark.parametrize("by", [EMPLOYER, FINANCE, COORDINATOR, AUDITOR, ADMINISTRATOR], ids=lambda by: str(by.role))
def test_nobody_else_drafts_one(api: Api, by: Actor) -> None:
    refused = api.post(ADDRESS, by, TOLD)
    expect_problem(refused, 403)
    assert refused.json()["findings"][0]["rule"] == "duty.role"
    assert SECRET not in refused.text


def test_without_a_token_nothing_is_drafted(api: Api) -> None:
    expect_problem(api.post(ADDRESS, None, TOLD), 401)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"homeAddress": SECRET}, "homeAddress"),
        ({"name": SECRET}, "name"),
        ({"language": SECRET}, "language"),
        ({"office": SECRET}, "office"),
        ({"wishes": [SECRET]}, "wishes.0"),
        ({"witnesses": SECRET}, "witnesses"),
        ({"what": SECRET * 400}, "what"),
        ({"what": ""}, "what"),
    ],
)
def test_what_does_not_fit_is_refused_by_field_and_not_repeated(api: Api, body: dict[str, Any], field: str) -> None:
    refused = api.post(ADDRESS, OFFICER, body)
    expect_problem(refused, 422)
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert SECRET not in refused.text


def test_nothing_of_a_draft_is_stored_or_logged(
    api: Api, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    before = sorted(all_rows(api))
    for _ in range(2):
        answer = api.post(ADDRESS, OFFICER, TOLD, key="draft-once")
        assert answer.is_success
        assert "Idempotency-Replayed" not in answer.headers
    api.post(ADDRESS, OFFICER, TOLD | {"more": SECRET})
    api.post(ADDRESS, FINANCE, TOLD)
    assert sorted(all_rows(api)) == before
    out, err = capfd.readouterr()
    output = "\n".join([caplog.text, out, err, *(str(vars(record)) for record in caplog.records)])
    assert "Quasimodo" not in output


def test_the_document_shows_an_example_that_is_accepted(api: Api) -> None:
    operation = by_address(api.get("/openapi.json", None).json())[ADDRESS]["post"]
    assert "Idempotency-Key" not in {item["name"] for item in operation.get("parameters", [])}
    example = operation["requestBody"]["content"]["application/json"]["example"]
    answer = api.post(ADDRESS, OFFICER, example)
    assert answer.status_code == 200
    assert example["what"] in answer.json()["text"]
