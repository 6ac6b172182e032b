"""Loans and objections as the API returns them."""

from datetime import date
from typing import Any

from pydantic import Field

from api.access.cases import may_see
from api.access.content import reader_of
from api.http.dependencies import RequestContext
from api.http.pagination import Page
from api.views import texts
from api.views.base import View
from states.storage.content import latest
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
    reasons: list[texts.TextView] = Field(default=[])
    remarks: list[texts.TextView] = Field(default=[])


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
    reasons: list[texts.TextView] = Field(default=[])


def shared_facts(context: RequestContext, row: Loan | Objection) -> dict[str, Any]:
    """Return the facts of a loan or an objection, with the application only if the caller may see it."""
    facts = row.model_dump()
    case = context.session.get(Application, row.application) if row.application else None
    if case is not None and not may_see(context.session, context.by, case):
        facts["application"] = None
    return facts


def loan(context: RequestContext, row: Loan) -> LoanView:
    """Return a loan as the caller may see it, with its texts."""
    entries = reader_of(context, row).entries(context, row)
    return LoanView(
        **shared_facts(context, row),
        description=latest(entries, "description"),
        need=latest(entries, "need"),
        reasons=texts.texts_of(entries, "reasons"),
        remarks=texts.texts_of(entries, "remarks"),
    )


def objection(context: RequestContext, row: Objection) -> ObjectionView:
    """Return an objection as the caller may see it, with its texts."""
    entries = reader_of(context, row).entries(context, row)
    return ObjectionView(
        **shared_facts(context, row),
        grounds=latest(entries, "grounds"),
        report=latest(entries, "report"),
        reasons=texts.texts_of(entries, "reasons"),
    )
