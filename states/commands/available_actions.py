"""What can be done now on an application and its parts, by whom, and why not: asked of the very rules of the door."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from rules.core.dates import office_day
from rules.core.regulation import LegalBasis
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from rules.core.rule import Finding
from rules.procedure import certificates
from rules.procedure.authorization import roles_of
from states.charts.batch import BatchState
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.commands.fire import validate_event
from states.engine.bodies import parse
from states.engine.employers import EmployerDirectory
from states.engine.event import Event, EventContext
from states.engine.unit_of_work import UnitOfWork
from states.events.catalogue import EVENTS
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.tables.accounting import Booking
from states.tables.application import Application, Certificate, Measure, Takeover
from states.tables.base import Subject
from states.tables.loans import Loan, Objection
from states.tables.payments import BatchLine, Payable, PaymentBatch
from states.tables.people import Duty

FORWARD = (
    "application/start-intake",
    "application/hold-interview",
    "application/begin-advice",
    "application/assess-domain",
    "application/submit-advice",
    "application/adopt-advice",
    "application/refuse",
    "application/record-view",
    "application/plan-interview",
    "takeover/confirm-receipt",
    "takeover/take-over",
    "measure/order",
    "measure/provide",
    "measure/keep-after-office",
    "application/receive-invoice",
    "payable/match",
    "payable/check",
    "payable/approve",
    "payable/approve-second",
    "payment-batch/build",
    "payment-batch/seal",
    "payment-batch/release",
    "payment-batch/export",
    "organisation/take-in-statement",
    "booking/complete-evidence",
    "booking/book",
    "application/close",
)
"""The steps that carry a case on, in the order in which they are proposed; everything else comes after them."""
ENDING = (
    "intend-refusal",
    "join",
    "let-go",
    "end-office",
    "record-death",
    "decline-second-home",
    "withdraw",
    "not-process",
    "decline",
    "mark-not-possible",
    "reject",
    "forward",
    "remove",
    "reverse",
    "correct",
    "lose",
    "end-with-office",
)
"""Steps that end something are proposed last."""


@dataclass(frozen=True)
class Action:
    """One thing that can, or cannot, be done now."""

    chart: str
    subject: str | None
    event: str
    title: str
    role: Role
    person: str | None
    organisation: str | None
    allowed: bool
    findings: tuple[Finding, ...]
    version: int | None
    example: Mapping[str, Any] | None


def actions(session: Session, application: Application, *, at: datetime, demonstration: bool = False) -> list[Action]:
    """Everything that the charts allow now on an application and its parts, what carries it on first.

    Args:
        session: an open session; nothing is changed.
        application: whose actions.
        at: now.
        demonstration: whether the demonstration bank answers, so that its statement can be proposed.
    """
    people = People(session, application)
    found = [
        propose(session, chart, row, event, people, at)
        for chart, row in subjects(session, application)
        for event in events_of(chart, row)
    ]
    found += [
        propose(session, "payment-batch", None, "build", people, at, {"employer": employer})
        for employer in waiting_employers(session, application)
    ]
    found += [statement(session, batch, people, at, demonstration) for batch in exported(session, application)]
    gated = certificate_wanted(session, application, office_day(at))

    def place(action: Action) -> tuple[int, int]:
        key = f"{action.chart}/{action.event}"
        if key == "application/record-certificate" and gated:
            key = "measure/order"
        if key == "application/assess-domain" and action.example is None:
            return (len(FORWARD), 0)
        if key == "application/intend-refusal" and action.allowed:
            key = "application/plan-interview"  # a rule finds against the claim: that is the way on
        rank = FORWARD.index(key) if key in FORWARD else len(FORWARD) + (action.event in ENDING)
        return (rank, 0 if action.event == "record-certificate" else 1)

    return sorted(found, key=place)


def subjects(session: Session, application: Application) -> Iterator[tuple[str, Subject]]:
    """The application and its parts on which someone can act."""
    yield "application", application
    parts: tuple[tuple[str, Any], ...] = (
        ("takeover", Takeover),
        ("measure", Measure),
        ("payable", Payable),
        ("booking", Booking),
        ("loan", Loan),
        ("objection", Objection),
    )
    payables = []
    for chart, table in parts:
        for row in session.exec(select(table).where(table.stream == application.id).order_by(table.id)):
            yield chart, row
            if isinstance(row, Payable):
                payables.append(row.id)
    lines = select(BatchLine.batch).where(col(BatchLine.payable).in_(payables), col(BatchLine.counts))
    for batch in session.exec(select(PaymentBatch).where(col(PaymentBatch.id).in_(lines)).order_by(PaymentBatch.id)):
        yield "payment-batch", batch


def events_of(chart: str, row: Subject) -> list[str]:
    """The events that a person can let happen in the subject's state."""
    definition = next(event for (name, _), event in EVENTS.items() if name == chart).chart
    state = str(row.state)
    return [
        event
        for event in definition.events
        if definition.mark(event, state) in (">", "=") and roles_of(chart, event)[0] is not Role.ENGINE
    ]


def exported(session: Session, application: Application) -> list[PaymentBatch]:
    """The batches with a payable of this application that wait for the bank."""
    lines = select(BatchLine.batch).join(Payable, col(Payable.id) == BatchLine.payable)
    mine = lines.where(Payable.stream == application.id, col(BatchLine.counts))
    query = select(PaymentBatch).where(col(PaymentBatch.id).in_(mine), PaymentBatch.state == BatchState.EXPORTED)
    return list(session.exec(query.order_by(PaymentBatch.id)))


