"""Action filter: what a caller sees of the proposed actions, without other employers' parts and their examples."""

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
    """The proposed actions as the caller may know them.

    A batch holds payments of other cases too: only its employer and those who see all books know of it. An employer's
    people see the parts of their own employer; of what only the office does they see that it can be done, and by
    whom, but neither the example nor the reasons, because those say what was threatened and what was found.
    """
    if acts_for_employer(context.by):
        visible = actions_of_employer(context, application, found)
    else:
        visible = [each for each in found if context.by.role in SEES_ALL_BOOKS or not is_on_books(each)]
    return [without_account(context, each) for each in visible]


def actions_of_employer(context: RequestContext, application: Application, found: list[Action]) -> list[Action]:
    """The actions on the parts of the caller's employer."""
    names = own_names(context)
    batches = select(PaymentBatch.id).where(col(PaymentBatch.organisation).in_(names))
    proposed = batches.where(col(PaymentBatch.id).in_([each.subject for each in found]))
    mine = {application.id, *own_parts(context, application.stream), *context.session.exec(proposed)}
    kept = [each for each in found if each.subject in mine or (is_on_books(each) and each.organisation in names)]
    return [each if OF_AN_EMPLOYER & set(roles_of(each.chart, each.event)) else without_reasons(each) for each in kept]


def is_on_books(action: Action) -> bool:
    """Whether an action is taken on the books of an employer and not on the case alone."""
    return action.chart in {"payment-batch", "organisation"}


def without_reasons(action: Action) -> Action:
    """An action without its example and findings: that it can be done, and by whom."""
    return replace(action, example=None, findings=())


def without_account(context: RequestContext, action: Action) -> Action:
    """An action without its example, and so not allowed, where that names an account to someone who does not pay."""
    if action.event != "receive-credit-note" or reads_account(context.by, action.organisation):
        return action
    return replace(action, example=None, allowed=False)
