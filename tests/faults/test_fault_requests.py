"""Fault tests of requests: the API is killed before or after a commit; a repeated request has one effect."""

import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from client import Client
from office import OFFICER, application_body, digital_alone
from scene import KILLED, RUNS, JobRunner, OfficeCopy, expect_nothing_twice

from rules.core.roles import Actor, Role


@pytest.fixture
def client(job_runner: JobRunner, copy: OfficeCopy) -> Iterator[Client]:
    with Client(job_runner, copy) as made:
        yield made


def expect_carried_on(client: Client, *, deaths: tuple[str, ...], every: int = 1) -> list[str]:
    """Drive a new case to closed; at regular requests the API is killed, and the request is repeated."""
    done: list[str] = []
    case = ""
    while True:
        if case:
            if client.read(case)["stage"] == "closed":
                return done
            action = next(item for item in client.read(f"{case}/actions")["items"] if item["allowed"])
            by = Actor(action["person"], Role(action["role"]), action["organisation"])
            request = (action["href"], by, digital_alone(action["name"], action["example"]), action["ifMatch"])
            name = action["name"]
        else:
            name, request = "receive", ("/v1/applications", OFFICER, application_body(), None)
        key = f"key-{len(done)}"
        if len(done) % every == 0:
            for death in deaths:
                client.restart(death)
                assert client.post(*request, key) is None, (name, death)
                assert client.ended() == KILLED
            if deaths:
                client.restart("")
        answer = client.post(*request, key)
        assert answer is not None
        assert answer.is_success, (name, answer.text)
        if deaths and deaths[-1].startswith("after") and len(done) % every == 0:
            again = answer.json().get("again") if name == "take-in-statement" else None
            assert again or answer.headers.get("Idempotency-Replayed") == "true", name
        done.append(name)
        case = case or answer.headers["Location"]


def test_a_case_reaches_closed_through_two_deaths_at_every_request(job_runner: JobRunner, copies: Any) -> None:
    with copies.one() as copy, Client(job_runner, copy) as client:
        client.restart("")
        done = expect_carried_on(client, deaths=())
        undisturbed = copy.summary()
    assert len(done) > 3 * RUNS // 2
    with copies.one() as copy, Client(job_runner, copy) as client:
        assert expect_carried_on(client, deaths=("before-commit:1", "after-commit:1")) == done
        assert copy.summary() == undisturbed
        assert copy.problems() == []
        expect_nothing_twice(copy)
        assert client.log().count("Traceback") == 0


def test_of_two_servers_with_one_request_one_dies_and_the_request_is_done_once(
    job_runner: JobRunner, copy: OfficeCopy
) -> None:
    chance = random.Random("two servers")
    before = copy.summary()["application"]
    with Client(job_runner, copy) as first, Client(job_runner, copy) as second:
        second.restart("")
        for run in range(RUNS):
            first.restart(f"moment:{chance.randint(1, 30)}")
            found: list[Any] = []
            request = ("/v1/applications", OFFICER, application_body(), None, f"key-{run}")
            threads = [
                threading.Thread(target=lambda at=at, request=request, found=found: found.append(at.post(*request)))
                for at in (first, second)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found.append(second.post(*request))
            locations = {answer.headers["Location"] for answer in found if answer is not None}
            assert len(locations) == 1, run
            assert all(answer.status_code == 201 for answer in found if answer is not None)
    assert copy.summary()["application"] == before + RUNS
    assert copy.problems() == []
    expect_nothing_twice(copy)


def test_a_claim_that_was_not_answered_is_answered_again_and_gives_the_same_work(
    client: Client, copy: OfficeCopy
) -> None:
    free = "SELECT count(*) FROM work_item WHERE role = 'officer' AND done_at IS NULL AND assignee IS NULL"
    waiting = copy.rows(free)[0][0]
    had: set[str] = set()
    for run in range(min(waiting, RUNS)):
        death = "after-commit:1" if run % 2 else "before-commit:1"
        client.restart(death)
        assert client.post("/v1/work-items/actions/claim", OFFICER, None, None, f"key-{run}") is None
        assert client.ended() == KILLED
        client.restart("")
        answer = client.post("/v1/work-items/actions/claim", OFFICER, None, None, f"key-{run}")
        assert answer is not None
        had.add(answer.json()["item"]["id"])
        assert len(had) == run + 1
        assert copy.rows(free) == [(waiting - run - 1,)]
