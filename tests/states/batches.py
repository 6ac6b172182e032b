"""Payment batches for tests: cases at each step of a payment, and helpers that build, pay and return a batch."""

from datetime import timedelta
from typing import Any

from banking import bring, order
from office import DAY, FINANCE, RELEASER, START, ZILVERDAM, at_event, do, receive, sparing, walk
from sqlalchemy import Engine
from sqlmodel import Session

from states.charts.application import Stage
from states.commands.bank_files import ImportedFile, take_in
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import transaction
from states.tables.payments import PaymentBatch


def fill_checked(engine: Engine) -> None:
    """A case whose invoice was checked and waits for approval."""
    walk(engine, receive(engine), before=at_event("approve"), choose=sparing)


def fill_approved(engine: Engine) -> None:
    for _ in range(3):
        walk(engine, receive(engine), before=at_event("build"), choose=sparing)


def fill_sealed(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("release"), choose=sparing)


def fill_exported(engine: Engine) -> None:
    walk(engine, receive(engine), before=at_event("take-in-statement"), choose=sparing)


def fill_paid(engine: Engine) -> None:
    walk(engine, receive(engine), Stage.CLOSED, choose=sparing)


def build(engine: Engine) -> PaymentBatch:
    found: PaymentBatch = do(
        engine, "payment-batch", None, "build", by=FINANCE, at=START + DAY, body={"employer": ZILVERDAM}
    ).row
    return found


def step(engine: Engine, batch: PaymentBatch, event: str, by: Any = FINANCE) -> None:
    do(engine, "payment-batch", batch.id, event, by=by, at=START + DAY)


def answer(engine: Engine) -> bytes:
    return demonstration_bank.answer(order(engine), booked_on=START.date())


def give_back(
    engine: Engine, batch: PaymentBatch, payment: str, *, days: int = 5, reason: str = "AC04"
) -> ImportedFile:
    with Session(engine) as session:
        sealed = batch_document(session, session.get_one(PaymentBatch, batch.id))
    booked_on = START.date() + timedelta(days=days)
    file = demonstration_bank.returned(sealed, payment, booked_on=booked_on, reason=reason)
    return bring(engine, file, days=days)


def pay_again(engine: Engine, at: Any) -> PaymentBatch:
    again: PaymentBatch = do(
        engine, "payment-batch", None, "build", by=FINANCE, at=at, body={"employer": ZILVERDAM}
    ).row
    for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
        do(engine, "payment-batch", again.id, event, by=by, at=at)
    with transaction(engine) as session:
        file = batch_document(session, session.get_one(PaymentBatch, again.id))
        take_in(session, demonstration_bank.answer(file, booked_on=at.date()), by=FINANCE, at=at)
    return again
