"""Forecast over the API: for the roles that manage the office, within a few seconds."""

from urllib.parse import urlencode

import pytest
from office import ADVISER, COORDINATOR, EMPLOYER, OFFICER
from served import ADMINISTRATOR, AUDITOR, Actor, Api, expect_problem

ASSUMED = "/v1/forecast?arrivalsPerWeek=7.3&advisers=2&replications=10&weeks=6"


def test_coordinator_administrator_and_auditor_ask_and_the_same_seed_says_the_same(api: Api) -> None:
    answers = [api.get(ASSUMED, by) for by in (COORDINATOR, ADMINISTRATOR, AUDITOR)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].content == answers[1].content == answers[2].content
    found = answers[0].json()
    assert found["basis"]["source"] == "assumptions"
    assert found["simulated"]["replications"] == 10
    assert found["whatIf"] == []
    assert found["advisersNeeded"]["now"] == 2
    assert api.get(f"{ASSUMED}&seed=2", COORDINATOR).json()["base"] != found["base"]


def test_what_ifs_are_listed_with_the_base(api: Api) -> None:
    found = api.get(f"{ASSUMED}&ill=1&intake=2&reserve=3&joins=all&needed=false", COORDINATOR).json()
    assert [one["name"] for one in found["whatIf"]] == [
        "1 ill",
        "intake times 2",
        "reserve every 3",
        "one more with every skill",
        "all of these",
    ]
    assert "advisersNeeded" not in found


@pytest.mark.parametrize("by", [OFFICER, ADVISER, EMPLOYER], ids=lambda by: str(by.role))
def test_roles_that_do_the_work_may_not_ask_for_a_forecast(api: Api, by: Actor) -> None:
    found = expect_problem(api.get(ASSUMED, by), 403)
    assert found["findings"][0]["rule"] == "duty.role"
    assert "coordinator, administrator, auditor" in found["findings"][0]["message"]


def test_a_young_office_says_how_much_history_there_is_and_how_much_is_needed(api: Api) -> None:
    found = expect_problem(api.get("/v1/forecast", COORDINATOR), 409)
    assert found["findings"][0]["rule"] == "capacity.enough-history"
    assert "0 finished cases" in found["findings"][0]["message"]


@pytest.mark.parametrize(
    ("changes", "parameter", "message"),
    [
        ({"reserve": 0}, "reserve", "give a whole number of at least 2"),
        ({"reserve": 1}, "reserve", "give a whole number of at least 2"),
        ({"ill": "officer-9"}, "ill", "There is no officer officer-9"),
        ({"ill": 2}, "ill", "give a number from 1 to 1"),
        ({"joins": "domain:garden"}, "joins", "There is no skill domain:garden"),
        ({"intake": 0}, "intake", "give a number from 0.05"),
        ({"confidence": 1}, "confidence", "give a share from 0.5"),
        ({"weeks": 60}, "weeks", "at most 52"),
        ({"replications": 9}, "replications", "at least 10"),
        ({"replications": 1000, "weeks": 52}, "replications", "Ask for fewer"),
        ({"arrivalsPerWeek": 1000, "weeks": 52}, "weeks", "0 replications fit into one answer"),
        ({"advisers": 0}, "advisers", "at least 1"),
        ({"arrivalsPerWeek": "nan"}, "arrivalsPerWeek", "finite number"),
        ({"hoursPerCase": "inf"}, "hoursPerCase", "finite number"),
        ({"reserv": 2}, "reserv", "there are: advisers, arrivalsPerWeek, confidence"),
    ],
)
def test_what_cannot_be_asked_names_the_parameter_and_what_would_be_right(
    api: Api, changes: dict[str, object], parameter: str, message: str
) -> None:
    query = {"arrivalsPerWeek": 7.3, "advisers": 2, "replications": 10, "weeks": 6, **changes}
    found = expect_problem(api.get(f"/v1/forecast?{urlencode(query)}", COORDINATOR), 422)
    assert [error["field"] for error in found["errors"]] == [parameter]
    assert message in str(found["errors"])
