"""Turns of life: the office ends, the official dies or moves, the advice gets a new version, an ended case goes on."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field
from sqlmodel import Session, col, select

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
from states.events.application.life_event_effects import THERE, TURNS, home_measures
from states.letters import outbox
from states.tables.application import Application, ThreatSignal
from states.tables.loans import Loan
from states.tables.people import Person

RUNNING_LOANS = (LoanState.REQUESTED, LoanState.GRANTED, LoanState.LENT, LoanState.DUE_BACK)


class Turn(ApplicationEvent[B]):
    """A turn: keeps its facts, then does what the table says for the stage."""

    def apply(self, context: EventContext[Application], body: B) -> None:
        """Keep the facts, then carry out the consequence."""
        self.keep(context, body)
        TURNS.carry_out(self.name, context)

    def keep(self, context: EventContext[Application], body: B) -> None:
        """Put the facts of the turn on the application."""


def siblings(session: Session, row: Application) -> list[Application]:
    """The other applications of the same official, in order."""
    query = select(Application).where(Application.applicant == row.applicant, Application.id != row.id)
    return list(session.exec(query.order_by(Application.id)))


def streams_beside(session: Session, row: Application) -> list[str]:
    """The streams of the other applications of the same official, and of the loans that belong to none."""
    alone = select(Loan.stream).where(Loan.person == row.applicant, col(Loan.application).is_(None))
    return [*(other.stream for other in siblings(session, row)), *session.exec(alone)]


def end_loans(context: EventContext[Application], ended_on: date, *, estate: bool = False) -> None:
    """Let every loan of the official end with the office: those of this application, and those that belong to none."""
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


class EndOffice(Turn[OfficeEnded]):
    """The office ended: no new claim; what runs ends with it; what was taken over waits for a decision by hand."""

    name, title, body = "end-office", "Record the end of office", OfficeEnded

    def extra_locks(self, session: Session, key: str, body: OfficeEnded) -> Iterable[str]:
        """The streams of the official's other applications and loans."""
        row = session.get(Application, key)
        return streams_beside(session, row) if row else []

    def validate(self, context: EventContext[Application], body: OfficeEnded) -> None:
        """It has happened, after the office began, and was not recorded before."""
        context.check(date_rules.not_in_future, what=DatedFact.END_OF_OFFICE, day=body.ended_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.END_OF_OFFICE,
            day=body.ended_on,
            earlier=EarlierFact.BEGIN,
            earliest=context.row.certain_since,
        )
        context.check(life_events.office_ends_once, ended_on=context.row.office_ended_on)

    def keep(self, context: EventContext[Application], body: OfficeEnded) -> None:
        """The day; the same office ends in every application of the official, and what is lent comes back."""
        end_of_office(context, body.ended_on)
        end_loans(context, body.ended_on)
        for other in siblings(context.session, context.row) if context.by.role is not Role.ENGINE else ():
            if other.office is context.row.office and other.office_ended_on is None:
                context.trigger("application", other, "end-office", ended_on=body.ended_on)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Today."""
        return None if context.row.office_ended_on else {"endedOn": context.on.isoformat()}


def end_of_office(context: EventContext[Application], ended_on: date) -> None:
    """Keep the end of office; an earlier end that was known in advance gives way to what happened."""
    context.row.office_ended_on = context.row.in_office_until = ended_on


class Death(Body):
    """The day of death."""

    died_on: Day


class RecordDeath(Turn[Death]):
    """The official died: no letter to the person any more; the office ended; what is lent comes back by the estate."""

    name, title, body = "record-death", "Record a death", Death

    def extra_locks(self, session: Session, key: str, body: Death) -> Iterable[str]:
        """The streams of the official, and of the other applications and loans."""
        row = session.get(Application, key)
        if row is None:
            return []
        return [session.get_one(Person, row.applicant).stream, *streams_beside(session, row)]

    def validate(self, context: EventContext[Application], body: Death) -> None:
        """It has happened, and was not recorded before."""
        context.check(date_rules.not_in_future, what=DatedFact.DEATH, day=body.died_on, on=context.on)
        context.check(life_events.dies_once, deceased_on=context.row.deceased_on)

    def keep(self, context: EventContext[Application], body: Death) -> None:
        """The day, in every application; the person takes part no more, and what was not sent yet is held back."""
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
    """The new home: since when, where, and whether it lies in the territory or is exempted (REG x.9(2), (6))."""

    moved_on: Day
    home_address: Line
    household: Text | None = None
    in_territory: bool = True
    exemption_on: Day | None = None


class RecordMove(Turn[Move]):
    """The official moves house: the advice on the home is made anew, or a linked application begins (par. 6)."""

    name, title, body = "record-move", "Record a move", Move

    def validate(self, context: EventContext[Application], body: Move) -> None:
        """A day that can be, of someone who lives."""
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
        """Whether a measure of the home that is left was provided already."""
        return {"home_provided": bool(home_measures(context, *THERE))}

    def keep(self, context: EventContext[Application], body: Move) -> None:
        """The new home; a certificate of the old one does not count for it."""
        row = context.row
        row.moved_on, row.dwelling = body.moved_on, row.dwelling + 1
        row.in_territory, row.exemption_on = body.in_territory, body.exemption_on

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Today."""
        if context.row.deceased_on:
            return None
        return {"movedOn": context.on.isoformat(), "homeAddress": "Nieuwelaan 2, 1234 AB Zilverdam"}


