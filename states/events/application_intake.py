"""From the first call to the risk interview."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import Session, col, select

from rules import completion, conflicts, eligibility, steps, turns
from rules.lengths import length
from rules.offices import Domain, LegalBasis, Office
from rules.roles import Role
from rules.terms import due_or_provisional
from states import deadlines, names
from states.bodies import Body, Day, Email, Handle, Line, Reference, Text
from states.charts.application import APPLICATION, ENDS, Stage
from states.charts.registry import PersonState
from states.errors import MalformedError
from states.events.event import B, Event, Step
from states.events.office_dates import DATES, ask_suspended, contradictions
from states.tables.application import Application, ApplicationEmployer, Measure
from states.tables.base import new_id
from states.tables.ledger import StreamKind
from states.tables.people import Duty, Language, Organisation, Person


class Channel(StrEnum):
    """How an application came in."""

    PORTAL = "portal"
    TELEPHONE = "telephone"
    E_MAIL = "e-mail"
    LETTER = "letter"


class NewApplication(Body):
    """An application: who asks, in which office, for which employers, and where the home is."""

    office: Office
    employers: Annotated[list[Handle], Field(min_length=1, max_length=6)]
    """The employers that pay; the first takes the remainder of a split."""
    applicant: Handle | None = None
    """The applicant's handle, if known already; else one is given."""
    name: Line
    email: Email
    language: Language | None = None
    """Of the letters to the applicant; left out, as chosen before, or Dutch."""
    phone: Line | None = None
    home_address: Line
    household: Text | None = None
    received_on: Day | None = None
    """The day of receipt in law; today where it is left out."""
    received_via: Channel = Channel.PORTAL
    certain_since: Day
    """The day since which it is certain that the applicant holds or will take the office."""
    in_office_until: Day | None = None
    acting_since: Day | None = None
    in_territory: bool = True
    exemption_on: Day | None = None
    follows: Reference | None = None
    """The application of an earlier home, after a move (REG x.9(6))."""
    new_facts: Text | None = None
    """What is new since an earlier application was refused (Awb 4:6)."""
    office_suspended_since: Day | None = None
    """The first day of a suspension from office; the claims stay (BESL 3.2.18(2))."""
    office_suspended_until: Day | None = None
    remarks: Text | None = None


class ApplicationEvent(Event[Application, B]):
    """What the events of an application share."""

    chart = APPLICATION
    table = Application


