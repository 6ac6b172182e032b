"""Applications: conditional reads, reads as of an instant, and pages."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from office import FINANCE, GOUDVEEN, LAAGLAND, OFFICER, ZILVERDAM
from served import Api, Serve, expect_problem, sparing


def now() -> str:
    """Return the current instant as a query parameter."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def test_what_has_not_changed_is_not_sent_again(api: Api) -> None:
    case = api.receive()
    tag = api.get(case).headers["ETag"]
    for tags in (tag, f"W/{tag}", f'"0", {tag}', "*"):
        answer = api.get(case, headers={"If-None-Match": tags})
        assert answer.status_code == 304, tags
        assert answer.content == b""
        assert answer.headers["ETag"] == tag
        assert answer.headers["API-Version"]
    assert api.post(f"{case}/actions/start-intake", match=tag).status_code == 200
    fresh = api.get(case, headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != tag
    assert api.get(case, headers={"If-None-Match": "garbled"}).status_code == 200


def test_every_change_gives_the_etag_that_reading_gives(api: Api) -> None:
    case = api.receive()
    done = api.post(f"{case}/actions/start-intake", match="*")
    assert done.headers["ETag"] == api.get(case).headers["ETag"] == f'"{done.json()["version"]}"'


def test_any_instant_shows_the_stage_and_the_signals_of_that_instant(api: Api) -> None:
    before = now()
    case = api.receive()
    received = now()
    api.act(case, "start-intake")
    started = now()
    api.act(case, "record-threat")
    assert api.read(f"{case}?asOf={received}")["stage"] == "received"
    past = api.read(f"{case}?asOf={started}")
    assert past["stage"] == "intake"
    assert past["urgency"] == "routine"
    assert api.read(case)["urgency"] != "routine"
    assert past["signals"] == []
    assert past["employers"] == [ZILVERDAM]
    expect_problem(api.get(f"{case}?asOf={before}"), 404)
    expect_problem(api.get(f"{case}?asOf=0001-01-01T00:00:00Z"), 404)
    assert api.read(f"{case}?asOf=9999-12-31T23:59:59Z")["stage"] == "intake"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("2026-01-01T00:00:00", 400),
        ("2026-01-01", 400),
        ("yesterday", 422),
        ("", 422),
        ("99999999999999999", 422),
        ("2026-13-01T00:00:00Z", 422),
    ],
)
def test_an_instant_that_is_none_is_refused(api: Api, given: str, status: int) -> None:
    problem = expect_problem(api.get(f"{api.receive()}?asOf={given}"), status)
    assert "asOf" in problem["detail"]


def test_the_past_shows_the_advice_and_the_takeovers_of_then(api: Api) -> None:
    case = api.receive()
    api.walk(case, choose=sparing, before="adopt-advice")
    written = now()
    time.sleep(0.01)
    api.walk(case, "provision", choose=sparing)
    past = api.read(f"{case}?asOf={written}")
    assert past["stage"] == "with-security-authority"
    assert past["takeovers"] == []
    assert {item["state"] for item in past["advice"]["domains"]} == {"submitted"}
    assert [item["state"] for item in api.read(case)["takeovers"]] == ["taken-over"]


def pages(api: Api, query: str = "", limit: int = 3) -> list[list[str]]:
    """Follow the cursors of a list and return the references of each page."""
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        params: dict[str, Any] = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = api.read(f"/v1/applications{query}", OFFICER, params=params)
        found.append([item["reference"] for item in page["items"]])
        cursor = page["next"]
        if cursor is None:
            return found


def test_pages_hold_every_application_once_the_newest_first(serve: Serve) -> None:
    with serve() as api:
        assert pages(api) == [[]]
        made = [api.receive().rsplit("/", 1)[1] for _ in range(7)]
        found = pages(api)
        assert [len(page) for page in found] == [3, 3, 1]
        assert [reference for page in found for reference in page] == made[::-1]
        assert [len(page) for page in pages(api, limit=7)] == [7]
        first = api.read("/v1/applications?limit=3")
        late = api.receive().rsplit("/", 1)[1]
        cursor = first["next"]
        second = api.post("/v1/applications/actions/search", body={"limit": 200, "cursor": cursor}).json()
        assert [item["reference"] for item in second["items"]] == made[3::-1]
        assert late not in str(second)