def statement(session: Session, batch: PaymentBatch, people: "People", at: datetime, demonstration: bool) -> Action:
    """Taking in the bank's statement on a batch; the demonstration bank's own is the example."""
    owner = people.directory.current(batch.organisation)  # the successor of a merged employer brings its statements
    actor = next(iter(people.candidates(Role.FINANCE, None, owner)), None)
    example = None
    if demonstration:
        answer = demonstration_bank.answer(batch_document(session, batch), booked_on=office_day(at))
        example = {"document": answer.decode()}
    return Action(
        chart="organisation",
        subject=batch.organisation,
        event="take-in-statement",
        title="Take in a bank statement",
        role=Role.FINANCE,
        person=actor.person if actor else None,
        organisation=owner,
        allowed=actor is not None and example is not None,
        findings=(),
        version=None,
        example=example,
    )


def waiting_employers(session: Session, application: Application) -> list[str]:
    """The employers with an approved payable of this application that stands in no batch yet."""
    query = select(Payable.organisation).where(
        Payable.stream == application.id,
        Payable.state == PayableState.APPROVED,
    )
    return sorted(set(session.exec(query)))


def certificate_wanted(session: Session, application: Application, on: date) -> bool:
    """Whether a home measure could go on now, were there a certificate for the day."""
    query = select(Measure.legal_basis).where(
        Measure.stream == application.id,
        col(Measure.state).in_((MeasureState.TAKEN_OVER, MeasureState.ORDERED)),
    )
    if not any(certificates.binds(LegalBasis(basis)) for basis in session.exec(query)):
        return False
    dwelling = application.dwelling
    mine = select(Certificate).where(Certificate.stream == application.id, Certificate.dwelling == dwelling)
    found = session.exec(mine)
    days = [(row.valid_from, row.valid_until) for row in found]
    return certificates.certificate(legal_basis=LegalBasis.HOME_MEASURE, certificates=days, on=on) is not None


class People:
    """Who could do what for an application."""

    def __init__(self, session: Session, application: Application) -> None:
        self.session = session
        self.application = application
        self.directory = EmployerDirectory(session)
        self.employers = self.directory.of_application(application.id)
        query = select(Duty).where(col(Duty.organisation).in_(("", *self.employers)), Duty.role != Role.APPLICANT)
        self.duties = list(session.exec(query.order_by(col(Duty.person))))

    def candidates(self, role: Role, row: Subject | None, organisation: str | None) -> list[Actor]:
        """The people with a role, those who know the case first."""
        if role is Role.APPLICANT:
            own = (self.application.applicant, self.application.representative)
            return [Actor(person, role) for person in own if person]
        wanted: list[str] = [""]
        if role in OF_AN_EMPLOYER:
            wanted = [organisation] if organisation else self.directory.concerned_by(row)
        known = (self.application.officer, self.application.adviser)
        found = [duty for duty in self.duties if duty.role is role and duty.organisation in wanted]
        found.sort(key=lambda duty: (wanted.index(duty.organisation), duty.person not in known))
        return [Actor(duty.person, role, duty.organisation or None) for duty in found]


def propose(
    session: Session,
    chart: str,
    row: Subject | None,
    event: str,
    people: People,
    at: datetime,
    example: dict[str, Any] | None = None,
) -> Action:
    """One event, judged as the person who would usually do it."""
    definition = EVENTS[chart, event]
    organisation = example["employer"] if example else None
    roles = [role for role in roles_of(chart, event) if role is not Role.ENGINE]
    if isinstance(row, Objection):
        roles.sort(key=lambda role: role is not row.decides)  # an employer's decision is the employer's work
    actors = [actor for role in roles[:1] for actor in people.candidates(role, row, organisation)]
    if not actors:
        actors = [actor for role in roles[1:] for actor in people.candidates(role, row, organisation)]
    best: tuple[Actor | None, list[Finding]] = (None, [])
    body = example
    for actor in actors:
        context: EventContext[Any] = EventContext(
            UnitOfWork(session, actor, at, directory=people.directory), row, actor
        )
        if body is None:
            with session.no_autoflush:
                body = dict(found) if (found := definition.example(context)) is not None else None
        if body is None:
            continue  # another employer's people may have something to propose
        findings = findings_for(session, definition, context, body)
        if best[0] is None or len(findings) < len(best[1]):
            best = (actor, findings)
        if not findings:
            break
    person, findings = best
    if person is None and actors:
        person = actors[0]
    return Action(
        chart=chart,
        subject=row.id if row is not None else None,
        event=event,
        title=definition.title,
        role=person.role if person else roles[0],
        person=person.person if person else None,
        organisation=person.organisation if person else None,
        allowed=person is not None and body is not None and not findings,
        findings=tuple(findings),
        version=row.version if row is not None else None,
        example=body,
    )


def findings_for(
    session: Session, definition: Event[Any, Any], context: EventContext[Any], body: dict[str, Any]
) -> list[Finding]:
    """What the door would object to this body now."""
    with session.no_autoflush:
        validate_event(context, definition, parse(definition.body, body))
    return context.findings
