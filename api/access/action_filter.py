"""Action filter: the proposed actions that a caller may see, without what concerns other employers."""

from dataclasses import replace

from sqlmodel import col, select

from api.access.books import SEES_ALL_BOOKS
from api.access.cases import own_parts
from api.access.content import reads_account
from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext
from rules.core.roles import OF_AN_EMPLOYER
from rules.procedure.authorization import roles_of
from states.commands.available_actions import Action
from states.tables.application import Application
from states.tables.payments import PaymentBatch


def filter_actions(context: RequestContext, application: Application, found: list[Action]) -> list[Action]:
    """Return the proposed actions that the caller may see.

    A batch also contains payments of other cases, so only its employer and those who see all books see it. People of
    an employer see the parts of their own employer. Of an action that only the office takes they see that it is
    possible and by whom, but neither the example nor the findings, because those may reveal a threat.
    """
    if acts_for_employer(context.by):
        visible = actions_of_employer(context, application, found)
    else:
        visible = [each for each in found if context.by.role in SEES_ALL_BOOKS or not is_on_books(each)]
    return [without_account(context, each) for each in visible]


def actions_of_employer(context: RequestContext, application: Application, found: list[Action]) -> list[Action]:
    """Return the actions on the parts of the caller's employer."""
    names = own_names(context)
    batches = select(PaymentBatch.id).where(col(PaymentBatch.organisation).in_(names))
    proposed = batches.where(col(PaymentBatch.id).in_([each.subject for each in found]))
    mine = {application.id, *own_parts(context, application.stream), *context.session.exec(proposed)}
    kept = [each for each in found if each.subject in mine or (is_on_books(each) and each.organisation in names)]
    return [each if OF_AN_EMPLOYER & set(roles_of(each.chart, each.event)) else without_reasons(each) for each in kept]


def is_on_books(action: Action) -> bool:
    """Return whether an action concerns the books of an employer and not only the case."""
    return action.chart in {"payment-batch", "organisation"}


def without_reasons(action: Action) -> Action:
    """Return an action without its example and findings."""
    return replace(action, example=None, findings=())


def without_account(context: RequestContext, action: Action) -> Action:
    """Return an action without its example if that shows a bank account to someone who does not pay from it."""
    if action.event != "receive-credit-note" or reads_account(context.by, action.organisation):
        return action
    return replace(action, example=None, allowed=False)
