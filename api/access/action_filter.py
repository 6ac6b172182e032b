"""What a caller sees of the steps that are proposed: no other employer's part, and no example that is not theirs."""

from dataclasses import replace

from sqlmodel import Session, col, select

from api.access.visibility import SEES_ALL_BOOKS
from rules.core.roles import OF_AN_EMPLOYER, Actor
from rules.procedure.authorization import roles_of
from states.commands.available_actions import Action
from states.engine import parties
from states.tables.payments import PaymentBatch


def filter_actions(session: Session, by: Actor, found: list[Action], own: set[str]) -> list[Action]:
    """The proposed steps as a caller may know them.

    A batch holds payments of other cases too: only its employer and those who see all books know of it. An employer's
    people see the parts of their own employer; of what only the office does they see that it can be done, and by
    whom, but neither the example nor the reasons, for those tell what was threatened and what was found.

    Args:
        session: an open session.
        by: the caller.
        found: the steps.
        own: the ids of the application and of the parts of it that are the caller's employer's.
    """
    if by.role not in OF_AN_EMPLOYER:
        return [each for each in found if by.role in SEES_ALL_BOOKS or not of_the_books(each)]
    names = parties.known_as(session, by.organisation)
    batches = select(PaymentBatch.id).where(col(PaymentBatch.organisation).in_(names))
    mine = own | set(session.exec(batches.where(col(PaymentBatch.id).in_([each.subject for each in found]))))
    kept = [each for each in found if each.subject in mine or (of_the_books(each) and each.organisation in names)]
    return [each if OF_AN_EMPLOYER & set(roles_of(each.chart, each.event)) else bare(each) for each in kept]


def of_the_books(action: Action) -> bool:
    """Whether a step is taken on the books of an employer and not on the case alone."""
    return action.chart in {"payment-batch", "organisation"}


def bare(action: Action) -> Action:
    """That it can be done, and by whom."""
    return replace(action, example=None, findings=())
