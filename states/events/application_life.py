"""What can happen along the way: threats, certificates, corrections, suspensions, withdrawal, and the stages' moves."""

from datetime import timedelta
from typing import Any, Literal

from rules import conflicts, steps, urgency
from rules.roles import OF_AN_EMPLOYER
from rules.urgency import SignalKind, SignalSource, Urgency
from states import deadlines
from states.bodies import Body, Code, Day, Handle, Text
from states.charts.advice import DomainState
from states.charts.booking import BookingState
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.charts.takeover import TakeoverState
from states.events.application_intake import ApplicationEvent
from states.events.event import Step
from states.tables.application import Application, Certificate, DomainAdvice, Measure, Takeover, ThreatSignal
from states.tables.base import new_id
from states.tables.finance import Booking, Payable
from states.tables.work import TermSuspension


class Signal(Body):
    """A threat signal: kind, source, when, and whether the police knows. What was said stays out of the facts."""

    kind: SignalKind
    source: SignalSource
    occurred_on: Day | None = None
    """Today where it is left out."""
    reported_to_police: bool = False
    external_reference: Code | None = None
    """The reference of a police, OM or GIR record; never its content."""
    details: Text | None = None


class RecordThreat(ApplicationEvent[Signal]):
    """A threat is signalled. Accepted in every state, from everyone who may see the case."""

    name, title, body = "record-threat", "Record a threat signal", Signal

    def judge(self, step: Step[Application], body: Signal) -> None:
        """It has happened."""
        step.ask(urgency.signal_not_in_future, occurred_on=body.occurred_on or step.on, on=step.on)

    def effect(self, step: Step[Application], body: Signal) -> None:
        """Raise the urgency; a signal never lowers it."""
        occurred_on = body.occurred_on or step.on
        found = urgency.of_signal(body.kind, body.source, occurred_on, step.on)
        step.session.add(
            ThreatSignal(
                id=new_id("signal"),
                stream=step.row.id,
                kind=body.kind,
                source=body.source,
                occurred_on=occurred_on,
                recorded_at=step.at,
                reported_to_police=body.reported_to_police,
                urgency=found,
            ),
        )
        step.row.urgency = urgency.highest((step.row.urgency, found))
        step.row.urgency_lowered = False

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Intimidation, told by the applicant."""
        return {
            "kind": "intimidation",
            "source": "applicant",
            "occurredOn": step.on.isoformat(),
            "reportedToPolice": True,
        }


class Lowering(Body):
    """To which class, and why."""

    urgency: Urgency
    reasons: Text


class LowerUrgency(ApplicationEvent[Lowering]):
    """A person lowers the urgency, with a reason; nothing else ever does."""

    name, title, body = "lower-urgency", "Lower the urgency", Lowering

    def judge(self, step: Step[Application], body: Lowering) -> None:
        """It is lower than now."""
        step.ask(urgency.only_lowers, present=step.row.urgency, wanted=body.urgency)

    def effect(self, step: Step[Application], body: Lowering) -> None:
        """Lower it."""
        step.row.urgency = body.urgency
        step.row.urgency_lowered = True

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """One class lower."""
        lower = [item for item in Urgency if urgency.RANK[item] > urgency.RANK[step.row.urgency]]
        return {"urgency": str(lower[0]), "reasons": "The police closed its inquiry."} if lower else None


class CertificateFact(Body):
    """A valid PKVW certificate of the home, or why none can reasonably be required (REG x.9(5)(b))."""

    kind: Literal["valid", "hardship"]
    valid_from: Day
    valid_until: Day | None = None
    reasons: Text | None = None


class RecordCertificate(ApplicationEvent[CertificateFact]):
    """The certificate of the home is recorded, or the exception to it."""

    name, title, body = "record-certificate", "Record the PKVW certificate", CertificateFact

    def judge(self, step: Step[Application], body: CertificateFact) -> None:
        """Dates in order; an exception has its reasons."""
        if body.valid_until:
            step.ask(
                steps.not_before,
                what="The certificate's end",
                day=body.valid_until,
                earlier="its begin",
                earliest=body.valid_from,
            )
        step.ask(steps.hardship_has_reasons, hardship=body.kind == "hardship", reasoned=body.reasons is not None)

    def effect(self, step: Step[Application], body: CertificateFact) -> None:
        """Keep the dated fact."""
        step.session.add(
            Certificate(
                id=new_id("certificate"),
                stream=step.row.id,
                hardship=body.kind == "hardship",
                valid_from=body.valid_from,
                valid_until=body.valid_until,
                decided_by=step.by.person,
            ),
        )

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """A certificate that begins today."""
        until = step.on + timedelta(days=3650)
        return {"kind": "valid", "validFrom": step.on.isoformat(), "validUntil": until.isoformat()}


class Correction(Body):
    """Facts that were recorded late or wrong; what is left out stays as it is."""

    received_on: Day | None = None
    certain_since: Day | None = None
    in_office_until: Day | None = None
    in_territory: bool | None = None
    exemption_on: Day | None = None
    takeover_received_on: Day | None = None
    """The day on which the employer received the request; its terms are computed anew."""
    organisation: Handle | None = None
    """The employer whose receipt is corrected, where there are several."""
    reasons: Text


class CorrectFact(ApplicationEvent[Correction]):
    """A late or corrected fact; the terms that rest on it are computed anew."""

    name, title, body = "correct-fact", "Correct a fact", Correction

    def judge(self, step: Step[Application], body: Correction) -> None:
        """Days of what has happened are not after today."""
        for what, day in (
            ("The receipt", body.received_on),
            ("The employer's receipt", body.takeover_received_on),
        ):
            if day is not None:
                step.ask(steps.not_in_future, what=what, day=day, on=step.on)
        if body.takeover_received_on is not None:
            term = deadlines.running(step.session, step.row.id, "takeover", body.organisation)
            step.ask(steps.term_suspendable, found=term is not None, suspendable=True, running=False)
            step.ask(
                steps.not_before,
                what="The employer's receipt",
                day=body.takeover_received_on,
                earlier="the adoption",
                earliest=step.row.adopted_on,
            )

    def effect(self, step: Step[Application], body: Correction) -> None:
        """Put the facts right."""
        for name in ("received_on", "certain_since", "in_office_until", "in_territory", "exemption_on"):
            if getattr(body, name) is not None:
                setattr(step.row, name, getattr(body, name))
        if body.takeover_received_on is not None:
            term = deadlines.running(step.session, step.row.id, "takeover", body.organisation)
            assert term is not None
            step.get(Takeover, term.subject).received_on = body.takeover_received_on
            term.started_on = body.takeover_received_on
            deadlines.recompute(step.session, term)

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """The day of receipt."""
        return {
            "receivedOn": step.row.received_on.isoformat(),
            "reasons": "Checked against the letter of application.",
        }


class Interval(Body):
    """A suspension of one named term (Awb 4:15): ground, first day, last day if known."""

    term: Literal["takeover"]
    ground: Literal["applicant-consents", "attributable-to-applicant", "force-majeure", "awaiting-completion"]
    since: Day
    """The first suspended day."""
    until: Day | None = None
    """The last suspended day; open where it is left out."""
    organisation: Handle | None = None
    """Whose term, where there are several employers; the caller's own where the caller acts for one."""
    reasons: Text


