"""Actions: a proposed example is accepted, and following the actions takes a case to its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI, Request
from office import ADVISER, AUTHORITY, GOUDVEEN, OFFICER, ZILVERDAM, person
from served import AUDITOR, Api, expect_problem, onward, running, sparing
from sqlmodel import Session

from api.app import create
from api.http import dependencies
from rules.access.authority import roles_of
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role

DOMAINS = {"home", "work", "travel", "digital"}


def rehearsal(request: Request) -> Iterator[Session]:
    """Open a transaction that is never committed."""
    with Session(request.app.state.engine, expire_on_commit=False) as session:
        yield session
        session.flush()
        session.rollback()


@contextmanager
def rehearsing(api: Api) -> Iterator[Api]:
    """Serve the same office so that no change to it is committed."""
    app: FastAPI = create(api.configuration)
    app.dependency_overrides[dependencies.session] = rehearsal
    with running(app) as url, Api(url, app, api.configuration) as trial:
        yield trial


def test_following_the_first_allowed_action_reaches_closed(api: Api) -> None:
    case = api.receive()
    api.walk(case)
    measures = api.read(f"{case}/measures")["items"]
    assert {item["domain"] for item in measures} == DOMAINS
    assert {item["state"] for item in measures} == {"settled"}
    assert {item["state"] for item in api.read(f"{case}/payables")["items"]} == {"paid"}
    assert {item["state"] for item in api.read(f"{case}/bookings")["items"]} == {"booked"}


def test_every_example_of_an_allowed_action_is_accepted_at_every_step(api: Api) -> None:
    with rehearsing(api) as trial:
        tried: set[str] = set()
        refused: list[str] = []

        def try_all(items: list[dict[str, Any]]) -> None:
            for item in items:
                if not item["allowed"]:
                    continue
                answer = trial.do(item)
                tried.add(item["name"])
                if not answer.is_success:
                    refused.append(f"{item['name']} as {item['person']}: {answer.status_code} {answer.text}")

        case = api.receive()
        api.walk(case, choose=sparing, observe=try_all)
        try_all(api.actions(case))
    assert refused == []
    assert tried >= {"withdraw", "return-advice", "suspend-term", "correct-fact", "reject", "record-threat"}


def test_every_other_end_is_reached_by_actions_alone_too(api: Api) -> None:
    refused = api.receive(office="municipal-councillor")
    api.act(refused, "start-intake")
    api.act(refused, "intend-refusal")
    api.walk(refused, "refused")
    for name, end in (("withdraw", "withdrawn"), ("forward", "forwarded")):
        case = api.receive()
        api.act(case, name)
        assert api.stage(case) == end
    without_measures = api.receive()

    def nothing(items: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
        action, example = onward(items)
        if action["name"] == "assess-domain":
            example = {**example, "needed": False, "measures": []}
        return action, example

    api.walk(without_measures, "no-measures", choose=nothing)
    for case in (refused, without_measures):
        assert "record-threat" in {item["name"] for item in api.actions(case) if item["allowed"]}


def test_two_employers_each_take_over_and_pay_their_part(api: Api) -> None:
    case = api.receive(employers=[ZILVERDAM, GOUDVEEN])
    api.act(case, "record-threat", kind="stalking")
    done = api.walk(case, choose=sparing, observe=lambda items: narrowed(api, case, items))
    assert done.count("take-over") == done.count("export") == 2
    payables = api.read(f"{case}/payables")["items"]
    assert {item["organisation"] for item in payables} == {ZILVERDAM, GOUDVEEN}
    whole = api.read(f"{case}/measures")["items"][0]
    assert sum(float(item["gross"]) for item in payables) == float(whole["estimate"])


def narrowed(api: Api, case: str, items: list[dict[str, Any]]) -> None:
    """Check what an adviser and another employer's finance see of the proposed actions, at four points of a case."""
    if next(item["name"] for item in items if item["allowed"]) not in {"confirm-receipt", "check", "seal", "book"}:
        return
    batches = {item["href"] for item in items if item["href"].startswith(("/v1/payment-batches", "/v1/bank-messages"))}
    assert not batches & {item["href"] for item in api.actions(case, ADVISER)}
    theirs = person(Role.FINANCE, GOUDVEEN)
    for item in api.actions(case, theirs):
        shared = item["href"].startswith((case, "/v1/measures"))  # what nobody pays alone is everyone's
        assert item["organisation"] != ZILVERDAM or shared, item
        if not OF_AN_EMPLOYER & set(roles_of(chart_of(item), item["name"])):
            assert (item["example"], item["findings"]) == (None, []), item
    whole = {item["href"] for item in items if item["organisation"] == GOUDVEEN}
    assert whole <= {item["href"] for item in api.actions(case, theirs)}


def chart_of(item: dict[str, Any]) -> str:
    """Return the chart of an action, from its address."""
    room = item["href"].split("/")[2].removesuffix("s")
    return {"bank-message": "organisation", "payment-batche": "payment-batch"}.get(room, room)


