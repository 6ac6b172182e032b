"""Fire: an event that is refused changes nothing, and one that is accepted is recorded with its actor and rules."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from batches import fill_sealed
from office import (
    ADVISER,
    EMPLOYER,
    FINANCE,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    application_body,
    do,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    snapshot,
)
from prepared_databases import Prepared
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.engine.event import EventContext, UnitOfWork
from states.errors import MalformedError, NotFoundError, RefusedError, StaleError
from states.events.catalogue import EVENTS
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.ledger import LedgerEntry, Stream
from states.tables.payments import Payable, PaymentBatch


@pytest.mark.parametrize(
    ("by", "event", "body", "error"),
    [
        (OFFICER, "hold-interview", {"heldOn": "2026-03-02", "householdPresent": True, "domains": []}, RefusedError),
        (OFFICER, "begin-advice", {}, RefusedError),
        (ADVISER, "begin-advice", {}, RefusedError),
        (OFFICER, "start-intake", {"surprise": 1}, MalformedError),
        (OFFICER, "fly", {}, NotFoundError),
        (OFFICER, "record-threat", {"kind": "stalking", "source": "police", "occurredOn": "2026-03-03"}, RefusedError),
        (OFFICER, "forward", {"forwardedTo": "other", "forwardedOn": "2026-03-01"}, RefusedError),
        (OFFICER, "not-process", {"reasons": "Nothing came."}, RefusedError),
        (OFFICER, "intend-refusal", {"ground": "eligibility.acting", "reasons": "None."}, RefusedError),
    ],
)
def test_a_refused_event_changes_nothing(
    office: Engine, by: Actor, event: str, body: dict[str, Any], error: type[Exception]
) -> None:
    reference = receive(office)
    before = snapshot(office)
    with pytest.raises(error):
        do(office, "application", reference, event, by=by, body=body)
    assert snapshot(office) == before


def test_a_refused_follow_up_event_rolls_back_the_whole_transaction(prepared: Prepared) -> None:
    engine = prepared("sealed", fill_sealed)
    batch = row(engine, PaymentBatch)
    with transaction(engine) as session:  # a part whose state does not allow the event that the withdrawal triggers
        payable = session.get_one(Payable, row(engine, Payable).id)
        payable.state = payable.state.__class__.REJECTED
    before = snapshot(engine)
    assert refused(lambda: do(engine, "payment-batch", batch.id, "withdraw", by=FINANCE)) == ["chart.state"]
    assert snapshot(engine) == before


def test_an_unknown_subject_is_not_found(office: Engine) -> None:
    for chart, event, by in (
        ("application", "start-intake", OFFICER),
        ("measure", "order", EMPLOYER),
        ("payment-batch", "seal", FINANCE),
    ):
        body = {"orderedOn": "2026-03-02"} if event == "order" else {}
        with pytest.raises(NotFoundError, match="VA-2026-NOBODY22"):
            do(office, chart, "VA-2026-NOBODY22", event, by=by, body=body)


def test_an_outdated_version_is_stale_and_changes_nothing(office: Engine) -> None:
    reference = receive(office)
    seen = row(office, Application).version
    do(office, "application", reference, "start-intake", by=OFFICER, version=seen, at=START + timedelta(minutes=1))
    before = snapshot(office)
    with pytest.raises(StaleError) as caught:
        do(office, "application", reference, "forward", by=OFFICER, version=seen, body={"forwardedTo": "other"})
    assert caught.value.present == row(office, Application).version > seen
    assert snapshot(office) == before


def test_of_two_updates_to_the_same_version_one_is_stale(office: Engine) -> None:
    reference = receive(office)
    seen = row(office, Application).version

    def take(number: int) -> str:
        try:
            by = person(Role.OFFICER, number=number)
            at = START + timedelta(seconds=number)
            do(office, "application", reference, "start-intake", by=by, at=at, version=seen)
        except StaleError:
            return "stale"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, (1, 2))) == ["done", "stale"]
    assert problems(office) == []


# Bodies.


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"employers": ["gemeente-nergens"]}, ["employers.0"]),
        ({"employers": [ZILVERDAM, ZILVERDAM]}, ["employers"]),
        ({"employers": []}, ["employers"]),
        ({"inOfficeUntil": "2024-05-31"}, ["inOfficeUntil"]),
        ({"inOfficeUntil": "2024-06-01"}, []),
        ({"email": "nobody"}, ["email"]),
        ({"certainSince": "soon"}, ["certainSince"]),
        ({"name": "  "}, ["name"]),
        ({"office": "king"}, ["office"]),
    ],
)
def test_a_malformed_application_names_each_field(office: Engine, changes: dict[str, Any], fields: list[str]) -> None:
    before = snapshot(office)
    if not fields:
        receive(office, **changes)
        return
    with pytest.raises(MalformedError) as caught:
        receive(office, **changes)
    assert [field for field, _ in caught.value.problems] == fields
    assert snapshot(office) == before


@pytest.mark.parametrize(
    ("office_held", "employers", "may"),
    [
        ("mayor", [ZILVERDAM, GOUDVEEN], True),
        ("alderman", [ZILVERDAM, GOUDVEEN], False),
        ("mayor", [LAAGLAND], False),
        ("kings-commissioner", [LAAGLAND], True),
        ("mayor", [ZILVERDAM, LAAGLAND], False),
    ],
)
def test_employers_fit_the_office(office: Engine, office_held: str, employers: list[str], may: bool) -> None:
    if may:
        receive(office, office=office_held, employers=employers)
    else:
        wanted = ["eligibility.employer-fits"]
        assert refused(lambda: receive(office, office=office_held, employers=employers)) == wanted


def test_a_problem_with_a_body_does_not_repeat_what_was_sent(office: Engine) -> None:
    with pytest.raises(MalformedError) as caught:
        receive(office, email="geheim adres", homeAddress=["Voorbeeldlaan 1"])
    assert "geheim" not in str(caught.value)
    assert "Voorbeeldlaan" not in str(caught.value)


# Time of recording.


def test_time_of_recording_never_goes_back_within_a_stream(office: Engine) -> None:
    reference = receive(office, at=START)
    do(office, "application", reference, "start-intake", by=OFFICER, at=START - timedelta(hours=5))
    do(
        office,
        "application",
        reference,
        "forward",
        by=OFFICER,
        at=START + timedelta(hours=1),
        body={"forwardedTo": "other"},
    )
    entries = rows(office, LedgerEntry, LedgerEntry.stream == reference)
    times = [entry.at for entry in entries]
    assert times == sorted(times)
    assert times[-1] == START + timedelta(hours=1)
    assert row(office, Stream, Stream.id == reference).last_at == times[-1]
    other = receive(office, at=START - timedelta(days=1))
    assert rows(office, LedgerEntry, LedgerEntry.stream == other)[0].at == START - timedelta(days=1)


def test_an_event_records_its_actor_the_role_and_the_rules_that_were_checked(office: Engine) -> None:
    reference = receive(office)
    do(office, "application", reference, "start-intake", by=OFFICER)
    entry = rows(office, LedgerEntry, LedgerEntry.stream == reference)[-1]
    assert (entry.person, entry.role, entry.event) == ("officer-1", "officer", "start-intake")
    assert (entry.before, entry.after) == ("received", "intake")
    assert {asked["rule"] for asked in entry.receipt} >= {"duty.role", "conflict.not-own-case"}
    assert not any(asked["objects"] for asked in entry.receipt)


def test_the_example_of_a_new_application_is_accepted(office: Engine) -> None:
    definition = EVENTS["application", "receive"]
    with transaction(office) as session:
        example = definition.example(EventContext(UnitOfWork(session, OFFICER, START), None, OFFICER))  # type: ignore[arg-type]
    assert example is not None
    assert do(office, "application", None, "receive", by=OFFICER, body=example).row.state == "received"
    assert application_body()["office"] == example["office"]
    assert isinstance(START, datetime)
