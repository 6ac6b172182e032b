"""Timers over HTTP: each configured timer, and the letters that people decline."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from office import ADVISER, APPROVER, COORDINATOR, OFFICER, OTHER_OFFICER
from served import ADMINISTRATOR, AUDITOR, Api, expect_problem, sparing

from flows.clock import JOBS, Clock
from flows.deployment_file import read, schedules
from rules.core.dates import office_day
from rules.core.roles import Actor
from rules.deadlines.escalation import reminder_schedule
from states.deadlines.catalogue import TERMS

NAMES = {*JOBS, *schedules(read())}


@pytest.fixture
def ticked(api: Api, tmp_path: Path) -> datetime:
    """Record that the clock of this office has run."""
    at = datetime.now(UTC)
    clock = Clock(api.engine, api.configuration.model_copy(update={"home": tmp_path}), at)
    clock.tick(at)
    clock.join()
    return at


def test_every_reminder_step_up_lapse_flow_and_job_is_there(api: Api, ticked: datetime) -> None:
    found = {item["name"]: item for item in api.read("/v1/timers", by=COORDINATOR)["items"]}
    for kind, line in TERMS.items():
        names = reminder_schedule(kind, office_day(ticked)).names
        assert {f"{kind}/{name}" for name in names} <= found.keys()
        assert (f"{kind}/lapsed" in found) is line.lapses
        assert all(found[f"{kind}/{name}"]["tells"] == line.reminds for name in names)
    assert found.keys() >= NAMES
    assert {found[name]["kind"] for name in JOBS} == {"tick"}
    assert {found[name]["kind"] for name in schedules(read())} == {"flow"}
    assert found["remind"]["times"] > 0
    assert found["remind"]["nextAt"] > found["remind"]["lastAt"]
    assert found["deliver-outbox"]["when"] == "every 15 s"
    assert found["build-batches"]["when"] == "0 7 * * mon-fri Europe/Amsterdam"
    assert all(item["nextAt"].endswith("Z") for item in found.values() if item["nextAt"])


def test_a_running_term_has_the_next_reminder_and_a_passed_one_the_last(api: Api, ticked: datetime) -> None:
    api.walk(api.receive(), before="take-over", choose=sparing)
    before = {item["name"]: item for item in api.read("/v1/timers", by=AUDITOR)["items"]}
    half = before["takeover/50%"]
    assert half["waiting"] >= 1
    assert half["nextAt"] > ticked.isoformat()
    far = ticked + timedelta(days=90)
    clock = Clock(api.engine, api.configuration, far)
    clock.tick(far)
    clock.join()
    after = {item["name"]: item for item in api.read("/v1/timers", by=ADMINISTRATOR)["items"]}
    passed = after["takeover/50%"]
    assert passed["times"] == half["times"] + half["waiting"]
    assert passed["lastAt"].startswith(far.date().isoformat())
    assert passed["waiting"] == 0
    assert after["takeover/secretary"]["letters"] > before["takeover/secretary"]["letters"]
    assert all(item["overdue"] == 0 for item in after.values() if item["term"])


@pytest.mark.parametrize("by", [OFFICER, ADVISER, APPROVER])
def test_timers_are_for_the_coordinator_the_administrator_and_the_auditor(api: Api, by: Actor) -> None:
    (finding,) = expect_problem(api.get("/v1/timers", by), 403)["findings"]
    assert finding["message"] == f"read is done by: coordinator, administrator, auditor; you act as {by.role}."


def test_people_see_which_letters_they_may_do_without_and_choose(api: Api) -> None:
    address = f"/v1/people/{OFFICER.person}/letters"
    answer = api.get(address, OFFICER)
    found = answer.json()
    assert (found["language"], found["choose"]) == ("nl", f"/v1/people/{OFFICER.person}/actions/choose-letters")
    assert {item["letter"]: item["declined"] for item in found["optional"]} == {"digest": False}
    headers = {"If-Match": answer.headers["ETag"], "Authorization": f"Bearer {api.token(OFFICER)}"}
    done = api.client.post(found["choose"], json={"declined": ["digest"]}, headers=headers)
    assert done.status_code == 200, done.text
    again = api.read(address, by=COORDINATOR)
    assert {item["letter"]: item["declined"] for item in again["optional"]} == {"digest": True}
    assert again["choose"] is None  # who may look at it and not choose
    assert api.read(address, by=ADMINISTRATOR)["choose"] == found["choose"]
    headers["If-Match"] = "*"
    refused = api.client.post(found["choose"], json={"declined": ["reminder"]}, headers=headers)
    expect_problem(refused, 409)
    assert [item["rule"] for item in refused.json()["findings"]] == ["letters.optional"]


def test_the_letters_of_a_colleague_are_nobodys_business(api: Api) -> None:
    expect_problem(api.get(f"/v1/people/{OFFICER.person}/letters", OTHER_OFFICER), 404)
    expect_problem(api.get("/v1/people/nobody-1/letters", ADMINISTRATOR), 404)
