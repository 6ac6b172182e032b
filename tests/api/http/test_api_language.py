"""Language of error answers: Dutch with Accept-Language: nl, in titles, details and the messages of fields."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from office import ADVISER, FINANCE, OFFICER, application_body
from served import Api, expect_problem

from api.http.language import preferred
from rules.core.roles import Actor

SCRIPT = importlib.util.spec_from_file_location("messages", Path(__file__).parents[3] / "docs" / "messages.py")
assert SCRIPT is not None
assert SCRIPT.loader is not None
messages = importlib.util.module_from_spec(SCRIPT)
SCRIPT.loader.exec_module(messages)
with messages.PO.open("rb") as file:
    CATALOGUE = [each for each in read_po(file, locale="nl") if each.id]


def in_dutch(api: Api, method: str, path: str, by: Actor | None, body: Any = None, **headers: str) -> dict[str, Any]:
    """The problem in Dutch, after a look that its title, detail and messages are not those in English."""
    given = headers if by is None else {"Authorization": f"Bearer {api.token(by)}", **headers}
    answers = [
        api.client.request(method, path, json=body, headers={**given, "Accept-Language": language})
        for language in ("en", "nl-NL, en;q=0.5")
    ]
    english: dict[str, Any] = expect_problem(answers[0], answers[0].status_code)
    dutch: dict[str, Any] = answers[1].json()
    assert answers[1].headers["Content-Type"] == "application/problem+json"
    assert [answer.headers["Content-Language"] for answer in answers] == ["en", "nl"]
    assert english["type"] == dutch["type"]
    assert english["title"] != dutch["title"]
    assert english["detail"] != dutch["detail"]
    for one, other in zip(english.get("errors", []), dutch.get("errors", []), strict=True):
        assert one["field"] == other["field"]
        assert one["message"] != other["message"]
    return dutch


def test_each_kind_of_error_is_answered_in_dutch(api: Api) -> None:
    case = api.receive()
    any_version = {"If-Match": "*"}
    found = [
        in_dutch(api, "GET", "/v1/applications", None),
        in_dutch(api, "GET", "/v1/nothing", OFFICER),
        in_dutch(api, "DELETE", "/v1/applications", OFFICER),
        in_dutch(api, "GET", "/v1/applications/VA-2026-NOTHERE1", OFFICER),
        in_dutch(api, "GET", "/v1/applications?cursor=x", OFFICER),
        in_dutch(api, "GET", "/v1/applications?limit=0", OFFICER),
        in_dutch(api, "POST", f"{case}/actions/start-intake", OFFICER),
        in_dutch(api, "POST", f"{case}/actions/start-intake", OFFICER, **{"If-Match": '"99"'}),
        in_dutch(api, "POST", f"{case}/actions/start-intake", ADVISER, **any_version),
        in_dutch(api, "POST", f"{case}/actions/close", OFFICER, **any_version),
        in_dutch(api, "POST", "/v1/applications", OFFICER, {"office": "wethouder", "shoe": 1, "name": ""}),
        in_dutch(api, "POST", f"{case}/actions/receive-invoice", FINANCE, {"lines": 1, "iban": "x"}, **any_version),
    ]
    statuses = [each["status"] for each in found]
    assert statuses == [401, 404, 405, 404, 400, 422, 428, 412, 403, 409, 422, 422]
    assert found[3]["detail"] == "Er is geen aanvraag met het id VA-2026-NOTHERE1."
    assert found[9]["detail"] == found[9]["findings"][0]["messageNl"]
    assert {each["field"]: each["message"] for each in found[10]["errors"]}["name"] == "Dit veld is leeg."


def test_amounts_days_and_lists_are_explained_in_dutch(api: Api) -> None:
    body = application_body(certainSince="2026-02-31", employers="x")
    found = in_dutch(api, "POST", "/v1/applications", OFFICER, body)
    said = {each["field"]: each["message"] for each in found["errors"]}
    assert said["certainSince"].startswith("2026-02-31 is geen dag die kan")
    assert said["employers"].startswith('Geef een lijst, zoals ["')


def test_the_meaning_of_a_problem_is_there_in_dutch(api: Api) -> None:
    answer = api.client.get("/problems/refused", headers={"Accept-Language": "nl"})
    assert answer.json()["title"] == "Door de regels geweigerd"


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("nl", "nl"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-GB, nl;q=0.9", "en"),
        ("fr, nl;q=0.3, en;q=0.2", "nl"),
        ("nl;q=0", "en"),
        ("nl;q=much", "en"),
        ("*", "en"),
    ],
)
def test_the_language_is_the_one_that_weighs_most_of_those_there_are(accept: str | None, language: str) -> None:
    assert preferred(accept) == language


def test_every_text_has_its_dutch_and_the_compiled_catalogue_is_that_of_the_texts() -> None:
    assert sorted(str(each.id) for each in CATALOGUE) == messages.texts(), "run docs/messages.py"
    assert [each.id for each in CATALOGUE if not each.string] == []
    assert messages.PO.with_suffix(".mo").read_bytes() == messages.as_mo(messages.PO.read_bytes())


@pytest.mark.parametrize("text", CATALOGUE, ids=lambda text: str(text.id)[:40])
def test_the_dutch_names_the_parts_of_the_english(text: Message) -> None:
    english, dutch = (set(re.findall(r"{(\w+)}", str(words))) for words in (text.id, text.string))
    assert dutch == (set() if text.id == "The {field} is empty." else english)
