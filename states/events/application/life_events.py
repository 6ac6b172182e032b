"""Life events: end of office, death, move, revision of the advice, and reopening of an ended case."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import Session, col, select

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.dates import office_day
from rules.core.regulation import Domain
from rules.core.roles import Role
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import life_events
from states.charts.application import APPLICATION, ENDS
from states.charts.loan import LoanState
from states.engine.bodies import Body, Day, Handle, Line, Text
from states.engine.event import B, EventContext
from states.events.application.base import ApplicationEvent
from states.events.application.handlers import streams_handled
from states.events.application.life_event_effects import LIFE_EVENTS, PROVIDED, home_measures
from states.letters import outbox
from states.tables.application import Application, ThreatSignal
from states.tables.loans import Loan
from states.tables.people import Person

RUNNING_LOANS = (LoanState.REQUESTED, LoanState.GRANTED, LoanState.LENT, LoanState.DUE_BACK)


class LifeEvent(ApplicationEvent[B]):
    """A life event: records its facts, then applies the consequence of the table for the stage."""

    def apply(self, context: EventContext[Application], body: B) -> None:
        """Record the facts, then apply the consequence."""
        self.record_facts(context, body)
        LIFE_EVENTS.apply(self.name, context)

    def record_facts(self, context: EventContext[Application], body: B) -> None:
        """Record the facts of the life event on the application."""


def siblings(session: Session, row: Application) -> list[Application]:
    """The other applications of the same official, in order."""
    query = select(Application).where(Application.applicant == row.applicant, Application.id != row.id)
    return list(session.exec(query.order_by(Application.id)))


def related_streams(session: Session, row: Application) -> list[str]:
    """The streams of the official's other applications, and of loans without an application."""
    alone = select(Loan.stream).where(Loan.person == row.applicant, col(Loan.application).is_(None))
    return [*(other.stream for other in siblings(session, row)), *session.exec(alone)]


def end_loans(context: EventContext[Application], ended_on: date, *, estate: bool = False) -> None:
    """End every loan of the official with the office: those of this application, and those without one."""
    row = context.row
    where = [Loan.person == row.applicant, col(Loan.state).in_(RUNNING_LOANS)]
    for loan in context.rows(Loan, *where):
        mine = loan.application == row.id
        alone = loan.application is None and (estate or loan.office is row.office)
        if mine or (alone and context.by.role is not Role.ENGINE):
            context.trigger("loan", loan, "end-with-office", ended_on=ended_on, estate=estate)


class OfficeEnded(Body):
    """The last day of the office."""

    ended_on: Day
    decision: Handle | None = None


class EndOffice(LifeEvent[OfficeEnded]):
    """Record the end of office. New claims end, running parts end, and a person decides on what was taken over."""

    name, title, body = "end-office", "Record the end of office", OfficeEnded

    def extra_locks(self, session: Session, key: str, body: OfficeEnded) -> Iterable[str]:
        """The streams of the official's other applications and loans."""
        row = session.get(Application, key)
        return related_streams(session, row) if row else []

    def validate(self, context: EventContext[Application], body: OfficeEnded) -> None:
        """The end has come, is after the begin of the office, and was not recorded before."""
        context.check(date_rules.not_in_future, what=DatedFact.END_OF_OFFICE, day=body.ended_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.END_OF_OFFICE,
            day=body.ended_on,
            earlier=EarlierFact.BEGIN,
            earliest=context.row.certain_since,
        )
        context.check(life_events.office_ends_once, ended_on=context.row.office_ended_on)

    def record_facts(self, context: EventContext[Application], body: OfficeEnded) -> None:
        """Record the day. It ends the office in every application of the official, and lent goods are due back."""
        end_of_office(context, body.ended_on)
        end_loans(context, body.ended_on)
        for other in siblings(context.session, context.row) if context.by.role is not Role.ENGINE else ():
            if other.office is context.row.office and other.office_ended_on is None:
                context.trigger("application", other, "end-office", ended_on=body.ended_on)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Today."""
        return None if context.row.office_ended_on else {"endedOn": context.on.isoformat()}


def end_of_office(context: EventContext[Application], ended_on: date) -> None:
    """Record the end of office; an earlier end that was known in advance is replaced."""
    context.row.office_ended_on = context.row.in_office_until = ended_on


class Death(Body):
    """The day of death."""

    died_on: Day


class RecordDeath(LifeEvent[Death]):
    """Record the official's death. Letters to the person stop, the office ends, and the estate returns lent goods."""

    name, title, body = "record-death", "Record a death", Death

    def extra_locks(self, session: Session, key: str, body: Death) -> Iterable[str]:
        """The streams of the official, of the official's other applications and loans, and of cases handled."""
        row = session.get(Application, key)
        if row is None:
            return []
        official = session.get_one(Person, row.applicant)
        return [official.stream, *related_streams(session, row), *streams_handled(session, official.id)]

    def validate(self, context: EventContext[Application], body: Death) -> None:
        """The death is in the past, and was not recorded before."""
        context.check(date_rules.not_in_future, what=DatedFact.DEATH, day=body.died_on, on=context.on)
        context.check(life_events.dies_once, deceased_on=context.row.deceased_on)

    def record_facts(self, context: EventContext[Application], body: Death) -> None:
        """Record the day in every application, deactivate the person, and hold back letters that were not sent yet."""
        row = context.row
        row.deceased_on, row.representative = body.died_on, None
        if row.office_ended_on is None:
            end_of_office(context, body.died_on)
        end_loans(context, body.died_on, estate=True)
        if context.by.role is Role.ENGINE:
            return
        person = context.get(Person, row.applicant)
        if person.deceased_on is None:
            context.trigger("person", person, "depart", deceased_on=body.died_on)
        outbox.hold_back(context.session, row.applicant)
        for other in siblings(context.session, row):
            if other.deceased_on is None:
                context.trigger("application", other, "record-death", died_on=body.died_on)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Today."""
        return None if context.row.deceased_on else {"diedOn": context.on.isoformat()}


class Move(Body):
    """The new home: its first day and address, and if it lies in the territory or is exempted (REG x.9(2), (6))."""

    moved_on: Day
    home_address: Annotated[Line, ContentClass.DWELLING]
    household: Annotated[Text, ContentClass.DWELLING] | None = None
    in_territory: bool = True
    exemption_on: Day | None = None


class RecordMove(LifeEvent[Move]):
    """Record a move. The advice on the home is written again, or a linked application starts (par. 6)."""

    name, title, body = "record-move", "Record a move", Move

    def validate(self, context: EventContext[Application], body: Move) -> None:
        """The day is possible, and the official is alive."""
        context.check(date_rules.not_in_future, what=DatedFact.MOVE, day=body.moved_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.MOVE,
            day=body.moved_on,
            earlier=EarlierFact.PREVIOUS_MOVE,
            earliest=context.row.moved_on,
        )
        if body.exemption_on is not None:
            context.check(date_rules.not_in_future, what=DatedFact.EXEMPTION, day=body.exemption_on, on=context.on)
        context.check(life_events.dies_once, deceased_on=context.row.deceased_on)

    def conditions(self, context: EventContext[Application], body: Move) -> Mapping[str, bool]:
        """Whether a measure at the former home was already provided."""
        return {"home_provided": bool(home_measures(context, *PROVIDED))}

    def record_facts(self, context: EventContext[Application], body: Move) -> None:
        """Record the new home; a certificate of the former home does not count for it."""
        row = context.row
        row.moved_on, row.dwelling = body.moved_on, row.dwelling + 1
        row.in_territory, row.exemption_on = body.in_territory, body.exemption_on

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Today."""
        if context.row.deceased_on:
            return None
        return {"movedOn": context.on.isoformat(), "homeAddress": "Nieuwelaan 2, 1234 AB Zilverdam"}


