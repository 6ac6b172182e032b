"""Idempotency keys, and the commit before the response."""

import threading
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI, Request
from office import FINANCE, OFFICER, OTHER_OFFICER, application_body
from served import Api, Serve, expect_problem, sparing
from sqlalchemy import text
from sqlmodel import Session

from api.http import dependencies
from states.storage.database import transaction


def count(api: Api, table: str) -> int:
    """Count the rows of a table."""
    with transaction(api.engine) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_same_request_twice_is_done_once_and_answered_alike(api: Api) -> None:
    before = count(api, "application")
    first = api.post("/v1/applications", body=application_body(), key="one")
    again = api.post("/v1/applications", body=application_body(), key="one")
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    for header in ("Location", "ETag", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(api, "application") == before + 1


def test_the_order_of_the_fields_makes_no_other_request(api: Api) -> None:
    body = application_body()
    first = api.post("/v1/applications", body=body, key="order")
    again = api.post("/v1/applications", body=dict(reversed(body.items())), key="order")
    assert again.headers["Location"] == first.headers["Location"]


def test_a_key_with_another_body_or_another_address_is_refused(api: Api) -> None:
    first = api.post("/v1/applications", body=application_body(), key="two")
    before = count(api, "application")
    problem = expect_problem(api.post("/v1/applications", body=application_body(name="Iemand Anders"), key="two"), 409)
    assert "Idempotency-Key" in problem["title"]
    assert "Iemand" not in str(problem)
    expect_problem(api.post(f"{first.headers['Location']}/actions/start-intake", match="*", key="two"), 409)
    assert count(api, "application") == before


def test_two_people_may_choose_the_same_key(api: Api) -> None:
    mine = api.post("/v1/applications", OFFICER, application_body(), key="three")
    theirs = api.post("/v1/applications", OTHER_OFFICER, application_body(), key="three")
    assert theirs.status_code == 201
    assert theirs.headers["Location"] != mine.headers["Location"]


def test_an_event_with_a_key_happens_once_though_its_version_is_stale_by_then(api: Api) -> None:
    case = api.receive()
    tag = api.get(case).headers["ETag"]
    first = api.post(f"{case}/actions/start-intake", match=tag, key="four")
    again = api.post(f"{case}/actions/start-intake", match=tag, key="four")
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]
    entries = api.read(f"{case}/history")["items"]
    assert [item["event"] for item in entries].count("start-intake") == 1


def test_a_request_that_was_refused_leaves_its_key_free(api: Api) -> None:
    expect_problem(api.post("/v1/applications", body=application_body(employers=["gemeente-geen"]), key="five"), 422)
    assert api.post("/v1/applications", body=application_body(), key="five").status_code == 201


def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    first = api.post("/v1/applications", body=application_body(), key="six")
    with transaction(api.engine) as session:
        session.execute(text("UPDATE idempotency_key SET expires_at = now() - interval '1 second' WHERE key = 'six'"))
    second = api.post("/v1/applications", body=application_body(), key="six")
    assert second.headers["Location"] != first.headers["Location"]
    with transaction(api.engine) as session:
        remaining = "SELECT expires_at - now() FROM idempotency_key WHERE key = 'six'"
        assert 23.9 < session.execute(text(remaining)).scalar_one().total_seconds() / 3600 <= 24


def test_what_is_kept_of_an_answer_is_sealed(api: Api) -> None:
    api.post("/v1/applications", body=application_body(homeAddress="Zegelpad 88"), key="seven")
    with transaction(api.engine) as session:
        row = session.execute(text("SELECT k::text, answer FROM idempotency_key k WHERE key = 'seven'")).one()
    assert "Zegelpad" not in row[0]
    assert b"Zegelpad" not in bytes(row[1])


def test_requests_at_the_same_time_with_one_key_have_one_effect(api: Api) -> None:
    before = count(api, "application")
    answers: list[httpx.Response] = []
    gate = threading.Barrier(6)

    def send() -> None:
        gate.wait()
        answers.append(api.post("/v1/applications", body=application_body(), key="eight"))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 5
    assert count(api, "application") == before + 1


