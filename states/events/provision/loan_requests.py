"""Loan requests (REG x.9(7)): next to an application, as a bridge, or without one."""

from typing import Annotated, Any

from rules.access import authority
from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.regulation import PublicOffice
from rules.core.roles import OF_AN_EMPLOYER, Role
from rules.core.translations import DatedFact
from rules.core.wording import wording
from rules.procedure import eligibility, loans, separation_of_duties
from states.charts.loan import LoanState
from states.engine.bodies import Body, Day, Email, Handle, Line, Reference, Text
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.application.base import ApplicationEvent
from states.events.provision.loans import LoanEvent
from states.tables.application import Application
from states.tables.base import new_id
from states.tables.ledger import StreamKind
from states.tables.loans import Loan
from states.tables.people import Duty, Organisation, Person


class LoanDetails(Body):
    """What is requested, and why; both are content."""

    description: Annotated[Text, ContentClass.LOAN]
    need: Annotated[Text, ContentClass.LOAN] | None = None
    requested_on: Day | None = None
    """The day of the request; left out, today."""
    urgent: bool = False
    """Whether it is urgent, as a bridge until the advice is adopted."""


class LoanNextToApplication(LoanDetails):
    """The employer of the application; left out, its first."""

    organisation: Handle | None = None


class RequestLoan(ApplicationEvent[LoanNextToApplication]):
    """Request a loan next to an application, as a bridge.

    Possible in every stage, also when the application has ended: paragraph 7 needs no application, and requires no
    residence, for lack of which an application may just have been refused. The employer's decision checks whether there
    is an office.
    """

    name, title, body = "request-loan", "Request a loan (par. 7)", LoanNextToApplication

    def validate(self, context: EventContext[Application], body: LoanNextToApplication) -> None:
        """The employer is one of this case, and the day is possible."""
        context.check(loans.employer_of_case, organisation=self.asked(context, body), employers=context.employers())
        context.check(
            date_rules.not_in_future, what=DatedFact.REQUEST, day=body.requested_on or context.on, on=context.on
        )

    def apply(self, context: EventContext[Application], body: LoanNextToApplication) -> None:
        """Open the loan."""
        wish = body.model_dump(exclude={"organisation"})
        context.trigger(
            "loan", None, "open", application=context.row.id, organisation=self.asked(context, body), **wish
        )

    @staticmethod
    def asked(context: EventContext[Application], body: LoanNextToApplication) -> str:
        """The named employer."""
        return body.organisation or context.employers()[0]

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """An alarm button."""
        return {"description": "A portable alarm button.", "need": "Until the advice is there."}


class BridgeLoan(LoanDetails):
    """A loan that belongs to an application."""

    application: Reference
    organisation: Handle


class OpenLoan(LoanEvent[BridgeLoan]):
    """Create a loan next to an application, in its stream."""

    name, title, body, creates = "open", "Open a loan of an application", BridgeLoan, True

    def create(self, context: EventContext[Loan], body: BridgeLoan) -> Loan:
        """A requested loan, for the office of the application."""
        application = context.get(Application, body.application)
        return Loan(
            id=new_id("loan"),
            stream=application.id,
            application=application.id,
            state=LoanState.REQUESTED,
            person=application.applicant,
            organisation=body.organisation,
            office=application.office,
            certain_since=application.certain_since,
            in_office_until=application.in_office_until,
            acting_since=application.acting_since,
            urgent=body.urgent,
            requested_on=body.requested_on or context.on,
        )


class NewLoan(LoanDetails):
    """A loan without an application: for whom, in which office, from which employer."""

    organisation: Handle
    office: PublicOffice
    person: Handle | None = None
    """The official's handle, if known; left out, a new one is made."""
    name: Annotated[Line, ContentClass.CONTACT]
    email: Annotated[Email, ContentClass.CONTACT]
    certain_since: Day
    """The day since which it is certain that the official holds or will take the office."""
    in_office_until: Day | None = None
    acting_since: Day | None = None


class AskForLoan(LoanEvent[NewLoan]):
    """Request a loan without an application. It is always accepted; the employer decides on it."""

    name, title, body, creates = "request", "Request a loan without an application", NewLoan, True

    def validate(self, context: EventContext[Loan], body: NewLoan) -> None:
        """Officials ask for themselves, employers and the office for others; the dates are possible."""
        by = context.by
        if by.role in OF_AN_EMPLOYER:
            concerned = [body.organisation]
            context.check(authority.own_organisation, role=by.role, organisation=by.organisation, concerned=concerned)
        if body.person is not None:
            mine = by.role is Role.APPLICANT
            asked = authority.own_application if mine else separation_of_duties.not_own_case
            facts = {"role": by.role} if mine else {}
            context.check(asked, person=by.person, applicant=body.person, **facts)
        if context.findings:
            return  # a caller who may not ask gets no information about the employer either
        employer = context.session.get(Organisation, body.organisation)
        if employer is None:
            raise UnfitValueError([("organisation", "There is no such employer.")])
        if body.in_office_until and body.in_office_until < body.certain_since:
            words = wording(
                "The office would end before it begins ({certain_since}).", certain_since=body.certain_since
            )
            raise UnfitValueError([("inOfficeUntil", words)])
        context.check(eligibility.employer_fits, office=body.office, kinds=(str(employer.kind),), count=1)
        context.check(
            date_rules.not_in_future, what=DatedFact.REQUEST, day=body.requested_on or context.on, on=context.on
        )

    def create(self, context: EventContext[Loan], body: NewLoan) -> Loan:
        """A loan in its own stream, with the official, who may be new."""
        key = new_id("loan")
        context.unit.open_stream(key, StreamKind.LOAN)
        return Loan(
            id=key,
            stream=key,
            state=LoanState.REQUESTED,
            person=self.official(context, body),
            requested_on=body.requested_on or context.on,
            **body.model_dump(
                include={"organisation", "office", "certain_since", "in_office_until", "acting_since", "urgent"},
            ),
        )

    @staticmethod
    def official(context: EventContext[Loan], body: NewLoan) -> str:
        """The official's handle; the official can follow the loan as an applicant."""
        person = context.by.person if context.by.role is Role.APPLICANT else body.person
        if person is None or context.session.get(Person, person) is None:
            person = person or new_id("applicant", 8)
            asked = [{"role": Role.APPLICANT}]
            context.trigger("person", None, "register", id=person, name=body.name, email=body.email, duties=asked)
        elif context.session.get(Duty, (person, Role.APPLICANT, "")) is None:
            context.session.add(Duty(person=person, role=Role.APPLICANT, organisation=""))
        return person

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """A mayor of a fictional municipality, elected and not yet installed."""
        return {
            "organisation": "gemeente-zilverdam",
            "office": "mayor",
            "name": "A. Voorbeeld",
            "email": "a.voorbeeld@zilverdam.example",
            "certainSince": "2024-06-01",
            "description": "A portable alarm button.",
            "need": "Until an advice is there.",
            "urgent": True,
        }
