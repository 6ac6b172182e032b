"""Application tables: the application with its advice, takeovers, measures, certificates, signals and hand-offs."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, text
from sqlmodel import Field

from rules.core.regulation import Capacity, Domain, LegalBasis, ProvisionForm, PublicOffice
from rules.threats.handoff import HandOffOutcome, HandOffStep
from rules.threats.urgency import SignalKind, SignalSource, Urgency
from states.charts.advice import DomainState
from states.charts.application import Stage
from states.charts.measure import MeasureState
from states.charts.takeover import TakeoverState
from states.tables.base import Recorded, Subject, by_value, money_type, versioned


@versioned
class Application(Subject, table=True):
    """One application for a tailored security advice; its id is its reference and its stream."""

    __table_args__ = (
        Index("ix_application_stage_id", "state", "id"),
        Index("ix_application_urgency", "urgency"),
        # The list of applications has this order, newest first, and reads one page of it.
        Index("ix_application_newest", text("created_at DESC"), text("id DESC")),
        # The daily check for ended offices reads only this index.
        Index(
            "ix_application_office_end",
            "in_office_until",
            postgresql_where=text("in_office_until IS NOT NULL AND office_ended_on IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    state: Stage = Field(sa_type=by_value(Stage))
    office: PublicOffice = Field(sa_type=by_value(PublicOffice))
    applicant: str = Field(foreign_key="person.id", index=True)
    received_on: date
    certain_since: date
    """The day since which it is certain that the applicant holds or will take office (REG x.9(5)(a))."""
    in_office_until: date | None = None
    acting_since: date | None = None
    """First day of an uninterrupted acting appointment, where it is one."""
    in_territory: bool = True
    exemption_on: date | None = None
    """The day on which an exemption from residence was granted (REG x.9(2)(b))."""
    office_suspended_since: date | None = None
    """The first day of a suspension from office, during which the claims remain (BESL 3.2.18(2))."""
    office_suspended_until: date | None = None
    urgency: Urgency = Field(default=Urgency.ROUTINE, sa_type=by_value(Urgency))
    urgency_lowered: bool = False
    officer: str | None = None
    adviser: str | None = None
    interview_on: date | None = None
    interview_held_on: date | None = None
    household_present: bool | None = None
    advice_version: int = 1
    adopted_on: date | None = None
    threat_analysis: str | None = None
    home_assessment: str | None = None
    refusal_ground: str | None = None
    """The rule on which an intended or final refusal is based."""
    refusal_article: str | None = None
    viewed_on: date | None = None
    """The day on which the applicant's view on the intended refusal was recorded."""
    forwarded_to: str | None = None
    office_ended_on: date | None = None
    """The last day of the office, once it is recorded that it has ended."""
    deceased_on: date | None = None
    moved_on: date | None = None
    dwelling: int = 1
    """The number of the official's home that this is about; certificates and par. 6 use it."""
    follows: str | None = Field(default=None, foreign_key="application.id")
    """The application of an earlier home, after a move (REG x.9(6))."""
    discretionary: bool = False
    """Whether the employer may decline: measures were provided for an earlier home (REG x.9(6), "kunnen")."""
    resembles: str | None = None
    """An application that may be the same one."""
    repeats: str | None = None
    """A refused application that this one repeats (Awb 4:6)."""
    new_facts: bool = False
    """Whether a repeated application states new facts."""
    joined_to: str | None = None
    representative: str | None = Field(default=None, foreign_key="person.id", index=True)
    ended_on: date | None = None
    created_at: datetime
    changed_at: datetime


class ApplicationEmployer(Recorded, table=True):
    """One employer that pays for an application; the first takes the remainder of a split."""

    __tablename__ = "application_employer"

    application: str = Field(primary_key=True, foreign_key="application.id")
    organisation: str = Field(primary_key=True, foreign_key="organisation.id", index=True)
    position: int


@versioned
class DomainAdvice(Subject, table=True):
    """The advice in one domain of one version of an application's advice."""

    __tablename__ = "domain_advice"

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    state: DomainState = Field(sa_type=by_value(DomainState))
    domain: Domain = Field(sa_type=by_value(Domain))
    advice_version: int
    risk: str | None = None


@versioned
class Takeover(Subject, table=True):
    """One employer's takeover of an adopted advice."""

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    state: TakeoverState = Field(sa_type=by_value(TakeoverState))
    organisation: str = Field(foreign_key="organisation.id", index=True)
    advice_version: int = 1
    requested_on: date
    received_on: date | None = None
    taken_over_on: date | None = None
    decided_as: Capacity | None = Field(default=None, sa_type=by_value(Capacity))
    """The capacity in which the employer's decision was taken (Awb 2:4, 10:3)."""


@versioned
class Measure(Subject, table=True):
    """One measure; what it is and where lies in the vault."""

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    state: MeasureState = Field(sa_type=by_value(MeasureState))
    domain: Domain = Field(sa_type=by_value(Domain))
    legal_basis: LegalBasis = Field(sa_type=by_value(LegalBasis))
    form: ProvisionForm = Field(sa_type=by_value(ProvisionForm))
    advice_version: int
    estimate: Decimal = Field(sa_type=money_type())
    recurring: bool = False
    ends_on: date | None = None
    payer: str | None = Field(default=None, foreign_key="organisation.id")
    """The one employer to which the measure is attributed; None: all employers in equal parts (BESL 3.2.16(b))."""
    ordered_on: date | None = None
    provided_on: date | None = None
    kept_after_office: bool = False
    """Whether a person decided that it is still provided though the office ended."""
    invoiced: bool = False
    """Whether the last invoice for this measure has come in."""


class Certificate(Recorded, table=True):
    """A dated fact about the dwelling: a valid PKVW certificate, or why none can be required (REG x.9(5)(b))."""

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    dwelling: int = 1
    hardship: bool
    valid_from: date
    valid_until: date | None = None
    decided_by: str


class ThreatSignal(Recorded, table=True):
    """A threat signal: its kind, source and day; never its content."""

    __tablename__ = "threat_signal"

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    kind: SignalKind = Field(sa_type=by_value(SignalKind))
    source: SignalSource = Field(sa_type=by_value(SignalSource))
    occurred_on: date
    recorded_at: datetime
    reported_to_police: bool
    urgency: Urgency = Field(sa_type=by_value(Urgency))
    table_row: str | None = None
    """The row of the urgency table that gave its urgency."""
    table_since: date | None = None
    """The first day of the version of that table."""
    released_on: date | None = None
    """Since when the official may read it: at once what the official reported, else once it was released."""


class HandOff(Recorded, table=True):
    """One hand-off step that was taken, or why it was not; nothing about the threat itself."""

    __tablename__ = "hand_off"

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    step: HandOffStep = Field(sa_type=by_value(HandOffStep))
    outcome: HandOffOutcome = Field(sa_type=by_value(HandOffOutcome))
    done_on: date
    time: str | None = None
    """Dutch time of a call to 112, such as 14:05."""
    consent: bool | None = None
    external_reference: str | None = None
    recorded_at: datetime
