"""What the turns of life do to a case and its parts, and the one table that says which of it at which stage."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlmodel import col, select

from rules.core.regulation import Domain, LegalBasis
from states.charts.advice import DomainState
from states.charts.application import Stage
from states.charts.measure import MeasureState
from states.charts.takeover import TakeoverState
from states.engine.event import EventContext
from states.events.application.advice import domains
from states.events.application.life_event_table import Turns, decided_turns
from states.tables.application import Application, DomainAdvice, Measure, Takeover
from states.tables.ledger import LedgerEntry, Stream
from states.tables.people import Person

NOT_THERE_YET = (MeasureState.PROPOSED, MeasureState.ADVISED, MeasureState.TAKEN_OVER, MeasureState.ORDERED)
THERE = (MeasureState.PROVIDED, MeasureState.SETTLED)


def home_measures(context: EventContext[Application], *states: MeasureState) -> list[Measure]:
    """The measures under x.9(1) of the present home, in some states."""
    return context.rows(
        Measure,
        Measure.stream == context.row.id,
        Measure.legal_basis == LegalBasis.HOME_MEASURE,
        col(Measure.state).in_(states),
    )


def open_version(context: EventContext[Application], wanted: Iterable[Domain]) -> None:
    """Begin the next version of the advice over some domains; what was adopted stays."""
    row = context.row
    known = context.rows(DomainAdvice, DomainAdvice.stream == row.id, order=DomainAdvice.advice_version)
    risks = {item.domain: item.risk for item in known}
    if any(item.advice_version == row.advice_version for item in known):
        row.advice_version += 1
    context.session.flush()
    for domain in wanted:
        open_domain(context, domain, risks.get(domain) or "high")


def open_domain(context: EventContext[Application], domain: Domain, risk: str) -> None:
    """Begin the advice in one domain, in the present version."""
    version = context.row.advice_version
    context.trigger(
        "domain-advice", None, "open", application=context.row.id, domain=domain, risk=risk, advice_version=version
    )


def lapse(context: EventContext[Application]) -> None:
    """The claim lapses: nobody has taken anything over."""
    context.trigger("application", context.row, "lapse")


def stop(context: EventContext[Application]) -> None:
    """Stop what is new, end what runs, and leave to a person what an employer took over already."""
    row = context.row
    for domain in context.rows(DomainAdvice, DomainAdvice.stream == row.id):
        if domain.state not in {DomainState.ADOPTED, DomainState.LAPSED}:
            context.trigger("domain-advice", domain, "lapse")
    for takeover in context.rows(Takeover, Takeover.stream == row.id):
        if takeover.state in {TakeoverState.REQUESTED, TakeoverState.RECEIVED}:
            context.trigger("takeover", takeover, "lapse")
    for measure in context.rows(Measure, Measure.stream == row.id):
        if measure.state in {MeasureState.PROPOSED, MeasureState.ADVISED}:
            context.trigger("measure", measure, "drop")
        elif measure.state in {*NOT_THERE_YET, *THERE}:
            context.trigger("measure", measure, "end-with-office", ended_on=row.office_ended_on)
    if row.state in {Stage.ADVICE, Stage.WITH_SECURITY_AUTHORITY}:
        context.trigger("application", row, "begin-provision")


def other_end_of_office(context: EventContext[Application], before: date | None) -> None:
    """An end of office that was recorded gives way to the corrected one, and what ended with it follows.

    An end that still is to come is no end of office any more; what was brought forward to it follows all the same.
    """
    row = context.row
    ended_on, until = row.office_ended_on, row.in_office_until
    if until is None or row.deceased_on is not None:
        return
    follow = ended_with_office(context) if ended_on is None else None
    if ended_on is not None:
        row.office_ended_on = until if until <= context.on else None
    for measure in context.rows(Measure, Measure.stream == row.id):
        going_on = measure.state in {MeasureState.TAKEN_OVER, MeasureState.ORDERED, *THERE}
        if going_on and (follow is None or measure.id in follow):
            context.trigger("measure", measure, "end-with-office", ended_on=until, instead_of=ended_on or before)


def ended_with_office(context: EventContext[Application]) -> set[str]:
    """The measures that an end of office brought forward once, by the ledger."""
    mine = (LedgerEntry.stream == context.row.id, LedgerEntry.event == "end-with-office")
    return set(context.session.exec(select(LedgerEntry.subject).where(*mine)))


def stop_or_lapse(context: EventContext[Application]) -> None:
    """Where an employer has taken over, stop what is new; else the claim lapses."""
    taken = context.rows(Takeover, Takeover.stream == context.row.id, Takeover.state == TakeoverState.TAKEN_OVER)
    (stop if taken else lapse)(context)


def only_kept(_: EventContext[Application]) -> None:
    """The fact is kept; the case itself goes on, or stays ended, as it was."""


def home_again(context: EventContext[Application]) -> None:
    """The home in the advice that is being written is another one: that domain is assessed again."""
    left_something = bool(home_measures(context, *THERE))
    draft = next((item for item in domains(context) if item.domain is Domain.HOME), None)
    supersede(context)
    if draft is not None and draft.state in {DomainState.DRAFTED, DomainState.NOT_NEEDED, DomainState.SUBMITTED}:
        context.trigger("domain-advice", draft, "send-back")
    if left_something:
        if draft is not None:
            context.trigger("domain-advice", draft, "set-aside")  # the linked application looks at the new home
        second_home(context)
    elif draft is None:
        open_domain(context, Domain.HOME, "high")


def supersede(context: EventContext[Application]) -> None:
    """What was advised for the home that is left, and is not there yet, is not provided any more."""
    for measure in home_measures(context, *NOT_THERE_YET):
        context.trigger("measure", measure, "drop" if measure.state is MeasureState.PROPOSED else "supersede")


def taken_back(context: EventContext[Application]) -> None:
    """The security authority has the advice: it goes back to the adviser, and the home is assessed again."""
    for item in domains(context):
        if item.domain is not Domain.HOME and item.state is DomainState.SUBMITTED:
            context.trigger("domain-advice", item, "send-back")
    home_again(context)


def next_home(context: EventContext[Application]) -> None:
    """Nothing was provided at the home that is left: a new version of the advice looks at the new one. Else par. 6."""
    supersede(context)
    if home_measures(context, *THERE):
        second_home(context)
    else:
        open_version(context, [Domain.HOME])


def second_home(context: EventContext[Application]) -> None:
    """Measures were provided before: a linked application for the new home begins, which is discretionary (par. 6)."""
    row, vault = context.row, context.unit.vault
    known = vault.content(context.session, context.session.get_one(Stream, row.stream), row.id)
    person = context.get(Person, row.applicant)
    asked = vault.content(context.session, context.session.get_one(Stream, person.stream), person.id)
    moved: Any = context.body
    context.unit.follow_up(
        context.unit,
        "application",
        None,
        "receive",
        {
            "office": row.office,
            "employers": context.employers(),
            "applicant": row.applicant,
            "name": known.get("name") or asked.get("name") or "as recorded before",
            "email": known.get("email") or asked.get("email") or "as-recorded@before.invalid",
            "home_address": moved.home_address,
            "received_on": context.on,
            "certain_since": row.certain_since,
            "in_office_until": row.in_office_until,
            "acting_since": row.acting_since,
            "office_suspended_since": row.office_suspended_since,
            "office_suspended_until": row.office_suspended_until,
            "in_territory": row.in_territory,
            "exemption_on": row.exemption_on,
            "follows": row.id,
        },
    )


def second_home_if_provided(context: EventContext[Application]) -> None:
    """Where measures were provided before, a linked application for the new home begins (par. 6)."""
    if home_measures(context, *THERE):
        second_home(context)


def new_version(context: EventContext[Application]) -> None:
    """The next version of the advice is written over the domains that are named; what was adopted stays."""
    wanted: Any = context.body
    open_version(context, wanted.domains)


def again(context: EventContext[Application]) -> None:
    """The way that was ended goes on, with a new version of the advice where one is written."""
    row = context.row
    row.ended_on = row.refusal_ground = row.refusal_article = row.viewed_on = row.joined_to = None
    if context.state == Stage.LAPSED:
        row.office_ended_on = row.in_office_until = None  # else there would be no claim to go on with
    if row.state in {Stage.INTERVIEW_HELD, Stage.ADVICE}:
        open_version(context, list(Domain))
    elif row.state is Stage.INTAKE and context.rows(DomainAdvice, DomainAdvice.stream == row.id):
        row.advice_version += 1


TURNS: Turns = decided_turns(
    """
    # turn           rec int pla hel adv bva tak pro set boo clo wit ref rfd not for lap nom joi
    end-office        L   L   L   L   T   T   T   S   S   S   S   F   L   F   F   F   F   F   F
    record-death      L   L   L   L   T   T   T   S   S   S   S   F   L   F   F   F   F   F   F
    record-move       F   F   F   F   H   B   N   N   N   N   P   F   F   F   F   F   F   F   F
    revise-advice     x   x   x   x   x   x   V   V   V   V   x   x   x   x   x   x   x   x   x
    reopen            x   x   x   x   x   x   x   x   x   x   A   A   x   A   A   A   A   A   A
    """,
    {
        "L": lapse,
        "T": stop_or_lapse,
        "S": stop,
        "F": only_kept,
        "H": home_again,
        "B": taken_back,
        "N": next_home,
        "P": second_home_if_provided,
        "V": new_version,
        "A": again,
    },
)
