"""Separation of duties: people excluded from a work item, fixed when it is created so that claims skip it.

The rules (rules/procedure/separation_of_duties.py, rules/payments/amounts.py) refuse the same people when they act; the
exclusion here only keeps work that they would be refused out of their hands.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlmodel import col, select

from states.engine.unit_of_work import UnitOfWork
from states.tables.application import Application
from states.tables.ledger import LedgerEntry
from states.tables.payments import BatchLine, Payable


def hands(unit: UnitOfWork, row: Any, *events: str) -> set[str]:
    """Who carried out any of these events on a subject, in this passage or before."""
    query = select(LedgerEntry.person).where(
        LedgerEntry.stream == row.stream, LedgerEntry.subject == row.id, col(LedgerEntry.event).in_(events)
    )
    now = {entry["person"] for entry in unit.buffer.entries if entry["subject"] == row.id and entry["event"] in events}
    return {*unit.session.exec(query), *now}


def of_adoption(unit: UnitOfWork, row: Any) -> Iterable[str | None]:
    """Whoever wrote the advice does not adopt it."""
    return {row.adviser, *hands(unit, row, "assess-domain", "submit-advice")}


def of_refusal(unit: UnitOfWork, row: Any) -> Iterable[str | None]:
    """Whoever handled the application, or proposed to refuse it, does not refuse it."""
    return {row.officer, *hands(unit, row, "intend-refusal")}


def of_approval(unit: UnitOfWork, row: Any) -> Iterable[str | None]:
    """Whoever handled the application, or entered, matched or checked the invoice, does not approve it."""
    case = unit.application_of(row)
    return {row.entered_by, row.matched_by, row.checked_by, case.officer if case is not None else None}


def of_second_approval(unit: UnitOfWork, row: Any) -> Iterable[str | None]:
    """Nor does whoever approved it approve it a second time."""
    return {*of_approval(unit, row), row.approved_by}


def of_release(unit: UnitOfWork, row: Any) -> Iterable[str | None]:
    """Whoever had a hand in anything of a batch does not release it."""
    query = (
        select(Payable, Application)
        .join(BatchLine, col(BatchLine.payable) == Payable.id)
        .join(Application, col(Application.id) == Payable.stream)
        .where(BatchLine.batch == row.id)
    )
    found: set[str | None] = {row.created_by, *hands(unit, row, "seal")}
    for payable, case in unit.session.exec(query):
        found |= {payable.entered_by, payable.matched_by, payable.checked_by}
        found |= {payable.approved_by, payable.second_approved_by, case.officer, case.applicant}
    return found


def of_objection(_: UnitOfWork, row: Any) -> Iterable[str | None]:
    """Whoever took the decision does not decide on the objection to it (Awb 10:3(3))."""
    return {row.decision_by}


APART: dict[tuple[str, str], Callable[[UnitOfWork, Any], Iterable[str | None]]] = {
    ("application", "adopt-advice"): of_adoption,
    ("application", "refuse"): of_refusal,
    ("payable", "approve"): of_approval,
    ("payable", "approve-second"): of_second_approval,
    ("payment-batch", "release"): of_release,
    ("objection", "decide"): of_objection,
}
"""For each piece of work that must lie in other hands than earlier steps: whose."""


def not_by(unit: UnitOfWork, chart: str, action: str, row: Any, application: Application | None) -> list[str]:
    """Who may not have a piece of work: the official whom it is about, who represents the official, and whoever did
    an earlier step; those of them who are not of the pool are left out where it is written.
    """
    found: set[str | None] = {unit.official_of(row)}
    if application is not None:
        found |= {application.applicant, application.representative}
    if (chart, action) in APART:
        found |= set(APART[chart, action](unit, row))
    return sorted(person for person in found if person)
