"""Demonstration office: its cases, people and times, and a load that is interrupted."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from api.demonstration.applications import CASES
from api.demonstration.example_bodies import handle
from api.demonstration.load import last_office_moment, load
from api.demonstration.people import CAST, EMPLOYERS, SUPPLIERS
from api.demonstration.sign_in_guide import ROLES, default_person, guide, organisation_of
from rules.core.regulation import PublicOffice
from rules.core.roles import OF_AN_EMPLOYER, Role
from rules.payments.amounts import valid_iban
from rules.threats.urgency import Urgency
from states.charts.application import Stage
from states.charts.batch import BatchState
from states.charts.payable import PayableState
from states.storage.database import transaction
from states.storage.verification import verify
from states.tables.accounting import Booking
from states.tables.application import Application, DomainAdvice
from states.tables.deadlines import Term, TermSuspension, Threshold
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox
from states.tables.payments import Payable, PaymentBatch
from states.tables.people import Duty, Organisation, Person
from states.tables.work import WorkItem

AT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class KilledError(Exception):
    pass


def quiet(done: int, total: int, words: str) -> None:
    assert 0 <= done <= total
    assert words


def stages(session: Session) -> dict[str, Stage]:
    return {row.applicant: row.state for row in session.exec(select(Application))}


WANTED = {handle(number): case.stage for number, case in enumerate(CASES)}


def test_the_demonstration_office_shows_everything(engine: Engine) -> None:
    began = process_time()  # our own, whatever else the machine is busy with
    steps = load(engine, at=AT, progress=quiet)
    assert process_time() - began < 15
    assert steps > 300
    with transaction(engine) as session:
        expect_stages_of_the_table(session)
        expect_payments_at_every_step(session)
        expect_times_in_the_past(session)
        expect_waiting_work(session)
        assert verify(session).problems == []
    expect_nothing_twice(engine)


def expect_stages_of_the_table(session: Session) -> None:
    assert stages(session) == WANTED
    assert set(WANTED.values()) == set(Stage) - {Stage.LAPSED, Stage.JOINED}
    rows = list(session.exec(select(Application)))
    assert {row.office for row in rows} == set(PublicOffice)
    assert {row.urgency for row in rows} == set(Urgency)
    assert any(row.acting_since for row in rows)
    assert any(row.exemption_on and not row.in_territory for row in rows)
    states = set(session.exec(select(DomainAdvice.state)))
    assert {"to-assess", "drafted", "submitted", "returned", "adopted"} <= states


def expect_payments_at_every_step(session: Session) -> None:
    assert set(session.exec(select(PaymentBatch.state))) == set(BatchState) - {
        BatchState.WITHDRAWN,
        BatchState.REJECTED,
    }
    payables = set(session.exec(select(Payable.state)))
    assert {PayableState.RECEIVED, PayableState.CHECKED, PayableState.BATCHED, PayableState.PAID} <= payables
    assert {"awaiting-evidence", "ready", "booked"} <= set(session.exec(select(Booking.state)))
    shared = Counter(session.exec(select(Payable.invoice)))
    assert 2 in shared.values()


def expect_times_in_the_past(session: Session) -> None:
    entries = list(session.exec(select(LedgerEntry).order_by(LedgerEntry.stream, col(LedgerEntry.seq))))
    assert all(entry.at < AT for entry in entries)
    for entry in entries:
        local = entry.at.astimezone(AMSTERDAM)
        if entry.role != "engine":
            assert local.weekday() < 5
            assert 9 <= local.hour <= 17
    thresholds = list(session.exec(select(Threshold)))
    assert not [row for row in thresholds if row.passed_at is None and row.due_at is not None and row.due_at <= AT]
    passed = [row for row in thresholds if row.passed_at is not None]
    assert passed
    assert all(row.passed_at == row.due_at and not row.late for row in passed)
    running = list(session.exec(select(Term).where(Term.kind == "takeover", col(Term.ended_on).is_(None))))
    assert any(term.due_on is None for term in running)
    assert any(term.due_on and timedelta(0) <= term.due_on - AT.date() <= timedelta(days=7) for term in running)
    assert len(list(session.exec(select(TermSuspension)))) == 2
    assert session.exec(select(func.count()).select_from(Outbox)).one() < 300


def expect_waiting_work(session: Session) -> None:
    items = list(session.exec(select(WorkItem).where(col(WorkItem.done_at).is_(None))))
    assert len([item for item in items if item.assignee]) == 4
    assert all(item.dispatched_at for item in items)
    assert {item.lane for item in items} == {1, 2, 3, 4}


def expect_nothing_twice(engine: Engine) -> None:
    def counts() -> tuple[int, ...]:
        with transaction(engine) as session:
            tables = (LedgerEntry, Application, Person, Outbox, WorkItem)
            return tuple(session.exec(select(func.count()).select_from(table)).one() for table in tables)

    before = counts()
    assert load(engine, at=AT + timedelta(days=1), progress=quiet) == 0
    assert counts() == before


def test_a_load_that_was_killed_goes_on_where_it_stopped(engine: Engine) -> None:
    def until(limit: int) -> None:
        calls = 0

        def progress(*_: object) -> None:
            nonlocal calls
            calls += 1
            if calls > limit:
                raise KilledError

        with pytest.raises(KilledError):
            load(engine, at=AT, progress=progress)

    until(30)
    until(25)
    load(engine, at=AT + timedelta(minutes=20), progress=quiet)
    with transaction(engine) as session:
        assert stages(session) == WANTED
        assert session.exec(select(func.count()).select_from(Application)).one() == len(CASES)
        assert session.exec(select(func.count()).select_from(Person)).one() == len(CASES) + len(CAST)
        assert session.exec(select(func.count()).select_from(Organisation)).one() == len(EMPLOYERS)
        assert verify(session).problems == []


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 22, 12, tzinfo=UTC),  # a Sunday
        datetime(2026, 12, 28, 7, tzinfo=UTC),  # before opening, after Christmas
        datetime(2031, 5, 6, 3, tzinfo=UTC),  # beyond the calendar
    ],
)
def test_the_last_moment_of_office_hours_lies_before_now(at: datetime) -> None:
    moment = last_office_moment(at)
    local = moment.astimezone(AMSTERDAM)
    assert moment < at
    assert at - moment < timedelta(days=6)
    assert local.weekday() < 5
    assert 9 <= local.hour < 17


def test_the_cast_is_fictional_and_everyone_has_one_duty() -> None:
    accounts = [employer.debtor_iban for employer in EMPLOYERS] + [iban for _, iban in SUPPLIERS]
    assert len(set(accounts)) == len(accounts)
    assert all(valid_iban(account) and account[4:8] == "TEST" for account in accounts)
    assert len({member.id for member in CAST}) == len(CAST)
    for employer in EMPLOYERS:
        roles = [member.role for member in CAST if member.organisation == employer.id]
        assert sorted(roles) == sorted(OF_AN_EMPLOYER)
    assert all(member.body()["email"].endswith(".example") for member in CAST)


def test_every_role_has_a_default_person_of_its_own() -> None:
    defaults = [default_person(role) for role in ROLES]
    assert len(set(defaults)) == len(defaults)
    assert default_person(Role.APPLICANT) == "applicant-1"
    assert all(organisation_of(default_person(role)) == "gemeente-zilverdam" for role in OF_AN_EMPLOYER)
    with pytest.raises(LookupError, match="engine"):
        default_person(Role.ENGINE)


def test_the_guide_names_every_role_and_person() -> None:
    text = guide("http://127.0.0.1:8000/")
    assert "http://127.0.0.1:8000/v1/" in text
    assert all(f"{role} " in text and default_person(role) in text for role in ROLES)
    assert max(map(len, text.splitlines())) < 100


def test_the_default_people_hold_their_duties(engine: Engine) -> None:
    with pytest.raises(KilledError):
        load(engine, at=AT, progress=kill)
    with transaction(engine) as session:
        for role in set(ROLES) - {Role.AUDITOR}:
            person = default_person(role)
            assert session.get(Duty, (person, role, organisation_of(person) or "")) is not None


def kill(*_: object) -> None:
    raise KilledError
