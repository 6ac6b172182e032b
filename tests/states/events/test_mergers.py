"""Mergers: the successor takes over every open case, payable and duty, and nothing is lost or doubled."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from office import (
    ADMINISTRATOR,
    BROEKZIJDE,
    DAY,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    START,
    ZILVERDAM,
    application_body,
    at_event,
    do,
    enrol,
    iban,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    snapshot,
    sparing,
    stage,
    walk,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session, col

from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.charts.application import ENDS, Stage
from states.commands.bank_files import take_in
from states.engine.employers import EmployerDirectory
from states.errors import MalformedError
from states.events.registry.mergers import OPEN
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage import replay
from states.storage.database import transaction
from states.tables.accounting import Booking
from states.tables.application import Application, ApplicationEmployer, Measure, Takeover
from states.tables.deadlines import Term
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox
from states.tables.payments import BatchLine, Payable, PaymentBatch
from states.tables.people import Duty, Organisation
from states.tables.work import WorkItem

NEW = "gemeente-nieuwland"
LATER = START + timedelta(days=1)


def merge(
    engine: Engine,
    merged: str = ZILVERDAM,
    successor: str = GOUDVEEN,
    *,
    at: datetime = LATER,
    **more: Any,
) -> Any:
    body = {"successor": successor, "mergedOn": "2026-03-03", "decision": "Stb-2026-1", **more}
    return do(engine, "organisation", merged, "merge", by=ADMINISTRATOR, at=at, body=body)


def found(engine: Engine, *, at: datetime = START) -> None:
    """The new municipality is founded, with one finance officer of its own."""
    body = {
        "id": NEW,
        "kind": "municipality",
        "name": "Gemeente Nieuwland",
        "debtorIban": iban(99),
        "ledgerAccount": "4300",
        "costCentre": "KP-01",
        "bankAccount": "1100",
        "riskInventory": "RIE-99",
    }
    do(engine, "organisation", None, "register", by=ADMINISTRATOR, at=at, body=body)
    with transaction(engine) as session:
        enrol(session, person(Role.FINANCE, NEW), at=at)


def open_now(engine: Engine) -> dict[str, int]:
    """How much is open at any employer: none of it may be lost."""
    counted = {
        table.__tablename__: len(rows(engine, table, col(table.state).in_(states))) for table, states in OPEN.items()
    }
    counted["work"] = len(rows(engine, WorkItem, col(WorkItem.done_at).is_(None)))
    counted["terms"] = len(rows(engine, Term, col(Term.ended_on).is_(None)))
    counted["batched"] = len(rows(engine, Payable, Payable.state == "batched"))
    return counted


def left_with(engine: Engine, organisation: str) -> dict[str, int]:
    """What is still open under the id of an employer, without the payables of an exported batch."""
    left = {
        str(table.__tablename__): len(
            rows(engine, table, table.organisation == organisation, col(table.state).in_(states))
        )
        for table, states in OPEN.items()
    }
    left["work"] = len(rows(engine, WorkItem, WorkItem.organisation == organisation, col(WorkItem.done_at).is_(None)))
    left["terms"] = len(rows(engine, Term, Term.organisation == organisation, col(Term.ended_on).is_(None)))
    left["duties"] = len(rows(engine, Duty, Duty.organisation == organisation))
    return left


def employers(engine: Engine, reference: str) -> list[str]:
    with Session(engine) as session:
        return EmployerDirectory(session).of_application(reference)


def fill_merging(engine: Engine) -> None:
    """Cases of one and of two municipalities at several stages, one closed, one of another employer."""
    for names in ([ZILVERDAM], [ZILVERDAM, GOUDVEEN], [GOUDVEEN, ZILVERDAM]):
        for event in ("start-intake", "confirm-receipt", "take-over", "order", "receive-invoice", "check", "approve"):
            walk(engine, receive(engine, employers=names), before=at_event(event), choose=sparing)
        walk(engine, receive(engine, employers=names), Stage.CLOSED, choose=sparing)
    walk(engine, receive(engine, employers=[GOUDVEEN]), before=at_event("take-over"), choose=sparing)


# What can be merged, and when.


@pytest.mark.parametrize(
    ("successor", "more", "rules"),
    [
        (GOUDVEEN, {"mergedOn": "2026-03-03"}, []),
        (GOUDVEEN, {"mergedOn": "2026-03-04"}, ["step.not-in-future"]),
        (ZILVERDAM, {}, ["merger.successor-fits"]),
        (LAAGLAND, {}, ["merger.successor-fits"]),
        (BROEKZIJDE, {}, ["merger.successor-fits"]),
    ],
)
def test_the_successor_is_another_employer_of_the_same_kind_and_the_day_has_come(
    office: Engine,
    successor: str,
    more: dict[str, Any],
    rules: list[str],
) -> None:
    if rules:
        before = snapshot(office)
        assert refused(lambda: merge(office, successor=successor, **more)) == rules
        assert snapshot(office) == before
    else:
        merge(office, successor=successor, **more)
        merged = row(office, Organisation, Organisation.id == ZILVERDAM)
        assert (merged.state, merged.successor, str(merged.merged_on)) == ("merged", successor, "2026-03-03")


def test_an_employer_merges_once_and_not_into_one_that_was_merged(office: Engine) -> None:
    found(office)
    merge(office)
    assert refused(lambda: merge(office, successor=NEW)) == ["chart.state"]
    assert refused(lambda: merge(office, NEW, ZILVERDAM)) == ["merger.successor-fits"]
    with pytest.raises(MalformedError, match="register the successor first"):
        merge(office, NEW, "gemeente-nergens")
    by = person(Role.FINANCE, NEW)
    body = {"successor": GOUDVEEN, "mergedOn": "2026-03-03", "decision": "D-1"}
    assert refused(lambda: do(office, "organisation", NEW, "merge", by=by, at=LATER, body=body)) == ["duty.role"]


@pytest.mark.parametrize("event", ["seal", "release", "export", "take-in-statement"])
def test_a_merger_waits_until_every_batch_is_exported_or_withdrawn(office: Engine, event: str) -> None:
    walk(office, receive(office), before=at_event(event), choose=sparing)
    if event == "take-in-statement":
        merge(office)
        return
    assert refused(lambda: merge(office)) == ["merger.no-batch-under-way"]
    batch = row(office, PaymentBatch).id
    do(office, "payment-batch", batch, "withdraw", by=person(Role.FINANCE, ZILVERDAM), at=LATER)
    merge(office)
    assert row(office, Payable).organisation == GOUDVEEN
    assert problems(office) == []


# Nothing is lost.


def test_everything_open_before_a_merger_is_open_after_it_and_the_successors(prepared: Prepared) -> None:
    engine = prepared("merging", fill_merging)
    before, ended = open_now(engine), {case.id for case in rows(engine, Application) if case.state in ENDS}
    assert all(before[part] > 0 for part in ("takeover", "payable", "work", "terms"))
    closed = {key: row(engine, Takeover, Takeover.stream == key, Takeover.organisation == ZILVERDAM) for key in ended}
    merge(engine)
    assert open_now(engine) == before
    assert set(left_with(engine, ZILVERDAM).values()) == {0}
    for case in rows(engine, Application):
        assert employers(engine, case.id) == [GOUDVEEN]
    notified = rows(engine, LedgerEntry, LedgerEntry.event == "succeed-employer", LedgerEntry.chart == "application")
    tied = rows(engine, ApplicationEmployer, ApplicationEmployer.organisation == ZILVERDAM)
    assert {entry.stream for entry in notified} == {tie.application for tie in tied} - ended
    assert {key: row(engine, Takeover, Takeover.id == kept.id) for key, kept in closed.items()} == closed
    assert all(measure.payer != ZILVERDAM for measure in rows(engine, Measure))
    assert problems(engine) == []


def test_every_case_reaches_its_end_with_the_people_of_both(prepared: Prepared) -> None:
    engine = prepared("merging", fill_merging)
    merge(engine)
    at = LATER
    for case in rows(engine, Application):
        at = walk(engine, case.id, at=at, choose=sparing)
        assert stage(engine, case.id) == Stage.CLOSED
    assert {payable.state for payable in rows(engine, Payable)} == {"paid"}
    assert problems(engine) == []


def test_a_mayor_of_two_municipalities_that_merge_into_a_third(office: Engine) -> None:
    found(office)
    reference = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    at = walk(office, reference, before=at_event("take-over"), choose=sparing)
    before = open_now(office)
    merge(office, ZILVERDAM, NEW)
    merge(office, GOUDVEEN, NEW, at=LATER + DAY)
    assert employers(office, reference) == [NEW]
    assert open_now(office) == before
    assert [takeover.organisation for takeover in rows(office, Takeover)] == [NEW, NEW]
    walk(office, reference, at=max(at, LATER + DAY), choose=sparing)
    (paid,) = rows(office, Payable)
    assert (paid.organisation, paid.predecessor) == (NEW, None)  # the invoice was received after both mergers
    assert problems(office) == []


def test_a_successor_that_is_merged_itself_is_followed_to_the_last(office: Engine) -> None:
    found(office)
    reference = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    walk(office, reference, before=at_event("build"), choose=sparing)
    merge(office, ZILVERDAM, GOUDVEEN)
    merge(office, GOUDVEEN, NEW, at=LATER + DAY)
    assert employers(office, reference) == [NEW]
    parts = rows(office, Payable)
    assert [part.organisation for part in parts] == [NEW, NEW]
    assert {part.predecessor for part in parts} == {
        ZILVERDAM,
        GOUDVEEN,
    }  # the employer for which each part was received
    with Session(office) as session:
        assert sorted(EmployerDirectory(session).known_as(NEW)) == [GOUDVEEN, NEW, ZILVERDAM]
        assert EmployerDirectory(session).current(ZILVERDAM) == NEW
    walk(office, reference, at=LATER + 2 * DAY, choose=sparing)
    assert problems(office) == []


# Money.


def test_payables_approved_before_the_merger_are_paid_once_after_it(office: Engine) -> None:
    reference = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    walk(office, reference, before=at_event("build"), choose=sparing)
    before = {part.id: (part.number, part.payee_mark, part.gross) for part in rows(office, Payable)}
    assert len({key[:2] for key in before.values()}) == 1  # two parts of one invoice
    merge(office)
    walk(office, reference, at=LATER, choose=sparing)
    after = rows(office, Payable)
    assert {part.id: (part.number, part.payee_mark, part.gross) for part in after} == before
    assert {(part.state, part.organisation) for part in after} == {("paid", GOUDVEEN)}
    (batch,) = rows(office, PaymentBatch)
    assert (batch.organisation, batch.count) == (GOUDVEEN, 2)
    assert batch.total == sum((part.gross for part in after), Decimal(0))
    assert {booking.organisation for booking in rows(office, Booking)} == {GOUDVEEN}
    assert problems(office) == []


def statement(engine: Engine, batch: PaymentBatch, *, back: bool = False) -> bytes:
    """The bank's answer to a batch: booked, or its only payment returned."""
    with Session(engine) as session:
        order = batch_document(session, session.get_one(PaymentBatch, batch.id))
    if not back:
        return demonstration_bank.answer(order, booked_on=LATER.date())
    payment = row(engine, BatchLine, BatchLine.batch == batch.id).end_to_end
    return demonstration_bank.returned(order, payment, booked_on=LATER.date(), reason="AC04")