class Receive(ApplicationEvent[NewApplication]):
    """An application comes in. It is always taken in: whether there is a claim is judged in the intake."""

    name, title = "receive", "Receive an application"
    body, creates = NewApplication, True

    def judge(self, step: Step[Application], body: NewApplication) -> None:
        """Dates that can be, and employers that fit the office."""
        received = body.received_on or step.on
        step.ask(steps.not_in_future, what="The receipt", day=received, on=step.on)
        problems = contradictions(body.model_dump(include=set(DATES)))
        for position, employer in enumerate(body.employers):
            if step.session.get(Organisation, employer) is None:
                words = "There is no such employer; GET /v1/organisations lists those there are."
                problems.append((f"employers.{position}", words))
        if len(set(body.employers)) != len(body.employers):
            problems.append(("employers", "Name each employer once."))
        if problems:
            raise MalformedError(problems)
        earlier = step.get(Application, body.follows) if body.follows else None
        if earlier is not None:
            applicant = step.by.person if step.by.role is Role.APPLICANT else body.applicant
            step.ask(
                turns.follows_own,
                same_official=applicant == earlier.applicant,
                same_office=body.office is earlier.office,
            )
        for employer in body.employers:
            step.ask_after(employer)
        kinds = tuple(str(step.get(Organisation, employer).kind) for employer in body.employers)
        step.ask(eligibility.employer_fits, office=body.office, kinds=kinds, count=len(kinds))
        if body.exemption_on is not None:
            step.ask(steps.not_in_future, what="The exemption", day=body.exemption_on, on=step.on)
        ask_suspended(step, body.office, body.office_suspended_since)

    def begin(self, step: Step[Application], body: NewApplication) -> Application:
        """The application with a reference that tells nothing, and its applicant."""
        reference = f"VA-{step.on.year}-{new_id('', 8)[1:].upper()}"
        step.passage.open_stream(reference, StreamKind.APPLICATION)
        person = step.by.person if step.by.role is Role.APPLICANT else body.applicant
        if person is None or step.session.get(Person, person) is None:
            person = person or new_id("applicant", 8)
            duties = [{"role": Role.APPLICANT}]
            spoken = {"language": body.language} if body.language else {}
            known = {"id": person, "name": body.name, "email": body.email, "duties": duties}
            step.follow("person", None, "register", **known, **spoken)
        elif step.session.get(Duty, (person, Role.APPLICANT, "")) is None:
            # Someone of the office or of an employer applies: from here on also as an applicant.
            step.session.add(Duty(person=person, role=Role.APPLICANT, organisation=""))
        resembles, repeats = alike(step.session, person, body)
        return Application(
            id=reference,
            stream=reference,
            state=Stage.RECEIVED,
            applicant=person,
            received_on=body.received_on or step.on,
            created_at=step.at,
            changed_at=step.at,
            resembles=resembles,
            repeats=repeats,
            new_facts=body.new_facts is not None,
            discretionary=was_provided(step.session, body.follows),
            **body.model_dump(
                include={
                    "office",
                    "certain_since",
                    "in_office_until",
                    "acting_since",
                    "in_territory",
                    "exemption_on",
                    "follows",
                    "office_suspended_since",
                    "office_suspended_until",
                },
            ),
        )

    def effect(self, step: Step[Application], body: NewApplication) -> None:
        """Tie the employers, and write to the applicant in the language that was asked for."""
        step.session.flush()
        reader = step.get(Person, step.row.applicant)
        spoken = reader.language or Language.NL
        if body.language not in (None, spoken) and reader.state is PersonState.ACTIVE:
            step.passage.hold(reader.stream)
            step.follow("person", reader, "choose-language", language=body.language)
        for position, employer in enumerate(body.employers):
            row = ApplicationEmployer(application=step.row.id, organisation=employer, position=position)
            step.session.add(row)

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """A mayor of a fictional municipality."""
        return {
            "office": "mayor",
            "employers": ["gemeente-zilverdam"],
            "name": "A. Voorbeeld",
            "email": "a.voorbeeld@zilverdam.example",
            "homeAddress": "Voorbeeldlaan 1, 1234 AB Zilverdam",
            "household": "Two adults, one child",
            "receivedVia": "telephone",
            "certainSince": "2024-06-01",
            "inTerritory": True,
        }


def alike(session: Session, person: str, body: NewApplication) -> tuple[str | None, str | None]:
    """An application that runs and may be the same one, and the newest refused one that this one repeats.

    They are looked for among those of the same person, or of a person of the same name, for the same office and an
    employer they share; a later application for another home (par. 6) is neither.
    """
    if body.follows is not None:
        return None, None
    people = {person, *names.find(session, body.name)}
    shared = select(ApplicationEmployer.application).where(col(ApplicationEmployer.organisation).in_(body.employers))
    query = select(Application).where(
        col(Application.applicant).in_(people),
        col(Application.id).in_(shared),
        Application.office == body.office,
    )
    found = session.exec(query.order_by(col(Application.created_at).desc(), col(Application.id))).all()
    running = next((row.id for row in found if row.state not in ENDS), None)
    refused = next((row.id for row in found if row.state is Stage.REFUSED), None)
    return running, refused


def was_provided(session: Session, reference: str | None) -> bool:
    """Whether a measure was provided for an earlier home."""
    if reference is None:
        return False
    query = select(Measure.id).where(
        Measure.stream == reference,
        Measure.legal_basis == LegalBasis.HOME_MEASURE,
        col(Measure.provided_on).is_not(None),
    )
    return session.exec(query.limit(1)).first() is not None