ARTICLES = {
    "applicant-consents": "Awb 4:15(2)(a)",
    "attributable-to-applicant": "Awb 4:15(2)(b)",
    "force-majeure": "Awb 4:15(2)(c)",
    "awaiting-completion": "Awb 4:15(1)(a)",
}
ATTRIBUTED = {"force-majeure": "employer"}


def named_term(step: Step[Application], kind: str, organisation: str | None = None) -> Any:
    """The running term that is meant: the caller's own employer's, where the caller acts for one."""
    own = step.by.organisation if step.by.role in OF_AN_EMPLOYER else organisation
    return deadlines.running(step.session, step.row.id, kind, own)


class SuspendTerm(ApplicationEvent[Interval]):
    """One named term stands still for an interval."""

    name, title, body = "suspend-term", "Suspend a term", Interval

    def judge(self, step: Step[Application], body: Interval) -> None:
        """The term runs, can be suspended, is not yet, and the interval is one."""
        term = named_term(step, body.term, body.organisation)
        open_already = term is not None and any(row.until is None for row in deadlines.suspensions(step.session, term))
        step.ask(
            steps.term_suspendable,
            found=term is not None,
            suspendable=term is not None and term.suspendable,
            running=open_already,
        )
        if term is not None:
            step.ask(
                steps.not_before,
                what="The suspension",
                day=body.since,
                earlier="the start of the term",
                earliest=term.started_on,
            )
        if body.until is not None:
            step.ask(
                steps.not_before,
                what="The suspension's end",
                day=body.until,
                earlier="its begin",
                earliest=body.since,
            )

    def effect(self, step: Step[Application], body: Interval) -> None:
        """Keep the interval and compute the term anew."""
        term = named_term(step, body.term, body.organisation)
        step.session.add(
            TermSuspension(
                id=new_id("suspension"),
                term=term.id,
                since=body.since,
                until=body.until,
                ground=body.ground,
                article=ARTICLES[body.ground],
                attributed_to=ATTRIBUTED.get(body.ground, "applicant"),
            ),
        )
        deadlines.recompute(step.session, term)

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """With the applicant's consent, from today."""
        return {
            "term": "takeover",
            "ground": "applicant-consents",
            "since": step.on.isoformat(),
            "reasons": "The applicant asked in writing to wait.",
        }


class Resumption(Body):
    """Which term goes on, and what was the last suspended day."""

    term: Literal["takeover"]
    until: Day
    organisation: Handle | None = None
    """Whose term, where there are several employers; the caller's own where the caller acts for one."""
    reasons: Text | None = None


