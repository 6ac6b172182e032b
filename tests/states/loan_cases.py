"""Loans for tests: a loan without an application, a loan of an application, and helpers that advance them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from office import EMPLOYER, OFFICER, START, ZILVERDAM, do, row, rows
from sqlalchemy import Engine

from rules.core.roles import Actor
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox
from states.tables.loans import Loan
from states.tables.work import WorkItem

TODAY = date(2026, 3, 2)


def new_loan(**changes: Any) -> dict[str, Any]:
    """The body of a loan request by a mayor of Zilverdam; a value of None leaves the field out."""
    body = {
        "organisation": ZILVERDAM,
        "office": "mayor",
        "name": "A. Voorbeeld",
        "email": "a.voorbeeld@zilverdam.example",
        "certainSince": "2024-06-01",
        "description": "Een draagbare noodknop",
        "need": "Het advies laat nog op zich wachten",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def ask(engine: Engine, *, by: Actor = OFFICER, at: datetime = START, **changes: Any) -> Loan:
    """A loan without an application."""
    found: Loan = do(engine, "loan", None, "request", by=by, at=at, body=new_loan(**changes)).row
    return found


def on(engine: Engine, loan: Loan | str, event: str, body: Mapping[str, Any] | None = None, **how: Any) -> Loan:
    """One event on a loan, by the employer unless said otherwise."""
    key = loan if isinstance(loan, str) else loan.id
    found: Loan = do(engine, "loan", key, event, **{"by": EMPLOYER, **how}, body=body).row
    return found


def lent(engine: Engine, **changes: Any) -> Loan:
    """A loan that was granted and handed over."""
    loan = ask(engine, **changes)
    on(engine, loan, "grant")
    return on(engine, loan, "lend", {"lentOn": "2026-03-02"})


def work(engine: Engine, subject: str) -> list[str]:
    """The open work on a subject."""
    return [item.action for item in rows(engine, WorkItem, WorkItem.subject == subject) if item.done_at is None]


def letters(engine: Engine, case: str) -> list[tuple[str, str]]:
    """The letters of a case, with their recipients."""
    found = rows(engine, Outbox, Outbox.application == case)
    return [(letter.letter, letter.recipient) for letter in sorted(found, key=lambda letter: letter.created_at)]


def bridge(engine: Engine, reference: str, *, by: Actor = OFFICER, **changes: Any) -> Loan:
    """A loan asked for on an application."""
    body = {"description": "Een draagbare noodknop", **changes}
    do(engine, "application", reference, "request-loan", by=by, body=body)
    asked = sorted(rows(engine, LedgerEntry, LedgerEntry.event == "open"), key=lambda entry: entry.seq)
    mine = [entry.subject for entry in asked if entry.stream == reference and entry.chart == "loan"]
    found: Loan = row(engine, Loan, Loan.id == mine[-1])
    return found