class NewIntake(Body):
    """Who takes the intake; the caller where it is left out."""

    officer: Handle | None = None


class StartIntake(ApplicationEvent[NewIntake]):
    """An officer takes the application up."""

    name, title, body = "start-intake", "Start the intake", NewIntake

    def judge(self, step: Step[Application], body: NewIntake) -> None:
        """Nobody handles the own case."""
        step.ask(
            conflicts.not_own_case,
            person=body.officer or step.by.person,
            applicant=step.row.applicant,
        )

    def effect(self, step: Step[Application], body: NewIntake) -> None:
        """The officer is known from here on."""
        step.row.officer = body.officer or step.by.person


class Invitation(Body):
    """What is missing, and by when it must be there."""

    missing: Text
    days: Annotated[int, Field(ge=1, le=60)] = 14


class InviteCompletion(ApplicationEvent[Invitation]):
    """The applicant is invited to complete the application (Awb 4:5)."""

    name, title, body = "invite-completion", "Invite to complete the application", Invitation

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Two weeks."""
        return {"missing": "The decision of appointment is missing.", "days": 14}


class Completion(Body):
    """What was added."""

    added: Text


class Complete(ApplicationEvent[Completion]):
    """The applicant completes the application."""

    name, title, body = "complete", "Complete the application", Completion

    def judge(self, step: Step[Application], body: Completion) -> None:
        """There was an invitation."""
        term = deadlines.latest(step.session, step.row.id, "completion")
        open_still = term is not None and term.ended_by in (None, "lapse")  # late, but not too late to be read
        step.ask(steps.completion_open, invited=open_still)

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """The decision of appointment."""
        return {"added": "The decision of appointment is enclosed."}


class Decision(Body):
    """A decision with its reasons, and the day on which it was announced; today where none is said."""

    reasons: Text
    announced_on: Day | None = None


class NotProcess(ApplicationEvent[Decision]):
    """The application is not processed: it was not completed in time, or not enough (Awb 4:5)."""

    name, title, body = "not-process", "Decide not to process the application", Decision

    def judge(self, step: Step[Application], body: Decision) -> None:
        """Invited, the term passed unused or was used in vain, and the weeks to say so have not passed."""
        announced_on = body.announced_on or step.on
        step.ask(steps.not_in_future, what="The decision", day=announced_on, on=step.on)
        term = deadlines.latest(step.session, step.row.id, "completion")
        due_on = term.due_on if term else None
        if term is None or term.ended_by != "complete":
            invited = term is not None and term.ended_by in (None, "lapse")
            step.ask(steps.completion_lapsed, invited=invited, due_on=due_on, on=announced_on)
        deciding = deadlines.latest(step.session, step.row.id, "not-processed")
        if deciding is not None:
            due_on = deciding.due_on
        elif due_on is not None:
            # the clock did not come by yet: the weeks run from the term that passed all the same
            due_on = due_or_provisional(due_on, length("term_not_processed", due_on)).on
        step.ask(completion.decided_in_time, due_on=due_on, announced_on=announced_on)

    def effect(self, step: Step[Application], body: Decision) -> None:
        """The way ends here."""
        step.row.ended_on = step.on

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The application was not completed within the term."}


class Forwarding(Body):
    """To which body, on which day."""

    forwarded_to: Literal["municipality", "province", "water-board", "ministry", "other"]
    forwarded_on: Day | None = None


class Forward(ApplicationEvent[Forwarding]):
    """The application belongs elsewhere and is forwarded, with notice (Awb 2:3)."""

    name, title, body = "forward", "Forward the application to the right body", Forwarding

    def judge(self, step: Step[Application], body: Forwarding) -> None:
        """Not before it came, not after today."""
        day = body.forwarded_on or step.on
        step.ask(steps.not_in_future, what="The forwarding", day=day, on=step.on)
        step.ask(
            steps.not_before,
            what="The forwarding",
            day=day,
            earlier="the receipt",
            earliest=step.row.received_on,
        )

    def effect(self, step: Step[Application], body: Forwarding) -> None:
        """The way ends here."""
        step.row.forwarded_to = body.forwarded_to
        step.row.ended_on = body.forwarded_on or step.on

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """To the municipality."""
        return {"forwardedTo": "municipality"}


class InterviewPlan(Body):
    """When, and with which adviser."""

    interview_on: Day
    adviser: Handle | None = None
    place: Line | None = None


class PlanInterview(ApplicationEvent[InterviewPlan]):
    """The risk interview is planned; from here on the applicant must have a claim."""

    name, title, body = "plan-interview", "Plan the risk interview", InterviewPlan

    def judge(self, step: Step[Application], body: InterviewPlan) -> None:
        """Eligibility, and a day that can be."""
        claim(step)
        step.ask(steps.interview_not_in_past, interview_on=body.interview_on, on=step.on)
        if body.adviser:
            step.ask(conflicts.not_own_case, person=body.adviser, applicant=step.row.applicant)

    def effect(self, step: Step[Application], body: InterviewPlan) -> None:
        """Keep the day and the adviser."""
        step.row.interview_on = body.interview_on
        step.row.adviser = body.adviser or step.row.adviser

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Today, so that it can be held at once."""
        return {"interviewOn": step.on.isoformat()}


