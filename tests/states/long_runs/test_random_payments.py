"""Random payments: every euro is paid once, whatever people and the bank do, in any order.

It is bounded and the same every time; ``RANDOM_PAYMENTS=100`` tries that many runs, different each time.
"""

import os
import secrets
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any
from unittest.mock import patch

from banking import Line, statement
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from invariants import expect_invariants_kept
from office import (
    APPROVER,
    FINANCE,
    RELEASER,
    START,
    ZILVERDAM,
    at_event,
    do,
    furnish,
    problems,
    receive,
    sparing,
    walk,
)
from prepared_databases import PreparedDatabases
from sqlalchemy import Engine
from sqlmodel import Session, select

from states.commands.bank_files import take_in
from states.errors import BankFileRefusedError, RefusedError
from states.formats.demonstration_bank import report
from states.payments.batch_files import batch_document
from states.storage.database import transaction
from states.tables.accounting import JournalLine
from states.tables.payments import BankEntry, BatchLine, Payable, PaymentBatch

TRIED = int(os.environ.get("RANDOM_PAYMENTS", "0"))
SETTINGS = settings(
    max_examples=TRIED or 4,
    stateful_step_count=16,
    derandomize=not TRIED,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CODES = st.sampled_from(["AC04", "AM04", "MD07"])


def begin(engine: Engine) -> None:
    """Four approved payables of one employer."""
    for _ in range(4):
        walk(engine, receive(engine), before=at_event("build"), choose=sparing)


class RandomPayments(RuleBasedStateMachine):
    """One employer, its finance, and a bank that gives any answer."""

    def __init__(self, prepared_databases: PreparedDatabases) -> None:
        super().__init__()
        self.prepared_databases, self.open = prepared_databases, ExitStack()
        self.at = START + timedelta(hours=4)
        self.files: dict[str, bytes] = {}
        self.statements = 0

    @initialize()
    def office_opens(self) -> None:
        self.engine = self.open.enter_context(self.prepared_databases.copy("money-lives", begin, base="office"))
        self.open.enter_context(patch.object(secrets, "choice", Random("payments").choice))  # the same run twice

    def teardown(self) -> None:
        try:
            if hasattr(self, "engine"):
                assert problems(self.engine) == []
                assert all(self.sealed(batch) == batch.sha256 for batch in self.all(PaymentBatch) if batch.sha256)
        finally:
            self.open.close()

    def all(self, table: type[Any]) -> list[Any]:
        with Session(self.engine, expire_on_commit=False) as session:
            return list(session.exec(select(table).order_by(*table.__table__.primary_key)))

    def attempt(self, chart: str, subject: str | None, event: str, by: Any, body: Any = None) -> None:
        """Someone tries an event; a refusal gives its reason and changes nothing."""
        self.at += timedelta(minutes=7)
        note(f"{self.at:%m-%d %H:%M} {event} {subject} by {by.person}")
        try:
            do(self.engine, chart, subject, event, by=by, at=self.at, body=body)
        except RefusedError as error:
            refusal = error
        else:
            refusal = None
        assert refusal is None or all(found.message and found.message_nl for found in refusal.findings)
        self.expect_to_hold()

    def bring(self, file: bytes) -> None:
        self.at += timedelta(minutes=7)
        with transaction(self.engine) as session:
            take_in(session, file, by=FINANCE, at=self.at)
        self.expect_to_hold()

    def expect_to_hold(self) -> None:
        """Check the invariants of all payments."""
        payables = {row.id: row for row in self.all(Payable)}
        lines, entries = self.all(BatchLine), self.all(BankEntry)
        for batch in self.all(PaymentBatch):
            mine = [line for line in lines if line.batch == batch.id]
            assert (batch.count, batch.total) == (len(mine), sum(line.amount for line in mine))
            if batch.sha256 is not None and batch.id not in self.files:
                assert self.sealed(batch) == batch.sha256
        counting = [line.payable for line in lines if line.counts]
        assert len(counting) == len(set(counting))
        for line in lines:
            assert line.amount == payables[line.payable].gross
        matched = [entry for entry in entries if entry.matched]
        whole = {entry.batch for entry in matched if entry.payable is None}
        for row in payables.values():
            assert (row.id in counting) == (row.state in {"batched", "paid"})
            assert (row.state == "paid") == (row.paid_on is not None)
            mine = [entry.amount for entry in matched if entry.payable == row.id]
            out = [amount for amount in mine if amount < 0]
            # A payment booked in the total of a batch was sent with it; a return is booked separately.
            out += [-line.amount for line in lines if line.payable == row.id and line.batch in whole]
            assert {abs(amount) for amount in mine} <= {row.gross}
            assert len(out) <= 1 + len([amount for amount in mine if amount > 0])
            assert out or row.state != "paid"
        self.expect_balanced()

    def expect_balanced(self) -> None:
        sums: dict[Any, Decimal] = {}
        for line in self.all(JournalLine):
            key = line.booking, line.part
            sums[key] = sums.get(key, Decimal(0)) + line.debit - line.credit
        assert set(sums.values()) <= {Decimal(0)}

    def sealed(self, batch: PaymentBatch) -> str:
        """The hash of a batch's file, written again; it is always the same."""
        with Session(self.engine) as session:
            written = batch_document(session, session.get_one(PaymentBatch, batch.id))
        assert self.files.setdefault(batch.id, written) == written
        return sha256(written).hexdigest()

    @rule(goes_on=st.booleans())
    def a_batch_is_built(self, goes_on: bool) -> None:
        self.attempt("payment-batch", None, "build", FINANCE, {"employer": ZILVERDAM})
        if goes_on:
            self.a_batch_leaves()

    @rule()
    def a_batch_leaves(self) -> None:
        for batch in self.all(PaymentBatch):
            for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
                self.attempt("payment-batch", batch.id, event, by)

    @rule(data=st.data(), event=st.sampled_from(["seal", "release", "export", "withdraw", "withdraw"]))
    def something_is_done_to_a_batch(self, data: Any, event: str) -> None:
        batches = self.all(PaymentBatch)
        if batches:
            batch = data.draw(st.sampled_from([row.id for row in batches]), "batch")
            self.attempt("payment-batch", batch, event, RELEASER if event == "release" else FINANCE)

    @rule()
    def returned_payments_are_approved_again(self) -> None:
        for row in self.all(Payable):
            if row.state == "returned":
                self.attempt("payable", row.id, "approve", APPROVER)

    @rule(hours=st.sampled_from([3, 24, 72]))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(data=st.data(), code=CODES, reject=st.booleans())
    def the_bank_reports(self, data: Any, code: str, reject: bool) -> None:
        left = [row for row in self.all(PaymentBatch) if row.exported_at is not None]
        if not left:
            return
        batch = data.draw(st.sampled_from([row.id for row in left]), "batch")
        names = [line.end_to_end for line in self.all(BatchLine) if line.batch == batch]
        chosen = data.draw(st.lists(st.sampled_from(names), unique=True), "rejected") if reject else []
        status_report = report(
            self.files[batch], told_on=self.at.date(), status="ACCP", rejected=dict.fromkeys(chosen, code)
        )
        self.bring(status_report)

    @rule(data=st.data(), back=st.booleans(), code=CODES, twice=st.booleans())
    def the_bank_books(self, data: Any, back: bool, code: str, twice: bool) -> None:
        lines = self.all(BatchLine)
        if not lines:
            return
        chosen = data.draw(st.lists(st.sampled_from([line.end_to_end for line in lines]), unique=True), "payments")
        known = {line.end_to_end: line.amount for line in lines}
        sign = "" if back else "-"
        made = [Line(f"{sign}{known[name]}", name, reason=code if back else None) for name in chosen]
        self.states(made * (2 if twice else 1))

    @rule(data=st.data(), cents=st.sampled_from([0, 0, 1]))
    def the_bank_books_a_total(self, data: Any, cents: int) -> None:
        left = {row.id: row for row in self.all(PaymentBatch) if row.exported_at is not None}
        if left:
            batch = left[data.draw(st.sampled_from(sorted(left)), "batch")]
            self.states([Line(f"-{batch.total + Decimal(cents) / 100}", batch=batch.message_id)])

    def states(self, made: list[Line]) -> None:
        """A statement is imported, and once more in other bytes."""
        self.statements += 1
        file = statement(*made, name=f"S-{self.statements}", on=self.at.date())
        self.bring(file)
        try:
            self.bring(file + b"\n")
        except BankFileRefusedError:
            raise AssertionError("The same statement again is no other one.") from None


def test_every_euro_is_paid_once_whatever_people_and_the_bank_do(prepared_databases: PreparedDatabases) -> None:
    with prepared_databases.copy("office", furnish):
        pass
    expect_invariants_kept(lambda: RandomPayments(prepared_databases), SETTINGS)
