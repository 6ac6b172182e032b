"""Loans and objections as the API returns them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from api.access import content
from api.access.cases import may_see
from api.http.pagination import Page
from api.views.base import View
from rules.core.roles import Actor
from states.tables.application import Application
from states.tables.loans import Loan, Objection


class LoanView(View):
    """Loan; what is lent, and why, is present only for those who need to know it."""

    id: str
    application: str | None = None
    person: str
    organisation: str
    office: str
    state: str
    urgent: bool
    requested_on: date
    decided_on: date | None = None
    decided_by: str | None = None
    decision: str | None = None
    lent_on: date | None = None
    due_back_on: date | None = None
    returned_on: date | None = None
    lost_on: date | None = None
    version: int
    description: str | None = None
    need: str | None = None
    reasons: str | None = None
    remarks: str | None = None


class LoanPage(Page[LoanView]):
    """Page of loans."""


class ObjectionView(View):
    """Objection; its grounds and reasons are present only for those who need to know them."""

    id: str
    application: str | None = None
    loan: str | None = None
    person: str
    organisation: str | None = None
    against: str
    state: str
    announced_on: date
    objection_until: date
    received_on: date
    late: bool
    excusable: bool | None = None
    by_representative: bool
    committee: bool
    hearing_on: date | None = None
    heard_on: date | None = None
    waiver: str | None = None
    put_off_from: date | None = None
    decides: str
    decided_on: date | None = None
    decided_by: str | None = None
    outcome: str | None = None
    reopened_at: str | None = None
    appeal_on: date | None = None
    court_case: str | None = None
    judged_on: date | None = None
    judgment: str | None = None
    version: int
    grounds: str | None = None
    report: str | None = None
    reasons: str | None = None


def facts_and_content(session: Session, by: Actor, row: Loan | Objection, text: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts and content of a loan or an objection, with the application only if the caller may see it."""
    facts = {**row.model_dump(), **text}
    case = session.get(Application, row.application) if row.application else None
    if case is not None and not may_see(session, by, case):
        facts["application"] = None
    return facts


def loan(session: Session, by: Actor, row: Loan) -> LoanView:
    """Return a loan as the caller may see it."""
    return LoanView(**facts_and_content(session, by, row, content.of_loan(session, by, row)))


def objection(session: Session, by: Actor, row: Objection) -> ObjectionView:
    """Return an objection as the caller may see it."""
    return ObjectionView(**facts_and_content(session, by, row, content.of_objection(session, by, row)))
