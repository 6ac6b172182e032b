"""Journal at random: payments, returns, bookings, corrections and closed periods in any order.

It is the same every time; ``RANDOM_BOOKS=50`` tries that many orders, different each time.
"""

import os
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from invariants import expect_invariants_kept, expect_money_holds, expect_trails_hold
from office import GOUDVEEN, START, ZILVERDAM, at_event, do, furnish, person, problems, receive, rows, sparing, walk
from prepared_databases import PreparedDatabases
from seeds import seeded
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.dates import office_day
from rules.core.roles import Role
from rules.payments.accounting_periods import days_of
from states.accounting import journal_query, reports
from states.accounting.export_rows import JournalRow
from states.accounting.spreadsheets import Sheet, control
from states.commands.bank_files import take_in
from states.errors import RefusedError
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import transaction
from states.tables.accounting import Booking, BookPeriod, JournalLine
from states.tables.application import Application
from states.tables.payments import BatchLine, Payable, PaymentBatch

TRIED = int(os.environ.get("RANDOM_BOOKS", "0"))
SETTINGS = settings(
    max_examples=TRIED or 6,
    stateful_step_count=25,
    derandomize=not TRIED,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
EMPLOYERS = (ZILVERDAM, GOUDVEEN)
PERIODS = ("2026-02", "2026-03", "2026-04", "2026")
EVIDENCE = {
    "no-own-contribution": ("noOwnContribution", True),
    "risk-inventory": ("riskInventory", "RIE-1"),
    "end-of-office": ("endOfOffice", "2028-06-30"),
}


def fill(engine: Engine) -> None:
    """A case of one municipality and one of two, each approved."""
    for employers in ([ZILVERDAM], list(EMPLOYERS)):
        walk(engine, receive(engine, employers=employers), before=at_event("build"), choose=sparing)


class Books(RuleBasedStateMachine):
    """Two employers' finance, approvers, releasers and banks."""

    def __init__(self, prepared_databases: PreparedDatabases) -> None:
        super().__init__()
        self.prepared_databases, self.open = prepared_databases, ExitStack()
        self.at = START + timedelta(hours=5)
        self.lines: dict[tuple[str, int], dict[str, Any]] = {}
        self.shut: dict[str, set[str]] = {employer: set() for employer in EMPLOYERS}
        """The periods that were closed before the current step."""

    @initialize()
    def office_opens(self) -> None:
        self.open.enter_context(seeded("books"))
        self.engine = self.open.enter_context(self.prepared_databases.copy("books-at-random", fill, base="office"))
        self.open.enter_context(seeded("books go on"))

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            try:
                assert problems(self.engine) == []
            finally:
                self.open.close()

    def do(self, chart: str, subject: str | None, event: str, role: Role, acts_for: str, /, **body: Any) -> Any:
        """One step of an employer's person; None where a rule refuses it."""
        try:
            found = do(self.engine, chart, subject, event, by=person(role, acts_for), at=self.at, body=body).row
        except RefusedError:
            found = None
        self.expect_to_hold()
        return found

    def expect_to_hold(self) -> None:
        """Check the invariants of the books."""
        with Session(self.engine) as session:
            expect_money_holds(session)
            for case in rows(self.engine, Application):
                expect_trails_hold(session, case.id)
            for employer in EMPLOYERS:
                found = journal_query.journal(session, [employer])
                totals = control(Sheet("journal", JournalRow, found))
                assert totals.debit == totals.credit
                classes = [row for year in (2026, 2027) for row in reports.tax_classes(session, [employer], year)]
                booked = [row for row in rows(self.engine, Booking) if row.state in {"booked", "exported"}]
                standing = sum((row.amount for row in booked if row.organisation == employer), Decimal(0))
                assert sum((row.gross for row in classes), Decimal(0)) == standing
                self.expect_creditors_are_the_open_items(session, employer)
        self.expect_closed_periods_unchanged()

    def expect_creditors_are_the_open_items(self, session: Session, employer: str) -> None:
        """Check that the balance of the creditors is what was paid and not booked."""
        lines = [row for row in journal_query.journal(session, [employer]) if row.side == "creditor"]
        standing = sum((row.debit - row.credit for row in lines), Decimal(0))
        items = [item for item in reports.open_items(session, [employer]) if item.kind == "booking"]
        assert standing == sum((item.amount for item in items), Decimal(0))

    def expect_closed_periods_unchanged(self) -> None:
        """Check that existing lines are unchanged and new ones are on days that were open."""
        found = {(line.booking, line.position): line.model_dump() for line in rows(self.engine, JournalLine)}
        assert {key: found[key] for key in self.lines} == self.lines
        for key in found.keys() - self.lines.keys():
            line = found[key]
            for period in self.shut[line["organisation"]]:
                since, until = days_of(period)
                assert not since <= line["booked_on"] <= until, (line, period)
        self.lines = found
        self.shut = {employer: set() for employer in EMPLOYERS}
        for row in rows(self.engine, BookPeriod):
            if row.reopened_at is None:
                self.shut[row.organisation].add(row.period)

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(employer=st.sampled_from(EMPLOYERS))
    def approved_payables_are_sent_to_the_bank(self, employer: str) -> None:
        for row in rows(self.engine, Payable, Payable.organisation == employer, Payable.state == "returned"):
            self.do("payable", row.id, "approve", Role.APPROVER, employer)
        batch = self.do("payment-batch", None, "build", Role.FINANCE, employer, employer=employer)
        if batch is not None:
            for event, role in (("seal", Role.FINANCE), ("release", Role.RELEASER), ("export", Role.FINANCE)):
                self.do("payment-batch", batch.id, event, role, employer)

    @rule(data=st.data(), back=st.booleans(), ago=st.integers(0, 3))
    def the_bank_reports(self, data: Any, back: bool, ago: int) -> None:
        """The bank books an order, or returns one of its payments."""
        sent = rows(self.engine, PaymentBatch, PaymentBatch.exported_at.is_not(None))  # type: ignore[union-attr]
        if not sent:
            return
        batch = data.draw(st.sampled_from(sent), "batch")
        day = office_day(max(self.at - timedelta(days=ago), batch.exported_at))
        with Session(self.engine) as session:
            order = batch_document(session, session.get_one(PaymentBatch, batch.id))
        file = demonstration_bank.answer(order, booked_on=day)
        if back:
            lines = rows(self.engine, BatchLine, BatchLine.batch == batch.id)
            payment = data.draw(st.sampled_from(lines), "payment").end_to_end
            file = demonstration_bank.returned(order, payment, booked_on=day)
        with transaction(self.engine) as session:
            take_in(session, file, by=person(Role.FINANCE, batch.organisation), at=self.at)
        self.expect_to_hold()

    @rule(data=st.data(), ago=st.integers(-1, 60), moves=st.booleans())
    def finance_books(self, data: Any, ago: int, moves: bool) -> None:
        """The evidence is completed, and it is booked under some day."""
        waiting = [row for row in rows(self.engine, Booking) if row.state in {"awaiting-evidence", "ready"}]
        if not waiting:
            return
        row = data.draw(st.sampled_from(waiting), "booking")
        if given := dict(EVIDENCE[item] for item in row.missing):
            self.do("booking", row.id, "complete-evidence", Role.FINANCE, row.organisation, **given)
        self.do("booking", row.id, "book", Role.FINANCE, row.organisation, **self.day(ago, moves=moves))

    @rule(data=st.data(), ago=st.integers(-1, 60), moves=st.booleans())
    def finance_corrects(self, data: Any, ago: int, moves: bool) -> None:
        """A booking is reversed and made again under some day."""
        booked = [row for row in rows(self.engine, Booking) if row.state in {"booked", "exported"}]
        if not booked:
            return
        row = data.draw(st.sampled_from(booked), "booking")
        day = self.day(ago, moves=moves)
        self.do("booking", row.id, "correct", Role.FINANCE, row.organisation, reasons="Wrong.", **day)

    def day(self, ago: int, *, moves: bool) -> dict[str, Any]:
        """A day to book under, and whether it may move."""
        found: dict[str, Any] = {"bookedOn": self.before(ago).isoformat()}
        return found | ({"closedPeriod": "first-open-day"} if moves else {})

    def before(self, ago: int) -> date:
        return office_day(self.at) - timedelta(days=ago)

    @rule(employer=st.sampled_from(EMPLOYERS), period=st.sampled_from(PERIODS))
    def a_period_is_closed(self, employer: str, period: str) -> None:
        self.do("organisation", employer, "close-period", Role.FINANCE, employer, period=period)

    @rule(employer=st.sampled_from(EMPLOYERS), period=st.sampled_from(PERIODS))
    def a_period_is_reopened(self, employer: str, period: str) -> None:
        self.do(
            "organisation", employer, "reopen-period", Role.APPROVER, employer, period=period, reasons="It came late."
        )

    @rule(employer=st.sampled_from(EMPLOYERS), ago=st.integers(0, 60), number=st.integers(1, 9))
    def the_accounts_change(self, employer: str, ago: int, number: int) -> None:
        body = {"since": self.before(ago).isoformat(), "source": "NOTA-1", "cost": f"43{number}0", "creditor": "1490"}
        self.do("organisation", employer, "set-accounts", Role.FINANCE, employer, **body)


@pytest.mark.timeout(0 if TRIED else 300)
def test_after_any_steps_the_books_balance_and_the_trail_of_each_payment_is_complete(
    prepared_databases: PreparedDatabases,
) -> None:
    with prepared_databases.copy("office", furnish):
        pass
    expect_invariants_kept(lambda: Books(prepared_databases), SETTINGS)


def test_a_lost_line_is_noticed(prepared_databases: PreparedDatabases) -> None:
    with prepared_databases.copy("office", furnish):
        pass
    with prepared_databases.copy("books-at-random", fill, base="office") as engine:
        machine = Books(prepared_databases)
        machine.engine = engine
        machine.expect_to_hold()
        machine.lines["booking-lost", 1] = {}
        with pytest.raises(KeyError):
            machine.expect_to_hold()