def bring(engine: Engine, file: bytes, organisation: str, *, at: datetime = LATER + DAY) -> None:
    with transaction(engine) as session:
        take_in(session, file, by=person(Role.FINANCE, organisation), at=at)


def test_a_batch_exported_before_is_booked_on_the_old_account_and_continued_by_the_successor(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, before=at_event("take-in-statement"), choose=sparing)
    merge(office)
    batch = row(office, PaymentBatch)
    assert (batch.organisation, batch.state, row(office, Payable).organisation) == (ZILVERDAM, "exported", ZILVERDAM)
    bring(office, statement(office, batch), GOUDVEEN)
    assert row(office, Payable).state == "paid"
    assert row(office, Booking).organisation == ZILVERDAM
    assert {item.organisation for item in rows(office, WorkItem, col(WorkItem.done_at).is_(None))} <= {"", GOUDVEEN}
    walk(office, reference, at=LATER + DAY, choose=sparing)
    assert row(office, PaymentBatch).state == "settled"
    assert problems(office) == []


@pytest.mark.parametrize("booked_first", [False, True])
def test_a_payment_returned_after_the_merger_is_paid_again_by_the_successor(office: Engine, booked_first: bool) -> None:
    reference = receive(office)
    walk(office, reference, before=at_event("take-in-statement"), choose=sparing)
    merge(office)
    old = row(office, PaymentBatch)
    if booked_first:
        bring(office, statement(office, old), GOUDVEEN)
    bring(office, statement(office, old, back=True), GOUDVEEN, at=LATER + 2 * DAY)
    back = row(office, Payable)
    assert (back.state, back.organisation, back.predecessor) == ("returned", GOUDVEEN, ZILVERDAM)
    assert problems(office) == []
    walk(office, reference, at=LATER + 3 * DAY, choose=sparing)
    assert row(office, PaymentBatch, PaymentBatch.id != old.id).organisation == GOUDVEEN
    assert row(office, Payable).state == "paid"
    assert row(office, Booking, Booking.state != "reversed").organisation == GOUDVEEN
    assert problems(office) == []


