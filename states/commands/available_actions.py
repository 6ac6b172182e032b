"""Available actions on an application and its parts, with who can do each and the findings against it.

The answers come from the same rules that :mod:`states.commands.fire` checks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from rules.access.authority import roles_of
from rules.core.dates import office_day
from rules.core.regulation import LegalBasis
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from rules.core.rule import Finding
from rules.procedure import certificates, erasure
from states.charts.batch import BatchState
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.commands.fire import validate_event
from states.engine.bodies import parse
from states.engine.employers import EmployerDirectory
from states.engine.event import Event, EventContext
from states.engine.unit_of_work import UnitOfWork
from states.errors import ErasedError
from states.events.catalogue import EVENTS
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.vault import DataKeys
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
"""The steps that advance a case, in the order in which they are proposed; all others follow them."""
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
"""The events that end something; they are proposed last."""


@dataclass(frozen=True)
class Action:
    """One event that is allowed or refused now, and who would do it."""

    chart: str
    subject: str | None
    event: str
    title: str
    roles: tuple[Role, ...]
    """Every role of people that may do it, the usual one first."""
    role: Role
    """The role of the person who is proposed."""
    person: str | None
    organisation: str | None
    allowed: bool
    findings: tuple[Finding, ...]
    version: int | None
    example: Mapping[str, Any] | None


def actions(
    session: Session, application: Application, *, at: datetime, demonstration: bool = False, by: Actor | None = None
) -> list[Action]:
    """Every action that the charts allow now on an application and its parts; those that advance it come first.

    Args:
        session: an open session; nothing is changed.
        application: the application.
        at: the present moment.
        demonstration: whether there is a demonstration bank, whose statement can then be proposed.
        by: who asks what they may do themself; the others' actions are then left out. None for what anyone may do.
    """
    people = People(session, application, only=by)
    parts = list(subjects(session, application))  # kept until the end: the session holds rows weakly, and asks again
    found = [
        propose(session, chart, row, event, people, at)
        for chart, row in parts
        for event in events_of(chart, row)
        if by is None or by.role in roles_of(chart, event)
    ]
    found += [
        propose(session, "payment-batch", None, "build", people, at, {"employer": employer})
        for employer in employers_awaiting_batch(session, application)
    ]
    found += [
        statement_action(session, batch, people, at, demonstration) for batch in exported_batches(session, application)
    ]
    if by is not None:
        found = [action for action in found if action.allowed]
    needs_certificate = certificate_needed(session, application, office_day(at))

    def order(action: Action) -> tuple[int, int]:
        key = f"{action.chart}/{action.event}"
        if key == "application/record-certificate" and needs_certificate:
            key = "measure/order"
        if key == "application/assess-domain" and action.example is None:
            return (len(FORWARD), 0)
        if key == "application/intend-refusal" and action.allowed:
            key = "application/plan-interview"  # a rule objects to the claim, so a refusal is the next step
        rank = FORWARD.index(key) if key in FORWARD else len(FORWARD) + (action.event in ENDING)
        return (rank, 0 if action.event == "record-certificate" else 1)

    return sorted(found, key=order)


def subjects(session: Session, application: Application) -> Iterator[tuple[str, Subject]]:
    """The application and the parts of it that have actions, each with the name of its chart."""
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
    """The events that a person can record in the subject's present state."""
    definition = next(event for (name, _), event in EVENTS.items() if name == chart).chart
    state = str(row.state)
    return [
        event
        for event in definition.events
        if definition.mark(event, state) in (">", "=") and roles_of(chart, event)[0] is not Role.ENGINE
    ]


def exported_batches(session: Session, application: Application) -> list[PaymentBatch]:
    """The exported batches with a payable of this application; they wait for the bank."""
    lines = select(BatchLine.batch).join(Payable, col(Payable.id) == BatchLine.payable)
    of_case = lines.where(Payable.stream == application.id, col(BatchLine.counts))
    query = select(PaymentBatch).where(col(PaymentBatch.id).in_(of_case), PaymentBatch.state == BatchState.EXPORTED)
    return list(session.exec(query.order_by(PaymentBatch.id)))


def statement_action(
    session: Session, batch: PaymentBatch, people: "People", at: datetime, demonstration: bool
) -> Action:
    """The action to import the bank's statement on a batch; the demonstration bank's statement is the example."""
    owner = people.directory.current(batch.organisation)  # for a merged employer, its successor
    actor = next(iter(people.actors_for(Role.FINANCE, None, owner)), None)
    example, findings = None, list[Finding]()
    if demonstration:
        try:
            answer = demonstration_bank.answer(batch_document(session, batch), booked_on=office_day(at))
            example = {"document": answer.decode()}
        except ErasedError:
            findings = erased_content()
    return Action(
        chart="organisation",
        subject=batch.organisation,
        event="take-in-statement",
        title="Take in a bank statement",
        roles=(Role.FINANCE,),
        role=Role.FINANCE,
        person=actor.person if actor else None,
        organisation=owner,
        allowed=actor is not None and example is not None,
        findings=tuple(findings),
        version=None,
        example=example,
    )