class ResumeTerm(ApplicationEvent[Resumption]):
    """A suspended term goes on (Awb 4:15(4))."""

    name, title, body = "resume-term", "Let a suspended term go on", Resumption

    def judge(self, step: Step[Application], body: Resumption) -> None:
        """It is suspended, and its last suspended day is a day that can be."""
        interval = self.open_interval(step, body.term, body.organisation)
        step.ask(steps.term_suspended, suspended=interval is not None)
        if interval is not None:
            earliest = interval.since - timedelta(days=1)
            step.ask(
                steps.not_before,
                what="The last suspended day",
                day=body.until,
                earlier="the suspension itself",
                earliest=earliest,
            )

    def effect(self, step: Step[Application], body: Resumption) -> None:
        """Close the interval and compute the term anew."""
        interval = self.open_interval(step, body.term, body.organisation)
        assert interval is not None
        interval.until = body.until
        deadlines.recompute(step.session, named_term(step, body.term, body.organisation))

    @staticmethod
    def open_interval(step: Step[Application], kind: str, organisation: str | None = None) -> TermSuspension | None:
        """The interval that has no end yet."""
        term = named_term(step, kind, organisation)
        rows = deadlines.suspensions(step.session, term) if term else []
        return next((row for row in rows if row.until is None), None)

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """The day before today."""
        interval = self.open_interval(step, "takeover")
        if interval is None:
            return None
        until = max(step.on - timedelta(days=1), interval.since - timedelta(days=1))
        return {"term": "takeover", "until": until.isoformat()}


class Farewell(Body):
    """Why; may be left out."""

    reasons: Text | None = None


class Withdraw(ApplicationEvent[Farewell]):
    """The applicant withdraws; possible until the first employer has taken over."""

    name, title, body = "withdraw", "Withdraw the application", Farewell

    def judge(self, step: Step[Application], body: Farewell) -> None:
        """No employer has taken over yet."""
        taken = step.rows(Takeover, Takeover.stream == step.row.id, Takeover.state == TakeoverState.TAKEN_OVER)
        step.ask(steps.withdrawal_before_takeover, taken_over=[row.organisation for row in taken])

    def effect(self, step: Step[Application], body: Farewell) -> None:
        """The parts end with it."""
        step.row.ended_on = step.on
        end_parts(step)


class Lapse(ApplicationEvent[Body]):
    """The office ended before the takeover: the claim lapses."""

    name, title = "lapse", "Lapse with the end of office"

    def effect(self, step: Step[Application], body: Body) -> None:
        """The parts end with it."""
        step.row.ended_on = step.on
        end_parts(step)


def end_parts(step: Step[Application]) -> None:
    """End every part of an application that still runs."""
    live = {DomainState.ADOPTED, DomainState.LAPSED}
    for domain in step.rows(DomainAdvice, DomainAdvice.stream == step.row.id):
        if domain.state not in live:
            step.follow("domain-advice", domain, "lapse")
    for takeover in step.rows(Takeover, Takeover.stream == step.row.id):
        if takeover.state in {TakeoverState.REQUESTED, TakeoverState.RECEIVED}:
            step.follow("takeover", takeover, "lapse")
    for measure in step.rows(Measure, Measure.stream == step.row.id):
        if measure.state in {MeasureState.PROPOSED, MeasureState.ADVISED}:
            step.follow("measure", measure, "drop")


class BeginProvision(ApplicationEvent[Body]):
    """Every employer has taken over."""

    name, title = "begin-provision", "Begin the provision"


class BeginSettlement(ApplicationEvent[Body]):
    """Every measure is provided, or will not be."""

    name, title = "begin-settlement", "Begin the settlement"


class BeginBooking(ApplicationEvent[Body]):
    """Everything is paid."""

    name, title = "begin-booking", "Begin the booking"


class Close(ApplicationEvent[Body]):
    """The application is closed."""

    name, title = "close", "Close the application"

    def judge(self, step: Step[Application], body: Body) -> None:
        """Every payable is paid or rejected, and every booking is made."""
        done = {PayableState.PAID, PayableState.REJECTED}
        payables = step.rows(Payable, Payable.stream == step.row.id)
        step.ask(steps.no_open_payables, waiting=[row.id for row in payables if row.state not in done])
        made = {BookingState.BOOKED, BookingState.EXPORTED, BookingState.REVERSED}
        bookings = step.rows(Booking, Booking.stream == step.row.id)
        step.ask(steps.bookings_made, waiting=[row.id for row in bookings if row.state not in made])
        step.ask(conflicts.not_own_case, person=step.by.person, applicant=step.row.applicant)

    def effect(self, step: Step[Application], body: Body) -> None:
        """The way ends here."""
        step.row.ended_on = step.on


NOT_YET = {
    "end-office": "Record the end of office",
    "record-move": "Record a move",
    "record-death": "Record a death",
    "revise-advice": "Revise the advice after a new threat",
    "request-loan": "Request a loan (par. 7)",
    "file-objection": "File an objection",
    "reopen": "Reopen a closed application",
}
for event_name, event_title in NOT_YET.items():
    type(
        event_title.title().replace(" ", ""),
        (ApplicationEvent,),
        {
            "name": event_name,
            "title": event_title,
            "__doc__": f"{event_title}; named now, refused with 'not yet'.",
        },
    )