# People, work and letters.


def test_people_act_for_the_successor_and_no_longer_for_the_old_employer(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, before=at_event("confirm-receipt"), choose=sparing)
    takeover = row(office, Takeover).id
    old = person(Role.EMPLOYER, ZILVERDAM)
    merge(office)
    body = {"receivedOn": "2026-03-03"}

    def confirm(by: Actor) -> Any:
        return do(office, "takeover", takeover, "confirm-receipt", by=by, at=LATER, body=body)

    assert refused(lambda: confirm(old)) == ["duty.own-organisation"]
    confirm(Actor(old.person, Role.EMPLOYER, GOUDVEEN))
    for role in OF_AN_EMPLOYER:
        held = rows(office, Duty, Duty.role == role, Duty.organisation == GOUDVEEN)
        assert {duty.person for duty in held} == {person(role, ZILVERDAM).person, person(role, GOUDVEEN).person}
    assert problems(office) == []


def test_a_person_with_the_same_duty_at_both_has_it_once(office: Engine) -> None:
    both = [Actor("dubbel", Role.FINANCE, ZILVERDAM), Actor("dubbel", Role.FINANCE, GOUDVEEN)]
    with transaction(office) as session:
        enrol(session, *both)
    merge(office)
    assert [duty.organisation for duty in rows(office, Duty, Duty.person == "dubbel")] == [GOUDVEEN]
    do(office, "person", "dubbel", "depart", by=ADMINISTRATOR, at=LATER)
    assert problems(office) == []