def employers_awaiting_batch(session: Session, application: Application) -> list[str]:
    """The employers with an approved payable of this application that is in no batch yet."""
    query = select(Payable.organisation).where(
        Payable.stream == application.id,
        Payable.state == PayableState.APPROVED,
    )
    return sorted(set(session.exec(query)))


def certificate_needed(session: Session, application: Application, on: date) -> bool:
    """Whether a home measure waits only for a certificate that is valid on the day."""
    query = select(Measure.legal_basis).where(
        Measure.stream == application.id,
        col(Measure.state).in_((MeasureState.TAKEN_OVER, MeasureState.ORDERED)),
    )
    if not any(certificates.conditions_apply(LegalBasis(basis)) for basis in session.exec(query)):
        return False
    dwelling = application.dwelling
    of_dwelling = select(Certificate).where(Certificate.stream == application.id, Certificate.dwelling == dwelling)
    found = session.exec(of_dwelling)
    days = [(row.valid_from, row.valid_until) for row in found]
    return certificates.certificate(legal_basis=LegalBasis.HOME_MEASURE, certificates=days, on=on) is not None


class People:
    """The people who can act for an application, by role and organisation; or one of them, who asks."""

    def __init__(self, session: Session, application: Application, *, only: Actor | None = None) -> None:
        self.session = session
        self.only = only
        self.application = application
        self.directory = EmployerDirectory(session)
        self.known_keys: dict[str, DataKeys] = {}
        """The data keys of the case: every event asks whether its content was erased."""
        self.employers = self.directory.of_application(application.id)
        query = select(Duty).where(col(Duty.organisation).in_(("", *self.employers)), Duty.role != Role.APPLICANT)
        self.duties = list(session.exec(query.order_by(col(Duty.person))))

    def actors_for(self, role: Role, row: Subject | None, organisation: str | None) -> list[Actor]:
        """The people with a role; those who handle the case come first."""
        found = self._actors_for(role, row, organisation)
        return found if self.only is None else [actor for actor in found if actor == self.only]

    def _actors_for(self, role: Role, row: Subject | None, organisation: str | None) -> list[Actor]:
        if role is Role.APPLICANT:
            officials = (self.application.applicant, self.application.representative)
            return [Actor(person, role) for person in officials if person]
        organisations: list[str] = [""]
        if role in OF_AN_EMPLOYER:
            organisations = [organisation] if organisation else self.directory.concerned_by(row)
        handlers = (self.application.officer, self.application.adviser)
        found = [duty for duty in self.duties if duty.role is role and duty.organisation in organisations]
        found.sort(key=lambda duty: (organisations.index(duty.organisation), duty.person not in handlers))
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
    """Validate one event as the person who would usually do it; the actor with the fewest findings is proposed."""
    definition = EVENTS[chart, event]
    organisation = example["employer"] if example else None
    roles = [role for role in roles_of(chart, event) if role is not Role.ENGINE]
    if isinstance(row, Objection):
        # The employer handles an objection to its own decision.
        roles.sort(key=lambda role: role is not row.decides)
    actors = [actor for role in roles[:1] for actor in people.actors_for(role, row, organisation)]
    if not actors:
        actors = [actor for role in roles[1:] for actor in people.actors_for(role, row, organisation)]
    best: tuple[Actor | None, list[Finding]] = (None, [])
    body = example
    for actor in actors:
        context: EventContext[Any] = EventContext(
            UnitOfWork(session, actor, at, directory=people.directory, known_keys=people.known_keys), row, actor
        )
        if body is None:
            with session.no_autoflush:
                try:
                    body = dict(found) if (found := definition.example(context)) is not None else None
                except ErasedError:
                    best = (actor, erased_content())
                    continue
        if body is None:
            continue  # another employer's people may have an example
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
        roles=tuple(role for role in roles_of(chart, event) if role is not Role.ENGINE),
        role=person.role if person else roles[0],
        person=person.person if person else None,
        organisation=person.organisation if person else None,
        allowed=person is not None and body is not None and not findings,
        findings=tuple(findings),
        version=row.version if row is not None else None,
        example=body,
    )


def erased_content() -> list[Finding]:
    """The finding against what needs content that was erased."""
    found = erasure.still_there(erased=True)
    return [found] if found else []


def findings_for(
    session: Session, definition: Event[Any, Any], context: EventContext[Any], body: dict[str, Any]
) -> list[Finding]:
    """The findings with which this event would be refused now."""
    with session.no_autoflush:
        validate_event(context, definition, parse(definition.body, body))
    return context.findings
