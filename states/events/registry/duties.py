"""Duties of people: granted by one person or, where a role reaches far, proposed by one and confirmed by another."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col

from rules.core.roles import OF_AN_EMPLOYER, Role
from rules.core.wording import wording
from rules.procedure import grants
from states.engine.bodies import Body, Handle
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.registry.work_arrangements import PersonEvent
from states.tables.base import new_id
from states.tables.people import Duty, Person, ProposedDuty


class NewDuty(Body):
    """A role, for an employer where the role asks for one."""

    role: Role
    organisation: Handle | None = None


class NamedDuty(NewDuty):
    """The role that is granted, confirmed or declined."""


def check_grants(context: EventContext[Person], duties: Sequence[NewDuty], field: str) -> None:
    """Check that people can hold some duties; ``field`` is where the body names them.

    Raises:
        UnfitValueError: a role lacks its employer, or has one that it does not ask for.
    """
    for position, duty in enumerate(duties):
        if (duty.role in OF_AN_EMPLOYER) != (duty.organisation is not None):
            words = "names its employer" if duty.role in OF_AN_EMPLOYER else "belongs to no employer"
            raise UnfitValueError(
                [(field.format(position), wording("The role {role} {words}.", role=duty.role, words=words))]
            )
    for role in sorted({duty.role for duty in duties}):
        context.check(grants.grantable, role=role)
    for employer in sorted({duty.organisation for duty in duties if duty.organisation}):
        context.check_employer_active(employer)


def grant(context: EventContext[Person], duty: NewDuty) -> None:
    """Give a duty, or keep it as proposed where it takes a second person."""
    if not grants.takes_two(duty.role, context.on):
        hold(context, duty)
        return
    context.session.add(
        ProposedDuty(
            id=new_id("proposal"),
            stream=context.row.stream,
            person=context.row.id,
            role=duty.role,
            organisation=duty.organisation or "",
            proposed_by=context.by.person,
        ),
    )


def hold(context: EventContext[Person], duty: NewDuty) -> None:
    """Give a duty from here on."""
    context.session.add(Duty(person=context.row.id, role=duty.role, organisation=duty.organisation or ""))


def open_proposals(context: EventContext[Person], *where: Any) -> list[ProposedDuty]:
    """The proposed duties of a person that nobody decided on yet."""
    waiting = (ProposedDuty.person == context.row.id, col(ProposedDuty.decided_by).is_(None))
    return context.rows(ProposedDuty, *waiting, *where)


def proposal_of(context: EventContext[Person], duty: NewDuty) -> ProposedDuty | None:
    """The open proposal of one duty, if there is one."""
    same = (ProposedDuty.role == duty.role, ProposedDuty.organisation == (duty.organisation or ""))
    return next(iter(open_proposals(context, *same)), None)


class GrantDuty(PersonEvent[NamedDuty]):
    """Grant a role to a person. One that reaches far is only proposed, and another person confirms it."""

    name, title, body = "grant-duty", "Grant a role, or propose one that reaches far", NamedDuty

    def validate(self, context: EventContext[Person], body: NamedDuty) -> None:
        """It is a role of people, for another person, and new to that person."""
        if not context.check(grants.not_to_oneself, person=context.by.person, receiver=context.row.id):
            return
        check_grants(context, [body], "organisation")
        held = context.session.get(Duty, (context.row.id, body.role, body.organisation or "")) is not None
        context.check(grants.once, role=body.role, held=held, proposed=proposal_of(context, body) is not None)

    def apply(self, context: EventContext[Person], body: NamedDuty) -> None:
        """Give or propose it."""
        self.touch(context)
        grant(context, body)

    def example(self, context: EventContext[Person]) -> dict[str, Any]:
        """A second officer."""
        return {"role": "officer"}


class ProposalEvent(PersonEvent[NamedDuty]):
    """Shared by the events that decide on a proposed role."""

    def decide(self, context: EventContext[Person], body: NamedDuty, *, granted: bool) -> None:
        """Record who decided on the proposal, and how."""
        self.touch(context)
        proposal = proposal_of(context, body)
        assert proposal is not None  # validate has found it
        proposal.decided_by, proposal.granted = context.by.person, granted

    def example(self, context: EventContext[Person]) -> dict[str, Any] | None:
        """The first open proposal."""
        found = next(iter(open_proposals(context)), None)
        if found is None:
            return None
        duty = NamedDuty(role=found.role, organisation=found.organisation or None)
        return duty.model_dump(mode="json", exclude_none=True)


class ConfirmDuty(ProposalEvent):
    """Confirm a role that reaches far and that another person proposed; from here on the person holds it."""

    name, title, body = "confirm-duty", "Confirm a role that someone else proposed", NamedDuty

    def validate(self, context: EventContext[Person], body: NamedDuty) -> None:
        """Another person proposed it, and it is not the caller's own."""
        proposal = proposal_of(context, body)
        if not context.check(grants.awaits_decision, role=body.role, proposed=proposal is not None):
            return
        assert proposal is not None
        context.check(grants.not_to_oneself, person=context.by.person, receiver=context.row.id)
        context.check(grants.by_two, role=body.role, person=context.by.person, proposed_by=proposal.proposed_by)
        check_grants(context, [body], "organisation")

    def apply(self, context: EventContext[Person], body: NamedDuty) -> None:
        """Give it."""
        self.decide(context, body, granted=True)
        hold(context, body)


class DeclineDuty(ProposalEvent):
    """Decline a role that was proposed, or take the own proposal back."""

    name, title, body = "decline-duty", "Decline a proposed role, or take it back", NamedDuty

    def validate(self, context: EventContext[Person], body: NamedDuty) -> None:
        """There is such a proposal."""
        context.check(grants.awaits_decision, role=body.role, proposed=proposal_of(context, body) is not None)

    def apply(self, context: EventContext[Person], body: NamedDuty) -> None:
        """Close the proposal."""
        self.decide(context, body, granted=False)
