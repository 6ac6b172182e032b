"""The calculator over HTTP."""

import pytest
from served import AUDITOR, EMPLOYER, Api, is_problem


def test_everyone_who_is_signed_in_may_ask_when_a_term_ends(api: Api) -> None:
    for by in (AUDITOR, EMPLOYER):
        found = api.read("/v1/terms/_calculate?from=2026-02-20&weeks=6", by=by)
        assert found["dueOn"] == "2026-04-07"
        assert found["dueAt"] is None
        assert "Good Friday" in found["reasons"][-1]
    assert api.get("/v1/terms/_calculate?from=2026-02-20&weeks=6", None).status_code == 401


def test_suspensions_and_service_levels_are_asked_as_on_the_command_line(api: Api) -> None:
    words = "suspended=2026-03-09..2026-03-15&suspended=2026-03-11..2026-03-17"
    assert api.read(f"/v1/terms/_calculate?from=2026-03-02&weeks=4&{words}")["dueOn"] == "2026-04-08"
    level = "from=2026-03-06T16:00&serviceLevel=true&level=intake&lane=urgent"
    assert api.read(f"/v1/terms/_calculate?{level}")["dueAt"] == "2026-03-09T16:00:00+01:00"
    assert api.read("/v1/terms/_calculate?from=2026-04-13&days=10&backwards=true")["dueOn"] == "2026-04-03"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2026-02-20", "weeks"),
        ("weeks=6", "from"),
        ("from=2026-02-20&weeks=six", "weeks"),
        ("from=2026-02-20&weeks=6&days=3", "weeks"),
        ("from=yesterday&weeks=6", "from"),
        ("from=2029-02-20&weeks=6", "from"),
        ("from=2026-02-20&weeks=6&suspended=march", "suspended"),
        ("from=2026-02-20&serviceLevel=true&level=intake", "lane"),
        ("from=2026-02-20&level=intake", "level"),
    ],
)
def test_a_question_that_cannot_be_answered_names_the_parameter(api: Api, query: str, parameter: str) -> None:
    answer = api.get(f"/v1/terms/_calculate?{query}")
    is_problem(answer, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [parameter]