def test_an_action_that_is_not_allowed_says_why(api: Api) -> None:
    case = api.receive()
    refused_actions: dict[str, list[dict[str, Any]]] = {}

    def keep(items: list[dict[str, Any]]) -> None:
        for item in items:
            if not item["allowed"]:
                refused_actions.setdefault(item["name"], []).append(item)

    api.walk(case, observe=keep)
    assert {"submit-advice", "order", "close"} <= refused_actions.keys()
    for name, items in refused_actions.items():
        for item in items:
            if item["example"] is None:
                continue  # there is nothing to propose
            assert item["findings"], name
            for finding in item["findings"]:
                assert finding.keys() == {"rule", "message", "messageNl", "article", "source", "since"}
                assert all(finding.values()), name


def test_what_is_not_allowed_is_refused_with_the_findings_that_were_shown(api: Api) -> None:
    case = api.receive()
    api.walk(case, choose=sparing, before="submit-advice")
    fresh = api.receive()
    api.walk(fresh, before="assess-domain")
    action = api.action(fresh, "submit-advice")
    assert not action["allowed"]
    problem = expect_problem(api.do(action), 409)
    assert problem["findings"] == action["findings"]


def test_home_measures_wait_for_the_certificate_while_the_others_go_on(api: Api) -> None:
    case = api.receive()
    api.walk(case, "provision")
    items = api.actions(case)
    assert items[0]["name"] == "record-certificate"
    assert items[0]["allowed"]
    orders = {item["href"].split("/")[3]: item for item in items if item["name"] == "order"}
    domains = {item["id"]: item["domain"] for item in api.read(f"{case}/measures")["items"]}
    gated = {domains[key] for key, item in orders.items() if not item["allowed"]}
    assert "home" in gated
    assert {"travel", "digital"} <= DOMAINS - gated
    for key, item in orders.items():
        if not item["allowed"]:
            assert [finding["rule"] for finding in item["findings"]] == ["gate.certificate"]
            assert "3.9" in item["findings"][0]["article"] or "x.9" in item["findings"][0]["article"]
            problem = expect_problem(api.do(item), 409)
            assert [finding["rule"] for finding in problem["findings"]] == ["gate.certificate"]
        elif domains[key] == "digital":
            assert api.do(item).is_success
    api.act(case, "record-certificate")
    items = api.actions(case)
    assert "record-certificate" not in {item["name"] for item in items[:1]}
    assert all(item["allowed"] for item in items if item["name"] == "order")


def test_actions_say_by_whom_where_and_on_which_version(api: Api) -> None:
    case = api.receive()
    for item in api.actions(case, AUDITOR):
        assert item.keys() == {
            "name",
            "title",
            "href",
            "method",
            "roles",
            "role",
            "person",
            "organisation",
            "allowed",
            "findings",
            "ifMatch",
            "schema",
            "example",
        }
        assert item["method"] == "POST"
        assert item["ifMatch"] == api.get(case).headers["ETag"]
        assert item["href"] == f"{case}/actions/{item['name']}"


def test_asking_what_can_be_done_changes_nothing(api: Api) -> None:
    case = api.receive()
    before, tag = api.read(f"{case}/history"), api.get(case).headers["ETag"]
    assert api.actions(case) == api.actions(case)
    assert api.read(f"{case}/history") == before
    assert api.get(case).headers["ETag"] == tag


def test_an_action_names_every_role_that_may_do_it(api: Api) -> None:
    case = api.receive()
    api.walk(case, choose=sparing, before="order")
    for item in api.actions(case):
        people = [role for role in roles_of(chart_of(item), item["name"]) if role is not Role.ENGINE]
        assert item.get("roles") == people, item["name"]
        assert item["role"] in people
    assert api.action(case, "decline")["roles"] == ["applicant", "officer"]


def test_who_asks_what_is_theirs_gets_what_they_may_do_now_and_nothing_else(api: Api) -> None:
    case = api.receive()
    api.walk(case, choose=sparing, before="adopt-advice")
    applicant = Actor(api.read(case)["applicant"], Role.APPLICANT)
    wanted = {
        applicant: {"withdraw", "record-threat", "record-move", "record-representative", "request-loan"},
        OFFICER: {"withdraw", "record-threat", "correct-fact", "record-certificate"},
        AUTHORITY: {"adopt-advice", "return-advice", "record-threat"},
        AUDITOR: set(),
        ADVISER: {"record-threat"},
    }
    never = {applicant: {"correct-fact"}, OFFICER: {"adopt-advice"}, AUTHORITY: {"withdraw"}, ADVISER: {"adopt-advice"}}
    for who, names in wanted.items():
        answer = api.get(f"{case}/actions?mine=true", who)
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert {item["name"] for item in items} >= names, who
        assert {item["name"] for item in items}.isdisjoint(never.get(who, set()))
        assert {(item["person"], item["role"], item["allowed"]) for item in items} <= {(who.person, who.role, True)}
        assert bool(items) is bool(names)


def test_who_may_not_do_a_step_for_four_eyes_is_not_offered_it_as_theirs(api: Api) -> None:
    case = api.receive(office="municipal-councillor")
    api.act(case, "start-intake")
    api.act(case, "intend-refusal")
    api.act(case, "record-view")
    assert "refuse" in {item["name"] for item in api.read(f"{case}/actions?mine=true", AUTHORITY)["items"]}
    handled = Actor(api.read(case)["officer"], Role.OFFICER)
    assert "refuse" not in {item["name"] for item in api.read(f"{case}/actions?mine=true", handled)["items"]}
