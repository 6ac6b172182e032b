"""Applications, their advice, takeovers and measures, as the API returns them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import Field
from sqlmodel import Session

from api.access import content
from api.http.pagination import Page
from api.views.base import View
from rules.core.roles import Actor
from states.engine.employers import EmployerDirectory
from states.tables.application import Application, Measure


class ApplicationSummary(View):
    """Application in a list."""

    reference: str
    stage: str
    urgency: str
    office: str
    employers: list[str]
    received_on: date
    changed_at: datetime


class ApplicationPage(Page[ApplicationSummary]):
    """Page of applications."""


class DomainView(View):
    """Advice in one domain."""

    domain: str
    state: str
    risk: str | None = None
    advice_version: int


class TakeoverView(View):
    """Takeover by one employer."""

    id: str
    organisation: str
    state: str
    advice_version: int
    requested_on: date
    received_on: date | None = None
    taken_over_on: date | None = None
    decided_as: str | None = None


class ApplicationView(ApplicationSummary):
    """Application as the caller may see it; ``content`` is present only for those who need to know it."""

    applicant: str
    certain_since: date
    in_office_until: date | None = None
    acting_since: date | None = None
    in_territory: bool
    exemption_on: date | None = None
    office_suspended_since: date | None = None
    office_suspended_until: date | None = None
    officer: str | None = None
    adviser: str | None = None
    interview_on: date | None = None
    interview_held_on: date | None = None
    adopted_on: date | None = None
    threat_analysis: str | None = None
    home_assessment: str | None = None
    refusal_ground: str | None = None
    refusal_article: str | None = None
    office_ended_on: date | None = None
    deceased_on: date | None = None
    moved_on: date | None = None
    follows: str | None = None
    discretionary: bool = False
    resembles: str | None = None
    repeats: str | None = None
    joined_to: str | None = None
    representative: str | None = None
    ended_on: date | None = None
    created_at: datetime
    version: int
    advice: list[DomainView] = Field(default=[])
    takeovers: list[TakeoverView] = Field(default=[])
    content: dict[str, Any] | None = None


class MeasureView(View):
    """Measure; its description is present only for those who need to know it."""

    id: str
    application: str
    state: str
    domain: str | None = None
    legal_basis: str
    form: str
    estimate: Decimal
    recurring: bool
    ends_on: date | None = None
    payer: str | None = None
    ordered_on: date | None = None
    provided_on: date | None = None
    kept_after_office: bool
    invoiced: bool
    version: int
    description: str | None = None


def summary(employers: EmployerDirectory, row: Application) -> ApplicationSummary:
    """Return an application for a list."""
    return ApplicationSummary(
        reference=row.id,
        stage=row.state,
        urgency=row.urgency,
        office=row.office,
        employers=employers.of_application(row.id),
        received_on=row.received_on,
        changed_at=row.changed_at,
    )


def advice(by: Actor, domains: list[DomainView]) -> list[DomainView]:
    """Return the advice by domain; empty for roles that pay, since a domain reveals what a measure is."""
    return sorted(domains, key=lambda item: item.domain) if content.reads_advice(by) else []


def measure(session: Session, by: Actor, row: Measure) -> MeasureView:
    """Return a measure as the caller may see it."""
    text = content.of_measure(session, by, row)
    facts = row.model_dump()
    if not content.reads_domain_of_measure(by):
        facts["domain"] = None
    return MeasureView(**facts, application=row.stream, description=text.get("description"))