def test_no_new_case_and_no_new_duty_names_a_merged_employer(office: Engine) -> None:
    found(office)
    merge(office, ZILVERDAM, GOUDVEEN)
    merge(office, GOUDVEEN, NEW, at=LATER + DAY)
    wanted = ["merger.employer-is-there"]
    assert refused(lambda: receive(office, at=LATER + DAY)) == wanted
    assert refused(lambda: receive(office, at=LATER + DAY, employers=[NEW, GOUDVEEN])) == wanted
    with transaction(office) as session:
        assert refused(lambda: enrol(session, Actor("laatkomer", Role.FINANCE, ZILVERDAM))) == wanted
    receive(office, at=LATER + DAY, employers=[NEW])


def test_the_applicant_and_the_successor_are_notified_of_each_open_case(office: Engine) -> None:
    going, ended = receive(office), receive(office)
    do(office, "application", ended, "withdraw", by=OFFICER, body={})
    merge(office)
    notified = rows(office, Outbox, Outbox.letter == "employer-succeeded")
    applicant = row(office, Application, Application.id == going).applicant
    people = {person(Role.EMPLOYER, ZILVERDAM).person, person(Role.EMPLOYER, GOUDVEEN).person}
    assert {letter.recipient for letter in notified} == {applicant} | people
    assert {letter.application for letter in notified} == {going}
    assert all(letter.facts == {"successor": "Gemeente Goudveen"} for letter in notified)


def test_the_ledger_shows_the_earlier_employer(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, before=at_event("confirm-receipt"), choose=sparing)
    merge(office)
    takeover = row(office, Takeover)
    with Session(office) as session:
        for at, employer in ((LATER - DAY / 2, ZILVERDAM), (LATER, GOUDVEEN)):
            assert replay.as_of(session, reference, at)[f"takeover:{takeover.id}"]["organisation"] == employer
    entry = row(office, LedgerEntry, LedgerEntry.stream == reference, LedgerEntry.event == "succeed-employer")
    assert entry.facts == {"merged": ZILVERDAM, "successor": GOUDVEEN, "merged_on": "2026-03-03"}
    assert (entry.role, entry.content) == ("engine", {})
    merger = row(office, LedgerEntry, LedgerEntry.event == "merge")
    assert (merger.role, merger.facts["decision"]) == ("administrator", "Stb-2026-1")
    assert application_body()["employers"] == [ZILVERDAM]
