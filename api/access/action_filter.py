"""Action filter: the proposed actions that a caller may see, without what concerns other employers."""

from dataclasses import replace

from sqlmodel import col, select

from api.access import references
from api.access.books import SEES_ALL_BOOKS
from api.access.cases import own_parts
from api.access.content import reads_account
from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext
from rules.core.roles import OF_AN_EMPLOYER, Role
from states.commands.available_actions import Action
from states.tables.application import Application
from states.tables.payments import PaymentBatch

DECIDED_BY_OTHER_CASES = frozenset(
    {("application", "join"), ("application", "keep-apart"), ("application", "intend-refusal")}
)
"""Actions of the office that are possible because of another case: one that is alike, or that was refused before."""


def filter_actions(context: RequestContext, application: Application, found: list[Action]) -> list[Action]:
    """Return the proposed actions that the caller may see.

    A batch also contains payments of other cases, so only its employer and those who see all books see it. People of
    an employer see the parts of their own employer. Of an action that only others take, officials and people of an
    employer see that it is possible and by whom, but neither the example nor the findings, because those may reveal a
    threat; they do not see what is possible because of another case. An example that names what the caller may not see
    is left out.
    """
    if acts_for_employer(context.by):
        visible = of_others_without_reasons(actions_of_employer(context, application, found), OF_AN_EMPLOYER)
    else:
        visible = [each for each in found if context.by.role in SEES_ALL_BOOKS or not is_on_books(each)]
    if context.by.role is Role.APPLICANT:
        visible = of_others_without_reasons(visible, frozenset({Role.APPLICANT}))
    hidden = references.hidden_in(context, [each.example for each in visible])
    return [without_account(context, without_hidden(each, hidden)) for each in visible]


def actions_of_employer(context: RequestContext, application: Application, found: list[Action]) -> list[Action]:
    """Return the actions on the parts of the caller's employer."""
    names = own_names(context)
    batches = select(PaymentBatch.id).where(col(PaymentBatch.organisation).in_(names))
    proposed = batches.where(col(PaymentBatch.id).in_([each.subject for each in found]))
    mine = {application.id, *own_parts(context, application.stream), *context.session.exec(proposed)}
    return [each for each in found if each.subject in mine or (is_on_books(each) and each.organisation in names)]


def of_others_without_reasons(found: list[Action], own: frozenset[Role]) -> list[Action]:
    """Return the actions for people outside the office: those that only others take without example and findings."""
    return [
        each if own & set(each.roles) else without_reasons(each)
        for each in found
        if (each.chart, each.event) not in DECIDED_BY_OTHER_CASES
    ]


def is_on_books(action: Action) -> bool:
    """Return whether an action concerns the books of an employer and not only the case."""
    return action.chart in {"payment-batch", "organisation"}


def without_reasons(action: Action) -> Action:
    """Return an action without its example and findings."""
    return replace(action, example=None, findings=())


def without_hidden(action: Action, hidden: set[str]) -> Action:
    """Return an action without its example if that names something that the caller may not see."""
    if hidden.isdisjoint(references.names_in(action.example)):
        return action
    return replace(action, example=None, allowed=False)


def without_account(context: RequestContext, action: Action) -> Action:
    """Return an action without its example if that shows a bank account to someone who does not pay from it."""
    if action.event != "receive-credit-note" or reads_account(context.by, action.organisation):
        return action
    return replace(action, example=None, allowed=False)
