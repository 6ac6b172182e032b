"""Decisions for a judge: which rule was checked, in which version, on which facts, and with what result."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from office import ADVISER, AUTHORITY, EMPLOYER, GOUDVEEN, LAAGLAND, OFFICER, ZILVERDAM, person
from served import ADMINISTRATOR, AUDITOR, Api, Serve, expect_problem, sparing
from sqlmodel import Session, select, text
from structlog.testing import capture_logs

from rules.core.roles import Actor, Role
from rules.core.rule import REGISTRY
from states.storage.verification import verify
from states.tables.application import Application
from states.tables.ledger import LedgerEntry

COUNCILLOR = {"office": "municipal-councillor"}


def refused(api: Api, case: str) -> list[dict[str, Any]]:
    """Return the refused attempts of a case."""
    return [item for item in api.read(f"{case}/decisions")["items"] if item["decided"] == "refused"]


def plan_too_soon(api: Api, case: str, *, key: str | None = None) -> Any:
    """Send a request that the rules refuse: an interview in the past."""
    api.act(case, "start-intake")
    return plan_again(api, case, key=key)


def plan_again(api: Api, case: str, *, key: str | None = None) -> Any:
    """Send the request of :func:`plan_too_soon` during the intake."""
    return api.post(f"{case}/actions/plan-interview", body={"interviewOn": "2020-01-01"}, match="*", key=key)


@pytest.fixture(scope="module")
def whole(serve: Serve) -> Iterator[tuple[Api, str]]:
    """Take a case of two employers to its end, with one refused attempt on it."""
    with serve() as api:
        case = api.receive(employers=[ZILVERDAM, GOUDVEEN])
        api.walk(case)
        yield api, case


def test_every_checked_rule_of_a_whole_case_gives_the_same_result_when_checked_again(whole: tuple[Api, str]) -> None:
    api, case = whole
    items = api.read(f"{case}/decisions")["items"]
    assert [item["seq"] for item in items] == list(range(1, len(items) + 1))
    asked = [rule for item in items for rule in item["rules"]]
    assert len({rule["rule"] for rule in asked}) > 15
    for rule in asked:
        content = any("read content" in words["en"] for words in rule["differences"])
        assert rule["same"] != content, rule
        assert rule["held"]
        assert rule["objection"] is None
        assert rule["words"]["en"] == REGISTRY[rule["rule"]].summary
        assert rule["words"]["nl"] == REGISTRY[rule["rule"]].summary_nl
        assert rule["article"]
        assert rule["source"]
    assert {rule["rule"] for rule in asked if not rule["same"]} == {"payable.iban-valid"}
    assert "under" in asked[0]
    assert asked[0]["under"] is None


def test_a_decision_names_the_version_of_each_value_that_it_rests_on(whole: tuple[Api, str]) -> None:
    api, case = whole
    (planned,) = (item for item in api.read(f"{case}/decisions")["items"] if item["event"] == "plan-interview")
    scope = next(rule for rule in planned["rules"] if rule["rule"] == "eligibility.office-in-scope")
    assert scope["facts"]["office"] == "mayor"
    (read,) = scope["values"]
    assert (read["name"], read["from"]) == ("offices_in_scope", "2024-01-01")
    now = {value["name"]: value for value in api.read("/v1/rules")["values"]}
    assert now["offices_in_scope"]["mark"] == read["mark"]


def test_under_another_days_rules_a_decision_says_what_would_differ(whole: tuple[Api, str]) -> None:
    api, case = whole
    same = api.read(f"{case}/decisions?under={date(2024, 1, 1)}")["items"]
    old = api.read(f"{case}/decisions?under={date(2023, 12, 31)}")["items"]

    def of(items: list[dict[str, Any]], rule_id: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            rule["under"] for item in items for rule in item["rules"] if rule["rule"] == rule_id
        )
        return found

    assert of(same, "step.held-not-before-planned-stage")["same"]
    before = of(old, "step.held-not-before-planned-stage")
    assert before["on"] == "2023-12-31"
    assert not before["same"]
    assert before["differences"][0]["en"].startswith("Not in force on 2023-12-31")
    assert before["differences"][0]["nl"].startswith("Niet van kracht op 2023-12-31")
    scope = of(old, "eligibility.office-in-scope")
    assert [(value["name"], value["from"]) for value in scope["values"]] == [("offices_in_scope", "2021-01-01")]
    assert [item for item in old if item["decided"] == "done"] == old


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "", "20260101", "2026-01-01T00:00:00", "1", "9999-99-99"])
def test_a_day_that_is_none_is_named_with_what_would_be_right(api: Api, day: str) -> None:
    case = api.receive()
    for path in (f"{case}/decisions?under={day}", f"/v1/rules?on={day}"):
        problem = expect_problem(api.get(path), 422)
        assert problem["errors"][0]["field"] in {"under", "on"}
        assert "2026-11-23" in problem["errors"][0]["message"]


def test_decisions_are_visible_to_those_who_see_the_history(whole: tuple[Api, str]) -> None:
    api, case = whole
    me = Actor(api.read(case)["applicant"], Role.APPLICANT)
    for by in (me, OFFICER, ADVISER, AUTHORITY, AUDITOR, ADMINISTRATOR):
        history = api.read(f"{case}/history?limit=500", by)["items"]
        shown = api.read(f"{case}/decisions?limit=500", by)["items"]
        assert [item["seq"] for item in shown] == [item["seq"] for item in history]
    for employer in (ZILVERDAM, GOUDVEEN):
        by = person(Role.EMPLOYER, employer)
        history = api.read(f"{case}/history?limit=500", by)["items"]
        shown = api.read(f"{case}/decisions?limit=500", by)["items"]
        assert [item["seq"] for item in shown] == [item["seq"] for item in history]
        assert all(item["chart"] != "application" for item in shown)
    expect_problem(api.get(f"{case}/decisions", person(Role.EMPLOYER, LAAGLAND)), 404)
    expect_problem(api.get("/v1/applications/VA-2026-NOTHING1/decisions"), 404)


@pytest.mark.parametrize("part", ["history", "decisions", "payables", "bookings"])
@pytest.mark.parametrize("by", [OFFICER, person(Role.FINANCE, ZILVERDAM)], ids=["the office", "an employer"])
def test_the_pages_of_a_case_are_together_the_whole_and_in_its_order(
    whole: tuple[Api, str], by: Actor, part: str
) -> None:
    api, case = whole
    found, sizes, cursor = [], [], {}
    while True:
        answer = api.get(f"{case}/{part}", by, params={"limit": 2, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        sizes.append(len(page["items"]))
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == api.read(f"{case}/{part}?limit=500", by)["items"]
    assert set(sizes[:-1]) <= {2}
    assert 1 <= sizes[-1] <= 2


@pytest.mark.parametrize("part", ["history", "decisions"])
def test_a_cursor_that_no_page_of_the_history_returned_is_refused(whole: tuple[Api, str], part: str) -> None:
    api, case = whole
    for cursor in ("abc", "", "1~2", "1.5"):
        expect_problem(api.get(f"{case}/{part}", params={"cursor": cursor}), 400)


def test_a_refused_attempt_is_shown_with_what_the_rule_objected(api: Api) -> None:
    case = api.receive()
    problem = expect_problem(plan_too_soon(api, case), 409)
    (finding,) = problem["findings"]
    assert finding["rule"] == "step.interview-not-in-past"
    assert finding["since"] == "2021-01-01"
    assert finding["messageNl"].startswith("Het gesprek zou op 2020-01-01 zijn")
    (attempt,) = refused(api, case)
    assert (attempt["event"], attempt["person"], attempt["chart"]) == ("plan-interview", OFFICER.person, "application")
    (objection,) = (rule for rule in attempt["rules"] if not rule["held"])
    assert objection["objection"] == {"en": finding["message"], "nl": finding["messageNl"]}
    assert objection["same"]
    assert {rule["rule"] for rule in attempt["rules"] if rule["held"]} >= {"duty.role", "eligibility.in-office"}


def test_a_refused_attempt_changes_nothing_but_the_chain_which_still_holds(api: Api) -> None:
    case = api.receive()
    api.act(case, "start-intake")
    tag, shown, letters = api.get(case).headers["ETag"], api.read(case), api.read(f"{case}/letters")
    assert plan_again(api, case).status_code == 409
    assert api.get(case).headers["ETag"] == tag
    assert api.read(case) == shown
    assert api.read(f"{case}/letters") == letters
    entry = api.read(f"{case}/history")["items"][-1]
    assert entry["event"] == "attempt-refused"
    assert entry["facts"] == {"event": "plan-interview", "rules": ["step.interview-not-in-past"]}
    assert entry["content"] == {}
    with Session(api.engine) as session:
        assert verify(session).problems == []
        row = session.exec(select(LedgerEntry).where(LedgerEntry.hash == entry["hash"])).one()
        assert row.changes == {}
        assert (row.before, row.after) == (None, None)
    assert api.act(case, "plan-interview")["stage"] == "interview-planned"  # with the tag from before the refusal


@pytest.mark.parametrize(
    ("by", "event", "status"),
    [
        (OFFICER, "adopt-advice", 403),
        (EMPLOYER, "start-intake", 404),
        (OFFICER, "plan-interview", 409),
    ],
)
def test_a_missing_duty_or_an_invisible_case_is_not_recorded_with_the_case(
    api: Api, by: Actor, event: str, status: int
) -> None:
    case = api.receive()
    before = api.read(f"{case}/history")
    body = api.action(case, event)["example"] if event == "start-intake" else {"interviewOn": "2026-01-01"}
    bodies = {"adopt-advice": {"adoptedOn": "2026-01-01", "threatAnalysis": "A-1", "homeAssessment": "B-1"}}
    answer = api.post(f"{case}/actions/{event}", by, bodies.get(event, body), match="*")
    expect_problem(answer, status)
    assert (api.read(f"{case}/history") != before) == (status == 409)


def test_what_another_employer_must_do_is_not_found_and_not_kept(api: Api) -> None:
    case = api.receive(employers=[ZILVERDAM, GOUDVEEN])
    api.walk(case, "takeover", choose=sparing)
    asked = next(item for item in api.read(case)["takeovers"] if item["organisation"] == GOUDVEEN)
    before = api.read(f"{case}/history")
    answer = api.post(
        f"/v1/takeovers/{asked['id']}/actions/confirm-receipt", EMPLOYER, {"receivedOn": "2020-01-01"}, match="*"
    )
    expect_problem(answer, 404)
    assert api.read(f"{case}/history") == before


def test_a_suspension_from_office_and_the_decision_maker_are_in_the_view(api: Api) -> None:
    case = api.receive(officeSuspendedSince="2026-02-01", officeSuspendedUntil="2026-02-20")
    assert api.read(case)["officeSuspendedSince"] == "2026-02-01"
    assert api.read(case)["officeSuspendedUntil"] == "2026-02-20"
    assert api.read(f"{case}?asOf=2099-01-01T00:00:00Z")["officeSuspendedSince"] == "2026-02-01"
    api.walk(case, "provision", choose=sparing)
    assert [item["decidedAs"] for item in api.read(case)["takeovers"]] == ["municipal-secretary"]


def test_a_stale_or_malformed_request_is_no_refusal_by_a_rule(api: Api) -> None:
    case = api.receive()
    expect_problem(api.post(f"{case}/actions/start-intake", match='"99"'), 412)
    expect_problem(api.post(f"{case}/actions/start-intake", body={"officer": "NO"}, match="*"), 422)
    assert refused(api, case) == []


def test_a_refused_attempt_does_not_make_its_person_a_participant_in_the_case(api: Api) -> None:
    """A person whose proposal of a refusal was refused can still decide on it; only the proposer cannot."""
    case = api.receive(**COUNCILLOR)
    body = {"ground": "eligibility.acting", "reasons": "No claim."}
    assert expect_problem(api.post(f"{case}/actions/intend-refusal", OFFICER, body, match="*"), 409)
    with Session(api.engine) as session:
        reference = case.rsplit("/", 1)[1]
        row = session.get_one(Application, reference)
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.stream == row.stream)).all()
        assert [entry.event for entry in entries if entry.person == OFFICER.person][-1] == "attempt-refused"
        assert not [entry for entry in entries if entry.event == "intend-refusal"]


def test_an_idempotency_key_of_a_refused_request_can_be_used_for_the_corrected_one(api: Api) -> None:
    case = api.receive()
    expect_problem(plan_too_soon(api, case, key="once-1"), 409)
    expect_problem(plan_again(api, case, key="once-1"), 409)
    assert len(refused(api, case)) == 2
    mended = {"interviewOn": api.action(case, "plan-interview")["example"]["interviewOn"]}
    assert api.post(f"{case}/actions/plan-interview", body=mended, match="*", key="once-1").status_code == 200


def test_a_refusal_is_answered_the_same_when_it_cannot_be_kept(serve: Serve) -> None:
    with serve() as api, capture_logs() as lines:
        case = api.receive()
        api.act(case, "start-intake")
        closed = "ALTER TABLE ledger_entry ADD CONSTRAINT closed CHECK (event <> 'attempt-refused')"
        with api.engine.begin() as connection:
            connection.execute(text(closed))
        problem = expect_problem(plan_again(api, case), 409)
        assert problem["findings"][0]["rule"] == "step.interview-not-in-past"
        assert refused(api, case) == []
        assert api.act(case, "plan-interview")["stage"] == "interview-planned"
    assert [(line["event"], line["wanted"]) for line in lines] == [("attempt-not-kept", "plan-interview")]


def test_the_rules_of_a_day_are_those_in_force_with_their_values_and_sources(api: Api) -> None:
    now, then = api.read("/v1/rules"), api.read("/v1/rules?on=2023-12-31")
    assert {rule["id"] for rule in now["rules"]} == {rule.id for rule in REGISTRY.values() if rule.until is None}
    assert "step.takeovers-done" not in {rule["id"] for rule in then["rules"]}
    assert "step.takeovers-done" in {rule["id"] for rule in api.read("/v1/rules?on=2024-01-01")["rules"]}
    for shown in (now, then):
        assert len({value["name"] for value in shown["values"]}) == len(shown["values"])
        assert all(value["from"] <= shown["on"] <= (value["until"] or "9999") for value in shown["values"])
        assert all(value["source"] and isinstance(value["verified"], bool) for value in shown["values"])
    maximum = {shown["on"]: shown["values"] for shown in (now, then)}
    found = [next(v["value"] for v in values if v["name"] == "home_maximum") for values in maximum.values()]
    assert found[0] != found[1]
    duty = next(rule for rule in now["rules"] if rule["id"] == "duty.role")
    assert duty["summaryNl"] == "De gebeurtenis is de taak van de rol waarin iemand handelt."
    assert api.read("/v1/rules?on=1999-01-01")["rules"] == []


def test_a_case_without_refusals_shows_every_decision_as_done(api: Api) -> None:
    case = api.receive()
    api.walk(case, "advice", choose=sparing)
    assert {item["decided"] for item in api.read(f"{case}/decisions")["items"]} == {"done"}
