"""Applications, their advice, takeovers and measures, as the API returns them."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from api.access.content import OF_MEASURES, Reader, entries_of, has_grant, readers_of
from api.http.dependencies import RequestContext
from api.http.pagination import Page
from api.views import texts
from api.views.base import Euros, View
from rules.access.content_classes import ContentClass
from rules.access.readers import Moment
from states.engine.employers import EmployerDirectory
from states.reporting.case_file import Progress, advised_among
from states.storage.content import latest
from states.tables.application import Application, Measure


class ApplicationSummary(View):
    """Application in a list; its urgency is left out for those who only pay."""

    reference: str
    stage: str
    urgency: str | None = None
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


class AdviceView(View):
    """Advice: the domains of its present version, and the texts of every version that the caller may read."""

    version: int
    adopted_on: date | None = None
    domains: list[DomainView] = Field(default=[])
    versions: list[texts.VersionTextView] = Field(default=[])


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


class WorkInHandView(View):
    """Open work of a case in somebody's hands: what is to be done to which part, by whom, and since when."""

    item: str
    action: str
    subject: str
    role: str
    organisation: str
    person: str
    since: datetime


class ApplicationView(ApplicationSummary):
    """Application as the caller may see it; each text is present only for those who need to know it."""

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
    advice: AdviceView
    takeovers: list[TakeoverView] = Field(default=[])
    in_hand: list[WorkInHandView] = Field(default=[])
    """Of the present only, and for those who may see the work: of the office, or of the caller's own employer."""
    contact: texts.ContactView | None = None
    representative_contact: texts.ContactView | None = None
    dwellings: list[texts.DwellingView] = Field(default=[])
    """Every home that was stated, the newest last."""
    statements: list[texts.TextView] = Field(default=[])
    """What the official stated: remarks, new facts, additions, a view."""
    signals: list[texts.SignalView] = Field(default=[])
    interview: texts.InterviewView
    reasons: list[texts.ReasonView] = Field(default=[])


class MeasureView(View):
    """Measure; its description is present only for those who need to know it."""

    id: str
    application: str
    state: str
    domain: str | None = None
    legal_basis: str
    form: str
    estimate: Euros
    recurring: bool
    ends_on: date | None = None
    payer: str | None = None
    ordered_on: date | None = None
    provided_on: date | None = None
    kept_after_office: bool
    invoiced: bool
    version: int
    description: str | None = None
    supplier: str | None = None
    remarks: list[texts.TextView] = Field(default=[])
    reasons: list[texts.TextView] = Field(default=[])


def summaries(
    context: RequestContext, employers: EmployerDirectory, rows: Sequence[Application]
) -> list[ApplicationSummary]:
    """Return applications for a list."""
    employers.read(row.id for row in rows)
    return [summary(context, employers, row) for row in rows]


def summary(context: RequestContext, employers: EmployerDirectory, row: Application) -> ApplicationSummary:
    """Return an application as in a list."""
    return ApplicationSummary(
        reference=row.id,
        stage=row.state,
        urgency=row.urgency if has_grant(context.by, ContentClass.URGENCY) else None,
        office=row.office,
        employers=employers.of_application(row.id),
        received_on=row.received_on,
        changed_at=row.changed_at,
    )


def reads_domains(reader: Reader, version: int, progress: Progress) -> bool:
    """Return whether the caller may see the domains of a version; a domain reveals what a measure is."""
    return reader.may_read(ContentClass.MEASURE_FACTS, {Moment.ADOPTED} if version in progress.adopted else set())


def measures(context: RequestContext, rows: Sequence[Measure]) -> list[MeasureView]:
    """Return measures as the caller may see them, each with its own texts; a draft is the office's."""
    readers, advised = readers_of(context, rows), advised_among(context.session, rows)
    texts_of_each = entries_of(context, rows, OF_MEASURES, readers)
    found = []
    for row in rows:
        moments = {Moment.ADOPTED} if row.id in advised else set()
        facts = row.model_dump()
        if not readers[row.id].may_read(ContentClass.MEASURE_FACTS, moments):
            facts["domain"] = None
        entries = texts_of_each[row.id] if readers[row.id].may_read(ContentClass.MEASURE, moments) else []
        found.append(
            MeasureView(
                **facts,
                application=row.stream,
                description=latest(entries, "description"),
                supplier=latest(entries, "supplier"),
                remarks=texts.texts_of(entries, "remarks"),
                reasons=texts.texts_of(entries, "reasons"),
            )
        )
    return found
