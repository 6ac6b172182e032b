"""Loans and objections as the API returns them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import Field

from api.access.cases import visible_among
from api.access.content import OF_LOANS, OF_OBJECTIONS, entries_of
from api.http.dependencies import RequestContext
from api.http.pagination import Page
from api.views import texts
from api.views.base import View
from states.storage.content import latest
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


def visible_facts(context: RequestContext, rows: Sequence[Loan | Objection]) -> list[dict[str, Any]]:
    """Return the facts of loans or objections, with the application only where the caller may see it."""
    seen = visible_among(context.session, context.by, {row.application for row in rows if row.application})
    return [{**row.model_dump(), "application": row.application if row.application in seen else None} for row in rows]


def loans(context: RequestContext, rows: Sequence[Loan]) -> list[LoanView]:
    """Return loans as the caller may see them, with their texts."""
    found, facts = entries_of(context, rows, OF_LOANS), visible_facts(context, rows)
    return [
        LoanView(
            **known,
            description=latest(found[row.id], "description"),
            need=latest(found[row.id], "need"),
            reasons=texts.texts_of(found[row.id], "reasons"),
            remarks=texts.texts_of(found[row.id], "remarks"),
        )
        for row, known in zip(rows, facts, strict=True)
    ]


def loan(context: RequestContext, row: Loan) -> LoanView:
    """Return a loan as the caller may see it, with its texts."""
    return loans(context, [row])[0]


def objection(context: RequestContext, row: Objection) -> ObjectionView:
    """Return an objection as the caller may see it, with its texts."""
    entries = entries_of(context, [row], OF_OBJECTIONS)[row.id]
    return ObjectionView(
        **visible_facts(context, [row])[0],
        grounds=latest(entries, "grounds"),
        report=latest(entries, "report"),
        reasons=texts.texts_of(entries, "reasons"),
    )