def test_two_changes_at_the_same_time_to_one_version_let_one_through(api: Api) -> None:
    case = api.receive()
    tag = api.get(case).headers["ETag"]
    answers: list[httpx.Response] = []
    gate = threading.Barrier(4)

    def send() -> None:
        gate.wait()
        answers.append(api.post(f"{case}/actions/start-intake", match=tag))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


def test_a_batch_and_an_invoice_with_a_key_are_made_once(api: Api) -> None:
    case = api.receive()
    api.walk(case, choose=sparing, before="receive-invoice")
    example = api.action(case, "receive-invoice")["example"]
    invoice = {**example, "application": case.rsplit("/", 1)[1]}
    first, again = (api.post("/v1/payables", FINANCE, invoice, key="invoice") for _ in range(2))
    assert first.status_code == again.status_code == 201, first.text
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert api.get(first.headers["Location"], FINANCE).status_code == 200
    api.walk(case, choose=sparing, before="build")
    body = api.action(case, "build")["example"]
    first, again = (api.post("/v1/payment-batches", FINANCE, body, key="batch") for _ in range(2))
    assert first.status_code == again.status_code == 201, first.text
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"] == api.get(first.headers["Location"], FINANCE).headers["ETag"]


BROKEN = """
CREATE FUNCTION refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE CONSTRAINT TRIGGER refuse_all AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_all();
"""


def test_a_commit_that_the_database_refuses_is_never_answered_with_success(serve: Serve) -> None:
    with serve() as api:
        case = api.receive()
        with transaction(api.engine) as session:
            session.execute(text(BROKEN))
        for answer in (
            api.post("/v1/applications", body=application_body(), key="k"),
            api.post(f"{case}/actions/start-intake", match="*"),
            api.post(f"{case}/actions/record-threat", body={"kind": "stalking", "source": "police"}),
        ):
            expect_problem(answer, 500)
        assert count(api, "application") == 1
        assert count(api, "idempotency_key") == 0
        assert api.stage(case) == "received"


def test_a_constraint_that_is_checked_at_the_commit_is_answered_with_a_conflict(serve: Serve) -> None:
    with serve() as api:
        with transaction(api.engine) as session:
            session.execute(text("CREATE TABLE one_only (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
            session.execute(
                text("""
                CREATE FUNCTION one_only() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO one_only VALUES (1); RETURN NULL; END $$;
                CREATE TRIGGER one_only AFTER INSERT ON application FOR EACH ROW EXECUTE FUNCTION one_only()
                """)
            )
        assert api.post("/v1/applications", body=application_body()).status_code == 201
        expect_problem(api.post("/v1/applications", body=application_body()), 409)
        assert count(api, "application") == 1


def test_a_connection_that_is_lost_before_the_commit_is_never_answered_with_success(serve: Serve) -> None:
    def lost(request: Request) -> Iterator[Session]:
        with transaction(request.app.state.engine) as session:
            yield session
            pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with transaction(request.app.state.engine) as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    def change(app: FastAPI) -> None:
        app.dependency_overrides[dependencies.session] = lost

    with serve(change=change) as api:
        problem = expect_problem(api.post("/v1/applications", body=application_body()), 503)
        assert "nothing was changed" in problem["detail"]
        assert count(api, "application") == 0
        api.app.dependency_overrides.clear()
        assert api.post("/v1/applications", body=application_body()).status_code == 201


@pytest.mark.parametrize("key", ["k" * 200, "é", "with a space"])
def test_a_key_is_any_text_of_at_most_200_characters(api: Api, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1"), "Authorization": f"Bearer {api.token(OFFICER)}"}
    answers = [api.client.post("/v1/applications", json=application_body(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    expect_problem(api.post("/v1/applications", body=application_body(), key="k" * 201), 422)