class Revision(Body):
    """The domains that the new version of the advice assesses again, and why."""

    domains: tuple[Domain, ...] = Field(min_length=1, max_length=4)
    reasons: Annotated[Text, ContentClass.REASONS]


class ReviseAdvice(LifeEvent[Revision]):
    """Revise the advice after a new threat. The next version is written; adopted measures stay."""

    name, title, body = "revise-advice", "Revise the advice after a new threat", Revision

    def validate(self, context: EventContext[Application], body: Revision) -> None:
        """There is a new threat signal, and the office has not ended."""
        signals = context.rows(ThreatSignal, ThreatSignal.stream == context.row.id)
        context.check(
            life_events.revision_has_cause,
            adopted_on=context.row.adopted_on,
            signals=[office_day(signal.recorded_at) for signal in signals],
        )
        context.check(life_events.each_domain_once, domains=[str(domain) for domain in body.domains])
        context.check(life_events.office_ends_once, ended_on=context.row.office_ended_on)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The home and the digital domain."""
        return {"domains": ["home", "digital"], "reasons": "A new threat was signalled after the adoption."}


class Reopening(Body):
    """The stage in which the application continues, the reasons, and the founded objection if there is one."""

    stage: Literal["intake", "interview-held", "advice", "provision", "settlement", "booking"]
    reasons: Annotated[Text, ContentClass.REASONS]
    objection: Handle | None = None


def reopenings(ended_as: str) -> list[str]:
    """The stages in which an application can continue after this end, by the chart's transitions."""
    stages = ("intake", "interview-held", "advice", "provision", "settlement", "booking")
    return [stage for stage in stages if APPLICATION.moves(ended_as, "reopen", **{reopening_condition(stage): True})]


def reopening_condition(stage: str) -> str:
    """The chart's condition for continuing in a stage."""
    return f"at_{stage.replace('-', '_')}"


class Reopen(LifeEvent[Reopening]):
    """Reopen an ended application after a founded objection, a judgment, or an end by mistake."""

    name, title, body = "reopen", "Reopen an ended application", Reopening

    def validate(self, context: EventContext[Application], body: Reopening) -> None:
        """The stage fits the end, an interview was held if the stage needs one, and the official is alive."""
        context.check(
            life_events.reopens_at,
            ended_as=str(context.row.state),
            stage=body.stage,
            possible=reopenings(str(context.row.state)),
        )
        context.check(life_events.interviewed_before, stage=body.stage, held_on=context.row.interview_held_on)
        context.check(life_events.dies_once, deceased_on=context.row.deceased_on)

    def conditions(self, context: EventContext[Application], body: Reopening) -> Mapping[str, bool]:
        """The chosen stage."""
        return {reopening_condition(body.stage): True}

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first possible stage."""
        if str(context.row.state) not in {str(end) for end in ENDS} or context.row.deceased_on:
            return None
        held = context.row.interview_held_on is not None
        possible = [stage for stage in reopenings(str(context.row.state)) if held or stage == "intake"]
        return {"stage": possible[0], "reasons": "New facts show that it ended too soon."} if possible else None
