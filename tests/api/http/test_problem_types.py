"""Problem types: each has one address, status and title, and its address returns its meaning."""

import json
import re

import pytest
from fastapi import HTTPException, Request
from served import Api, expect_problem

from api.http import problem_types, problems
from api.http.errors import PROBLEM_OF
from api.http.problem_types import TYPES


def test_each_type_has_an_address_of_its_own_and_a_title_and_says_what_it_means() -> None:
    assert len({kind.title for kind in TYPES.values()}) == len(TYPES)
    for slug, kind in TYPES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)
        assert kind.address == f"/problems/{slug}"
        assert 400 <= kind.status <= 599
        assert kind.meaning.endswith(".")
    assert set(PROBLEM_OF.values()) <= set(TYPES.values())


@pytest.mark.parametrize("slug", sorted(TYPES))
def test_the_address_of_a_type_says_what_it_means(api: Api, slug: str) -> None:
    answer = api.get(f"/problems/{slug}", None)
    kind = TYPES[slug]
    assert answer.status_code == 200
    assert answer.json() == {
        "type": kind.address,
        "status": kind.status,
        "title": kind.title,
        "meaning": kind.meaning,
    }


def test_what_does_not_exist_and_a_wrong_method_have_types_of_their_own(api: Api) -> None:
    assert expect_problem(api.get("/problems/nothing", None), 404)["type"] == "/problems/not-found"
    assert expect_problem(api.get("/nowhere", None), 404)["type"] == "/problems/unknown-address"
    wrong = expect_problem(api.post("/health/live", None), 405)
    assert wrong["type"] == "/problems/method-not-allowed"
    assert wrong["detail"].startswith("Method not allowed. ")


def test_a_status_without_a_type_of_its_own_has_the_standard_title() -> None:
    answer = problems.framework_error(Request({"type": "http"}), HTTPException(418, "short and stout"))
    assert json.loads(answer.body) == {
        "type": "about:blank",
        "status": 418,
        "title": "I'm a Teapot",
        "detail": "short and stout",
    }
    assert problem_types.of_status(400).title == "Bad Request"
