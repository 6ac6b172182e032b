"""Fault tests of one supervised office: every process is killed in turn, and planted content is found nowhere."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from client import Callers, CaseDriver
from office import OFFICER
from planted import (
    ALLOWED_FOLDERS,
    IBAN,
    PLANTED_PREFIX,
    SIDE_EVENTS,
    Planter,
    events_with_content,
    found_in,
    planted_value,
    search,
)
from supervised import Supervised, until

from api.journey import case as journey

PARTS = ("api", "clock", "dispatcher", "worker")
APART = {("person", "register"), ("application", "not-process")}
"""People are registered by an application as well; a term that lapses takes weeks."""
TURNS = {
    ("application", name)
    for name in (
        "file-objection",
        "join",
        "keep-apart",
        "record-move",
        "record-representative",
        "reopen",
        "request-loan",
        "revise-advice",
    )
}
TURNS |= {("measure", "keep-after-office"), ("measure", "let-go"), ("payable", "fix-interest")}
TURNS |= {("takeover", "decline-second-home"), ("takeover", "fix-penalty"), ("takeover", "give-notice")}
TURNS |= {("application", "receive-credit-note"), ("payable", "match"), ("booking", "correct")}
TURNS |= {("organisation", name) for name in ("match-bank-entry", "set-aside-bank-entry", "reopen-period")}
"""Life events that no driven case has; tests/states/engine/test_bodies.py plants content in them and searches."""
OTHER_CHARTS = frozenset({"loan", "objection"})
"""Charts that no driven case uses; the same test plants content in them."""


@pytest.fixture(scope="module")
def office() -> Iterator[Supervised]:
    """The office of all tests here, which run in the order of this file."""
    # Not below the folder of all tests: another run of tests may close that for the database's user.
    folder = Path(tempfile.mkdtemp(prefix="veiligadvies-"))
    made = Supervised(folder)
    try:
        made.start()
        yield made
    finally:
        made.clear()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def answers() -> list[httpx.Response]:
    """Every answer to a client that planted content."""
    return []


def test_something_is_planted_in_every_field_that_can_hold_content(
    office: Supervised, answers: list[httpx.Response]
) -> None:
    with Callers(office.home, office.port) as callers:
        callers.http.event_hooks["response"].append(answers.append)
        planter = Planter(callers)
        planter.drive(planter.receive(), SIDE_EVENTS)
        planter.drive(planter.receive(), ())
        planter.drive(planter.receive(), ("withdraw",))
        planter.drive(planter.receive(), ("forward",), only=True)
        councillor = planter.receive(office="municipal-councillor")
        aside = ("intend-refusal", "abandon-refusal", "intend-refusal", "record-view", "refuse")
        planter.drive(councillor, aside, only=True)
        unplanted = {pair for pair in events_with_content() - planter.done if pair[0] not in OTHER_CHARTS}
        assert unplanted - TURNS == APART
        assert planter.documents
        for document in planter.documents:
            file = office.home / "bank" / "in" / f"{len(document)}.xml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(document, "utf-8")
        expect_refused(callers)


def expect_refused(callers: Callers) -> None:
    """Refused content is neither repeated in the answer nor logged."""
    text = planted_value("refused")
    for method, path, more in (
        ("POST", "/v1/applications", {"json": {"homeAddress": text, "unknown": text}}),
        ("POST", "/v1/applications", {"content": f'{{"homeAddress": "{text}'}),
        ("POST", "/v1/applications", {"json": {"office": text, "household": {"text": text}}}),
        ("POST", "/v1/applications/actions/search", {"json": {"name": text}}),
        ("POST", "/v1/bank-messages", {"content": f"<Document>{text}</Document>"}),
        ("POST", "/v1/payables", {"json": {"payee": text, "iban": text}}),
    ):
        answer = callers.send(method, path, OFFICER, **more)
        assert answer is not None
        assert answer.status_code in {200, 403, 422}, answer.text
        assert PLANTED_PREFIX not in answer.text


def test_each_part_is_killed_while_a_case_goes_on_and_comes_back(office: Supervised) -> None:
    with Callers(office.home, office.port) as callers:
        driver = CaseDriver(callers, server_dies=True)
        driver.start()
        driver.wait_for_progress(2)
        for part in PARTS:
            pid = office.kill(part)
            driver.wait_for_progress(2)
            if part != "api":
                until(
                    lambda part=part, pid=pid: office.recent_runner(f"process:{part}").endswith(f":{pid}"),
                    60,
                    lambda part=part: office.log(part),
                )  # type: ignore[misc]
        driver.stop.set()
        driver.join(90)
        assert driver.errors == []
        assert driver.closed
        until(office.ready, 40, office.output_text)
    verified = office.call("verify")
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_database_is_killed_and_comes_back(office: Supervised) -> None:
    with Callers(office.home, office.port) as callers:
        driver = CaseDriver(callers)
        driver.start()
        driver.wait_for_progress(2)
        postmaster = int((office.home / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        driver.wait_for_progress(3)
        driver.stop.set()
        driver.join(90)
        assert driver.errors == []
        assert driver.unavailable
    until(office.ready, 40, office.output_text)


def test_the_journey_ends_well_while_prefect_is_away_and_its_runs_go_on_afterwards(office: Supervised) -> None:
    # It is killed, and its replacement is kept from answering.
    server = psutil.Process(office.kill("prefect-server"))
    family = [server, *server.children(recursive=True)]
    for process in family:
        process.suspend()
    walked = office.call("journey")
    assert walked.returncode == 0, walked.stdout[-3000:] + walked.stderr
    assert not office.ready()
    verified = office.call("verify")
    assert (verified.returncode, verified.stderr) == (0, "")
    for process in family:
        process.resume()
    until(lambda: office.recent_runner("deliver-outbox").startswith("prefect@"), 90, office.output_text)
    until(office.ready, 40, office.output_text)


def test_nothing_survives_the_supervisor_and_a_second_run_finds_everything(office: Supervised) -> None:
    counts = "SELECT (SELECT count(*) FROM application), (SELECT count(*) FROM reminder), (SELECT count(*) FROM letter)"
    counts = counts.replace("letter)", "outbox)")
    before = office.rows(counts)
    office.kill_supervisor()
    until(lambda: not office.remaining_without_database(), 5, office.remaining_without_database)
    office.start()
    assert office.rows(counts) == before
    verified = office.call("verify")
    assert (verified.returncode, verified.stderr) == (0, "")
    folder = office.home / "bank"
    until(lambda: not list((folder / "in").glob("*.xml")), 60, "the bank's files wait")
    assert list((folder / "done").glob("*.xml"))
    assert not list((folder / "refused").glob("*"))
    doubles = "SELECT application, term, threshold, recipient FROM reminder GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
    assert office.rows(doubles) == []
    assert office.rows("SELECT payable FROM batch_line WHERE counts GROUP BY 1 HAVING count(*) > 1") == []


def test_what_was_planted_is_found_nowhere(office: Supervised, answers: list[httpx.Response]) -> None:
    planted = [PLANTED_PREFIX, IBAN, journey.HOME, journey.HOUSEHOLD, journey.THREAT, journey.NAME]
    for (table,) in office.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        # As text, for what is long is kept compressed.
        rows = [row for (row,) in office.rows(f'SELECT found::text FROM "{table}" found')]
        assert found_in("\n".join(rows).encode(), planted) == [], table
    office.checkpoint()
    found = search(office.home, planted)
    for name, hits in found.items():
        own = [
            planted_value(field).lower() for field, folder in ALLOWED_FOLDERS.items() if name.startswith(f"{folder}/")
        ]
        assert [hit for hit in hits if not hit.startswith(tuple(own))] == [], name
    assert found_in(office.output.read_bytes(), planted) == []
    assert len(answers) > 100
    for answer in answers:
        assert found_in("\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode(), planted) == []
        assert found_in(str(answer.url).encode(), planted) == []
    # The search finds what is there: the letters and the bank's files were really looked at.
    assert any(name.startswith("mailbox/") for name in found)
    for folder in ("postgres/pg_wal", "postgres/base", "logs", "mailbox", "prefect", "bank/done"):
        assert any((office.home / folder).iterdir()), folder
    assert list((office.home / "prefect").glob("prefect.db*"))


def test_it_stops_when_asked_and_leaves_nothing(office: Supervised) -> None:
    assert office.stop() == 0
    assert office.remaining_processes() == []
    assert "Traceback" not in office.output_text()
