"""Effects of life events on a case and its parts, and the table that assigns them to stages."""

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
from states.events.application.life_event_table import LifeEventTable, read_table
from states.storage.content import content_of_subject, latest
from states.tables.application import Application, DomainAdvice, Measure, Takeover
from states.tables.ledger import LedgerEntry
from states.tables.people import Person

NOT_PROVIDED_YET = (MeasureState.PROPOSED, MeasureState.ADVISED, MeasureState.TAKEN_OVER, MeasureState.ORDERED)
PROVIDED = (MeasureState.PROVIDED, MeasureState.SETTLED)


def home_measures(context: EventContext[Application], *states: MeasureState) -> list[Measure]:
    """The measures under x.9(1) of the present home that are in one of some states."""
    return context.rows(
        Measure,
        Measure.stream == context.row.id,
        Measure.legal_basis == LegalBasis.HOME_MEASURE,
        col(Measure.state).in_(states),
    )


def open_version(context: EventContext[Application], wanted: Iterable[Domain]) -> None:
    """Open the next version of the advice over some domains; what was adopted stays."""
    row = context.row
    known = context.rows(DomainAdvice, DomainAdvice.stream == row.id, order=DomainAdvice.advice_version)
    risks = {item.domain: item.risk for item in known}
    if any(item.advice_version == row.advice_version for item in known):
        row.advice_version += 1
    context.session.flush()
    for domain in wanted:
        open_domain(context, domain, risks.get(domain) or "high")


def open_domain(context: EventContext[Application], domain: Domain, risk: str) -> None:
    """Open the advice in one domain, in the present version."""
    version = context.row.advice_version
    context.trigger(
        "domain-advice", None, "open", application=context.row.id, domain=domain, risk=risk, advice_version=version
    )


def lapse(context: EventContext[Application]) -> None:
    """The claim lapses, because no employer has taken over."""
    context.trigger("application", context.row, "lapse")


def end_parts_with_office(context: EventContext[Application]) -> None:
    """Open parts end and running ones end with the office; a person decides on what was taken over."""
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
        elif measure.state in {*NOT_PROVIDED_YET, *PROVIDED}:
            context.trigger("measure", measure, "end-with-office", ended_on=row.office_ended_on)
    if row.state in {Stage.ADVICE, Stage.WITH_SECURITY_AUTHORITY}:
        context.trigger("application", row, "begin-provision")


def correct_end_of_office(context: EventContext[Application], before: date | None) -> None:
    """Replace a recorded end of office by the corrected one, with what ended with it.

    A future end is no end of office any more; measures that were brought forward to it follow the new day.
    """
    row = context.row
    ended_on, until = row.office_ended_on, row.in_office_until
    if until is None or row.deceased_on is not None:
        return
    follow = ended_with_office(context) if ended_on is None else None
    if ended_on is not None:
        row.office_ended_on = until if until <= context.on else None
    for measure in context.rows(Measure, Measure.stream == row.id):
        going_on = measure.state in {MeasureState.TAKEN_OVER, MeasureState.ORDERED, *PROVIDED}
        if going_on and (follow is None or measure.id in follow):
            context.trigger("measure", measure, "end-with-office", ended_on=until, instead_of=ended_on or before)


def ended_with_office(context: EventContext[Application]) -> set[str]:
    """The measures that an end of office ever brought forward, by the ledger."""
    mine = (LedgerEntry.stream == context.row.id, LedgerEntry.event == "end-with-office")
    return set(context.session.exec(select(LedgerEntry.subject).where(*mine)))


def stop_or_lapse(context: EventContext[Application]) -> None:
    """If an employer has taken over, the parts end as under S; otherwise the claim lapses."""
    taken = context.rows(Takeover, Takeover.stream == context.row.id, Takeover.state == TakeoverState.TAKEN_OVER)
    (end_parts_with_office if taken else lapse)(context)


def record_only(_: EventContext[Application]) -> None:
    """The fact is recorded; the case itself does not change."""


def assess_home_again(context: EventContext[Application]) -> None:
    """The home in the draft advice has changed, so its domain is assessed again."""
    left_something = bool(home_measures(context, *PROVIDED))
    draft = next((item for item in domains(context) if item.domain is Domain.HOME), None)
    supersede_home_measures(context)
    if draft is not None and draft.state in {DomainState.DRAFTED, DomainState.NOT_NEEDED, DomainState.SUBMITTED}:
        context.trigger("domain-advice", draft, "send-back")
    if left_something:
        if draft is not None:
            context.trigger("domain-advice", draft, "set-aside")  # the linked application covers the new home
        second_home(context)
    elif draft is None:
        open_domain(context, Domain.HOME, "high")


def supersede_home_measures(context: EventContext[Application]) -> None:
    """Supersede the measures for the former home that are not provided yet."""
    for measure in home_measures(context, *NOT_PROVIDED_YET):
        context.trigger("measure", measure, "drop" if measure.state is MeasureState.PROPOSED else "supersede")


def take_back_from_authority(context: EventContext[Application]) -> None:
    """The advice returns from the security authority to the adviser, and the home is assessed again."""
    for item in domains(context):
        if item.domain is not Domain.HOME and item.state is DomainState.SUBMITTED:
            context.trigger("domain-advice", item, "send-back")
    assess_home_again(context)


def advise_new_home(context: EventContext[Application]) -> None:
    """A new version of the advice covers the new home; if the former home has measures, as under P."""
    supersede_home_measures(context)
    if home_measures(context, *PROVIDED):
        second_home(context)
    else:
        open_version(context, [Domain.HOME])


def second_home(context: EventContext[Application]) -> None:
    """Receive a linked application for the new home, which is discretionary because of earlier measures (par. 6)."""
    row = context.row
    known = content_of_subject(context.session, row.stream, row.id)
    received = [entry for entry in known if entry.event == "receive"]  # a representative has a name too
    asked = content_of_subject(context.session, context.get(Person, row.applicant).stream, row.applicant)
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
            "name": latest(received, "name") or latest(asked, "name") or "as recorded before",
            "email": latest(received, "email") or latest(asked, "email") or "as-recorded@before.invalid",
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
    """If measures were provided before, a linked application for the new home starts (par. 6)."""
    if home_measures(context, *PROVIDED):
        second_home(context)


def new_version(context: EventContext[Application]) -> None:
    """The next version of the advice covers the named domains; what was adopted stays."""
    wanted: Any = context.body
    open_version(context, wanted.domains)


def continue_case(context: EventContext[Application]) -> None:
    """The ended case continues, with a new version of the advice if the stage needs one."""
    row = context.row
    row.ended_on = row.refusal_ground = row.refusal_article = row.viewed_on = row.joined_to = None
    if context.state == Stage.LAPSED:
        row.office_ended_on = row.in_office_until = None  # otherwise the reopened application would have no claim
    if row.state in {Stage.INTERVIEW_HELD, Stage.ADVICE}:
        open_version(context, list(Domain))
    elif row.state is Stage.INTAKE and context.rows(DomainAdvice, DomainAdvice.stream == row.id):
        row.advice_version += 1


LIFE_EVENTS: LifeEventTable = read_table(
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
        "S": end_parts_with_office,
        "F": record_only,
        "H": assess_home_again,
        "B": take_back_from_authority,
        "N": advise_new_home,
        "P": second_home_if_provided,
        "V": new_version,
        "A": continue_case,
    },
)