class Revision(Body):
    """The domains that a new version of the advice looks at again, and why."""

    domains: tuple[Domain, ...] = Field(min_length=1, max_length=4)
    reasons: Text


class ReviseAdvice(Turn[Revision]):
    """A new threat after the adoption: the next version of the advice is written; adopted measures stay."""

    name, title, body = "revise-advice", "Revise the advice after a new threat", Revision

    def validate(self, context: EventContext[Application], body: Revision) -> None:
        """There is a new threat, and the office has not ended."""
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
    """Where the application goes on, and why; by which objection, if it was founded."""

    stage: Literal["intake", "interview-held", "advice", "provision", "settlement", "booking"]
    reasons: Text
    objection: Handle | None = None


def reopenings(ended_as: str) -> list[str]:
    """The stages at which an application that ended so can go on, by the chart's own transitions."""
    stages = ("intake", "interview-held", "advice", "provision", "settlement", "booking")
    return [stage for stage in stages if APPLICATION.moves(ended_as, "reopen", **{place(stage): True})]


def place(stage: str) -> str:
    """The chart's condition for going on at a stage."""
    return f"at_{stage.replace('-', '_')}"


class Reopen(Turn[Reopening]):
    """An ended application goes on: after a founded objection, a judgment, or because it ended by mistake."""

    name, title, body = "reopen", "Reopen an ended application", Reopening

    def validate(self, context: EventContext[Application], body: Reopening) -> None:
        """A stage that fits the end, an interview where one is needed, and a living official."""
        context.check(
            life_events.reopens_at,
            ended_as=str(context.row.state),
            stage=body.stage,
            possible=reopenings(str(context.row.state)),
        )
        context.check(life_events.interviewed_before, stage=body.stage, held_on=context.row.interview_held_on)
        context.check(life_events.dies_once, deceased_on=context.row.deceased_on)

    def conditions(self, context: EventContext[Application], body: Reopening) -> Mapping[str, bool]:
        """The stage that was chosen."""
        return {place(body.stage): True}

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first stage that can be."""
        if str(context.row.state) not in {str(end) for end in ENDS} or context.row.deceased_on:
            return None
        held = context.row.interview_held_on is not None
        possible = [stage for stage in reopenings(str(context.row.state)) if held or stage == "intake"]
        return {"stage": possible[0], "reasons": "New facts show that it ended too soon."} if possible else None