def test_pages_split_applications_of_one_instant(serve: Serve) -> None:
    from sqlalchemy import text  # noqa: PLC0415  # for this one alone

    with serve() as api:
        made = {api.receive().rsplit("/", 1)[1] for _ in range(5)}
        with api.engine.begin() as connection:
            connection.execute(text("UPDATE application SET created_at = '2026-01-01T00:00:00Z'"))
        found = [reference for page in pages(api, limit=2) for reference in page]
        assert len(found) == 5
        assert set(found) == made


@pytest.mark.parametrize(
    "cursor",
    [
        "garbled",
        "~",
        "2026-01-01~",
        "2026-01-01T00:00:00~VA-1",
        "2026-13-45T00:00:00Z~VA-1",
        "0~VA",
        "~VA-2026-X",
        "é~x",
    ],
)
def test_a_cursor_that_no_list_gave_out_is_refused(api: Api, cursor: str) -> None:
    problem = expect_problem(api.get("/v1/applications", params={"cursor": cursor}), 400)
    assert cursor not in problem["detail"] or len(cursor) == 1
    expect_problem(api.post("/v1/applications/actions/search", body={"cursor": cursor}), 400)


def test_lists_are_filtered_by_stage_urgency_and_employer(serve: Serve) -> None:
    with serve() as api:
        routine = api.receive()
        urgent = api.receive(employers=[GOUDVEEN])
        shared = api.receive(employers=[GOUDVEEN, ZILVERDAM])
        api.post(f"{urgent}/actions/record-threat", body={"kind": "acute-danger", "source": "police"})
        api.act(shared, "start-intake")

        def found(**wanted: str) -> set[str]:
            listed = {item["reference"] for item in api.read("/v1/applications", params=wanted)["items"]}
            searched = api.post("/v1/applications/actions/search", body=wanted).json()["items"]
            assert {item["reference"] for item in searched} == listed
            return {f"/v1/applications/{reference}" for reference in listed}

        assert found() == {routine, urgent, shared}
        assert found(stage="intake") == {shared}
        assert found(stage="received") == {routine, urgent}
        assert found(stage="closed") == set()
        assert found(urgency="acute") == {urgent}
        assert found(employer=GOUDVEEN) == {urgent, shared}
        assert found(employer=ZILVERDAM) == {routine, shared}
        assert found(employer=LAAGLAND) == found(employer="gemeente-geen") == set()
        assert found(employer=GOUDVEEN, urgency="acute", stage="received") == {urgent}
        reference = routine.rsplit("/", 1)[1]
        for part in (reference, reference.lower(), reference[:-1]):
            searched = api.post("/v1/applications/actions/search", body={"reference": part}).json()["items"]
            assert [item["reference"] for item in searched] == [reference]
        assert api.post("/v1/applications/actions/search", body={"reference": "100%"}).status_code == 422
        assert len(api.post("/v1/applications/actions/search", body={"office": "mayor"}).json()["items"]) == 3
        assert api.post("/v1/applications/actions/search", body={"office": "alderman"}).json()["items"] == []


def test_a_subject_that_an_answer_links_to_can_be_read_with_its_etag(api: Api) -> None:
    case = api.receive()
    api.walk(case, choose=sparing, before="book")
    parts = {
        "takeovers": api.read(case)["takeovers"],
        "measures": api.read(f"{case}/measures")["items"],
        "payables": api.read(f"{case}/payables")["items"],
        "bookings": api.read(f"{case}/bookings")["items"],
        "payment-batches": api.read("/v1/payment-batches", FINANCE)["items"],
        "organisations": api.read("/v1/organisations", FINANCE)["items"],
    }
    for collection, items in parts.items():
        assert items, collection
        answer = api.get(f"/v1/{collection}/{items[0]['id']}", FINANCE)
        assert answer.status_code == 200, (collection, answer.text)
        assert answer.json()["id"] == items[0]["id"]
        assert answer.headers["ETag"].strip('"').isdigit()
    for action in api.actions(case):
        subject = action["href"].rsplit("/actions/", 1)[0]
        if action["ifMatch"] is not None:
            answer = api.get(subject)
            assert answer.headers.get("ETag") == action["ifMatch"], (action["name"], subject, answer.text[:80])
