"""Statistics over the API: who may read them, and wrong parameters."""

from datetime import UTC, datetime, timedelta

import pytest
from office import AUTHORITY, COORDINATOR, EMPLOYER, OFFICER, ZILVERDAM
from served import ADMINISTRATOR, AUDITOR, MINISTRY, Api, expect_problem, office_today

COMING = office_today() + timedelta(days=2)  # in the future also when the run passes midnight


def test_the_figures_say_what_each_of_them_counts(api: Api) -> None:
    case = api.receive()
    api.post("/v1/work-items/actions/claim", OFFICER)
    api.act(case, "start-intake")
    found = api.read("/v1/statistics", COORDINATOR)
    assert set(found["lanes"]) == {"acute", "urgent", "elevated", "routine"}
    assert set(found["domains"]) == {"home", "work", "travel", "digital"}
    assert found["work"]["done"] == found["lanes"]["routine"]["done"] == 1
    assert found["work"]["handling"]["hours"]["of"] == 1
    (employer,) = found["employers"]
    assert employer["employer"] == ZILVERDAM
    assert {one["kind"] for one in found["overrides"]} == {
        "reserve",
        "assign",
        "delegate",
        "redistribute",
        "lowered-urgency",
        "suspension",
        "extension",
    }
    assert found["work"].keys() <= found["definitions"].keys()
    assert found["definitions"]["late"]["meaningNl"].startswith("Open werk")
    assert found["until"] == office_today().isoformat()
    before = datetime.now(UTC) - timedelta(hours=1)
    past = api.read("/v1/statistics", COORDINATOR, params={"asOf": before.isoformat().replace("+00:00", "Z")})
    assert past["work"]["asked"] == 0


@pytest.mark.parametrize("by", [COORDINATOR, AUTHORITY, ADMINISTRATOR, AUDITOR], ids=lambda by: str(by.role))
def test_roles_that_manage_the_office_read_them(api: Api, by: object) -> None:
    assert api.get("/v1/statistics", by).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("by", [OFFICER, EMPLOYER, MINISTRY], ids=lambda by: str(by.role))
def test_other_roles_do_not_read_them(api: Api, by: object) -> None:
    problem = expect_problem(api.get("/v1/statistics", by), 403)  # type: ignore[arg-type]
    assert problem["findings"][0]["rule"] == "duty.role"


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ({"from": "2026-03-02", "until": "2026-03-01"}, "from", "2026-03-02 is after until, 2026-03-01"),
        ({"until": COMING.isoformat()}, "until", f"{COMING} is in the future"),
        ({"until": "0001-01-01"}, "until", "a calendar day"),
        ({"until": "2020-12-31"}, "until", "2020-12-31 is before the oldest case; give 2021-01-01 or later"),
        ({"asOf": "0001-01-01T00:00:00Z"}, "asOf", "before the oldest case"),
        ({"asOf": "0001-01-01T00:00:00+14:00"}, "asOf", "before the oldest case"),
        ({"from": "2024-01-01", "until": "2026-01-01"}, "until", "more than a year"),
        ({"from": "eerstens"}, "from", "a calendar day"),
        ({"province": "holland"}, "province", "noord-holland"),
        ({"lane": "fast"}, "lane", "acute"),
        ({"domain": "garden"}, "domain", "digital"),
        ({"employer": "gemeente-nergens"}, "employer", "No employer has the id gemeente-nergens"),
        ({"asOf": "2026-03-02T09:00:00"}, "asOf", "time zone"),
        ({"asOf": "2999-03-02T09:00:00Z"}, "asOf", "lies in the future"),
    ],
)
def test_a_question_that_cannot_be_answered_names_what_to_mend(
    api: Api, query: dict[str, str], field: str, words: str
) -> None:
    (error,) = expect_problem(api.get("/v1/statistics", COORDINATOR, params=query), 422)["errors"]
    assert error["field"] == field
    assert words in error["message"]
