"""Applications, their advice, takeovers and measures, as the API returns them."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from api.access.content import Reader, has_grant, reader_of
from api.http.dependencies import RequestContext
from api.http.pagination import Page
from api.views import texts
from api.views.base import View
from rules.access.content_classes import ContentClass
from rules.access.readers import Moment
from states.engine.employers import EmployerDirectory
from states.reporting.case_file import Passage, Progress, progress_of
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
    supplier: str | None = None
    remarks: list[texts.TextView] = Field(default=[])
    reasons: list[texts.TextView] = Field(default=[])


def summary(context: RequestContext, employers: EmployerDirectory, row: Application) -> ApplicationSummary:
    """Return an application for a list."""
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


def measures(context: RequestContext, rows: Iterable[Measure]) -> list[MeasureView]:
    """Return measures as the caller may see them; the texts of each case are read once."""
    cases: dict[str, tuple[Reader, list[Passage]]] = {}
    found = []
    for row in rows:
        if row.stream not in cases:
            case = context.session.get_one(Application, row.stream)
            reader, progress = reader_of(context, case), progress_of(context.session, row.stream)
            cases[row.stream] = reader, reader.passages(context, case, progress)
        reader, passages = cases[row.stream]
        found.append(measure(reader, row, [passage for passage in passages if passage.subject == row.id]))
    return found


def measure(reader: Reader, row: Measure, passages: list[Passage]) -> MeasureView:
    """Return a measure as the caller may see it, with its texts."""
    facts = row.model_dump()
    if not reader.may_read(ContentClass.MEASURE_FACTS):
        facts["domain"] = None
    return MeasureView(
        **facts,
        application=row.stream,
        description=next((each.text for each in passages if each.path == "description"), None),
        supplier=next((each.text for each in reversed(passages) if each.path == "supplier"), None),
        remarks=[texts.text_view(each) for each in passages if each.path == "remarks"],
        reasons=[texts.text_view(each) for each in passages if each.path == "reasons"],
    )
