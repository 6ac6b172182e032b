"""Deadlines over HTTP: the calculator, the terms and days of a case, and who may see it once a term has passed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from office import EMPLOYER, ZILVERDAM, person
from served import AUDITOR, MINISTRY, Api, expect_problem, sparing

from rules.core.roles import Role
from states.jobs.reminders import pass_due
from states.storage.database import transaction


def test_everyone_who_is_signed_in_may_ask_when_a_term_ends(api: Api) -> None:
    for by in (AUDITOR, EMPLOYER):
        found = api.read("/v1/terms/actions/calculate?from=2026-02-20&weeks=6", by=by)
        assert found["dueOn"] == "2026-04-07"
        assert found["dueAt"] is None
        assert "Good Friday" in found["reasons"][-1]
    assert api.get("/v1/terms/actions/calculate?from=2026-02-20&weeks=6", None).status_code == 401


def test_suspensions_and_service_levels_are_asked_as_on_the_command_line(api: Api) -> None:
    words = "suspended=2026-03-09..2026-03-15&suspended=2026-03-11..2026-03-17"
    assert api.read(f"/v1/terms/actions/calculate?from=2026-03-02&weeks=4&{words}")["dueOn"] == "2026-04-08"
    level = "from=2026-03-06T16:00&serviceLevel=true&level=intake&lane=urgent"
    assert api.read(f"/v1/terms/actions/calculate?{level}")["dueAt"] == "2026-03-09T15:00:00Z"
    assert api.read("/v1/terms/actions/calculate?from=2026-04-13&days=10&backwards=true")["dueOn"] == "2026-04-03"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2026-02-20", "weeks"),
        ("weeks=6", "from"),
        ("from=2026-02-20&weeks=six", "weeks"),
        ("from=2026-02-20&weeks=6&days=3", "weeks"),
        ("from=yesterday&weeks=6", "from"),
        ("from=2029-02-20&weeks=6", "from"),
        ("from=2020-12-31T09:00&serviceLevel=true&level=intake&lane=acute", "from"),
        ("from=2026-02-20&weeks=6&suspended=march", "suspended"),
        ("from=2026-02-20&serviceLevel=true&level=intake", "lane"),
        ("from=2026-02-20&level=intake", "level"),
    ],
)
def test_a_question_that_cannot_be_answered_names_the_parameter(api: Api, query: str, parameter: str) -> None:
    answer = api.get(f"/v1/terms/actions/calculate?{query}")
    expect_problem(answer, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [parameter]


def test_the_days_of_a_case_are_listed_with_its_terms_and_add_up(api: Api) -> None:
    received = date.today() - timedelta(days=12)  # noqa: DTZ011  # a day or two either way change nothing here
    case = api.receive(receivedOn=received.isoformat())
    api.walk(case, before="take-over", choose=sparing)
    found = api.read(f"{case}/deadlines")
    assert set(found["days"]) == {"office", "security-authority", "employer", "applicant"}
    assert sum(found["days"].values()) in {12, 13, 14}
    kinds = {item["kind"]: item for item in found["items"]}
    assert {"authority", "takeover"} <= kinds.keys()
    assert kinds["takeover"]["extendedUntil"] is None


def test_a_secretary_sees_a_case_once_its_term_has_passed_and_the_ministry_none(api: Api) -> None:
    case = api.receive()
    api.walk(case, before="take-over", choose=sparing)
    secretary = person(Role.SECRETARY, ZILVERDAM)
    for by in (secretary, MINISTRY):
        expect_problem(api.get(case, by), 404)
        assert api.read("/v1/applications", by)["items"] == []
    with transaction(api.engine) as session:
        pass_due(session, at=datetime.now(UTC) + timedelta(days=80), limit=1000)
    reference = case.rsplit("/", 1)[1]
    assert api.read(case, secretary)["contact"] is None
    assert reference in {item["reference"] for item in api.read("/v1/applications", secretary)["items"]}
    expect_problem(api.get(case, MINISTRY), 404)
    expect_problem(api.get(f"{case}/deadlines", MINISTRY), 404)
    assert api.read("/v1/applications", MINISTRY)["items"] == []