class DomainRisk(Body):
    """What the interview says on one domain."""

    domain: Domain
    risk: Literal["low", "medium", "high"]
    likelihood: Annotated[int, Field(ge=1, le=5)]
    impact: Annotated[int, Field(ge=1, le=5)]
    source: Literal["interview", "inspection", "police", "employer", "open-sources"]


class Interview(Body):
    """The risk interview (risicogesprek): the day, who was there, and the risk in each of the four domains."""

    held_on: Day
    adviser: Handle | None = None
    household_present: bool
    domains: list[DomainRisk]
    notes: Text | None = None


class HoldInterview(ApplicationEvent[Interview]):
    """The risk interview was held."""

    name, title, body = "hold-interview", "Record the risk interview", Interview

    def judge(self, step: Step[Application], body: Interview) -> None:
        """A day that can be, all four domains, and not the own case."""
        step.ask(steps.not_in_future, what="The interview", day=body.held_on, on=step.on)
        step.ask(steps.interview_after_receipt, held_on=body.held_on, received_on=step.row.received_on)
        step.ask(steps.every_domain_discussed, domains=[str(item.domain) for item in body.domains])
        step.ask(
            conflicts.not_own_case,
            person=body.adviser or step.by.person,
            applicant=step.row.applicant,
        )

    def effect(self, step: Step[Application], body: Interview) -> None:
        """Open the advice in each domain, with the risk that was found."""
        step.row.interview_held_on = body.held_on
        step.row.household_present = body.household_present
        step.row.adviser = body.adviser or step.by.person
        for item in body.domains:
            step.follow(
                "domain-advice",
                None,
                "open",
                application=step.row.id,
                domain=item.domain,
                risk=item.risk,
                advice_version=step.row.advice_version,
            )

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """All four domains, today."""
        risk = {"risk": "medium", "likelihood": 3, "impact": 4, "source": "interview"}
        return {
            "heldOn": step.on.isoformat(),
            "householdPresent": True,
            "domains": [{"domain": str(domain), **risk} for domain in Domain],
            "notes": "The household was asked about daily routines.",
        }


def claim(step: Step[Application]) -> None:
    """Ask every rule of eligibility that decides whether this applicant has a claim at all."""
    row = step.row
    step.ask(eligibility.office_in_scope, office=row.office, on=step.on)
    step.ask(eligibility.in_office, certain_since=row.certain_since, until=row.in_office_until, on=step.on)
    step.ask(eligibility.acting, office=row.office, acting_since=row.acting_since, on=step.on)
    ask_suspended(step, row.office, row.office_suspended_since)
