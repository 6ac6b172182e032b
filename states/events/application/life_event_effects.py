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
from states.engine.event import Step
from states.events.application.advice import domains
from states.events.application.life_event_table import Turns, decided_turns
from states.tables.application import Application, DomainAdvice, Measure, Takeover
from states.tables.ledger import LedgerEntry, Stream
from states.tables.people import Person

NOT_THERE_YET = (MeasureState.PROPOSED, MeasureState.ADVISED, MeasureState.TAKEN_OVER, MeasureState.ORDERED)
THERE = (MeasureState.PROVIDED, MeasureState.SETTLED)


def home_measures(step: Step[Application], *states: MeasureState) -> list[Measure]:
    """The measures under x.9(1) of the present home, in some states."""
    return step.rows(
        Measure,
        Measure.stream == step.row.id,
        Measure.legal_basis == LegalBasis.HOME_MEASURE,
        col(Measure.state).in_(states),
    )


def open_version(step: Step[Application], wanted: Iterable[Domain]) -> None:
    """Begin the next version of the advice over some domains; what was adopted stays."""
    row = step.row
    known = step.rows(DomainAdvice, DomainAdvice.stream == row.id, order=DomainAdvice.advice_version)
    risks = {item.domain: item.risk for item in known}
    if any(item.advice_version == row.advice_version for item in known):
        row.advice_version += 1
    step.session.flush()
    for domain in wanted:
        open_domain(step, domain, risks.get(domain) or "high")


def open_domain(step: Step[Application], domain: Domain, risk: str) -> None:
    """Begin the advice in one domain, in the present version."""
    version = step.row.advice_version
    step.follow(
        "domain-advice", None, "open", application=step.row.id, domain=domain, risk=risk, advice_version=version
    )


def lapse(step: Step[Application]) -> None:
    """The claim lapses: nobody has taken anything over."""
    step.follow("application", step.row, "lapse")


def stop(step: Step[Application]) -> None:
    """Stop what is new, end what runs, and leave to a person what an employer took over already."""
    row = step.row
    for domain in step.rows(DomainAdvice, DomainAdvice.stream == row.id):
        if domain.state not in {DomainState.ADOPTED, DomainState.LAPSED}:
            step.follow("domain-advice", domain, "lapse")
    for takeover in step.rows(Takeover, Takeover.stream == row.id):
        if takeover.state in {TakeoverState.REQUESTED, TakeoverState.RECEIVED}:
            step.follow("takeover", takeover, "lapse")
    for measure in step.rows(Measure, Measure.stream == row.id):
        if measure.state in {MeasureState.PROPOSED, MeasureState.ADVISED}:
            step.follow("measure", measure, "drop")
        elif measure.state in {*NOT_THERE_YET, *THERE}:
            step.follow("measure", measure, "end-with-office", ended_on=row.office_ended_on)
    if row.state in {Stage.ADVICE, Stage.WITH_SECURITY_AUTHORITY}:
        step.follow("application", row, "begin-provision")


def other_end_of_office(step: Step[Application], before: date | None) -> None:
    """An end of office that was recorded gives way to the corrected one, and what ended with it follows.

    An end that still is to come is no end of office any more; what was brought forward to it follows all the same.
    """
    row = step.row
    ended_on, until = row.office_ended_on, row.in_office_until
    if until is None or row.deceased_on is not None:
        return
    follow = ended_with_office(step) if ended_on is None else None
    if ended_on is not None:
        row.office_ended_on = until if until <= step.on else None
    for measure in step.rows(Measure, Measure.stream == row.id):
        going_on = measure.state in {MeasureState.TAKEN_OVER, MeasureState.ORDERED, *THERE}
        if going_on and (follow is None or measure.id in follow):
            step.follow("measure", measure, "end-with-office", ended_on=until, instead_of=ended_on or before)


def ended_with_office(step: Step[Application]) -> set[str]:
    """The measures that an end of office brought forward once, by the ledger."""
    mine = (LedgerEntry.stream == step.row.id, LedgerEntry.event == "end-with-office")
    return set(step.session.exec(select(LedgerEntry.subject).where(*mine)))


def stop_or_lapse(step: Step[Application]) -> None:
    """Where an employer has taken over, stop what is new; else the claim lapses."""
    taken = step.rows(Takeover, Takeover.stream == step.row.id, Takeover.state == TakeoverState.TAKEN_OVER)
    (stop if taken else lapse)(step)


def only_kept(_: Step[Application]) -> None:
    """The fact is kept; the case itself goes on, or stays ended, as it was."""


def home_again(step: Step[Application]) -> None:
    """The home in the advice that is being written is another one: that domain is assessed again."""
    left_something = bool(home_measures(step, *THERE))
    draft = next((item for item in domains(step) if item.domain is Domain.HOME), None)
    supersede(step)
    if draft is not None and draft.state in {DomainState.DRAFTED, DomainState.NOT_NEEDED, DomainState.SUBMITTED}:
        step.follow("domain-advice", draft, "send-back")
    if left_something:
        if draft is not None:
            step.follow("domain-advice", draft, "set-aside")  # the linked application looks at the new home
        second_home(step)
    elif draft is None:
        open_domain(step, Domain.HOME, "high")


def supersede(step: Step[Application]) -> None:
    """What was advised for the home that is left, and is not there yet, is not provided any more."""
    for measure in home_measures(step, *NOT_THERE_YET):
        step.follow("measure", measure, "drop" if measure.state is MeasureState.PROPOSED else "supersede")


def taken_back(step: Step[Application]) -> None:
    """The security authority has the advice: it goes back to the adviser, and the home is assessed again."""
    for item in domains(step):
        if item.domain is not Domain.HOME and item.state is DomainState.SUBMITTED:
            step.follow("domain-advice", item, "send-back")
    home_again(step)


def next_home(step: Step[Application]) -> None:
    """Nothing was provided at the home that is left: a new version of the advice looks at the new one. Else par. 6."""
    supersede(step)
    if home_measures(step, *THERE):
        second_home(step)
    else:
        open_version(step, [Domain.HOME])


def second_home(step: Step[Application]) -> None:
    """Measures were provided before: a linked application for the new home begins, which is discretionary (par. 6)."""
    row, vault = step.row, step.passage.vault
    known = vault.content(step.session, step.session.get_one(Stream, row.stream), row.id)
    person = step.get(Person, row.applicant)
    asked = vault.content(step.session, step.session.get_one(Stream, person.stream), person.id)
    moved: Any = step.body
    assert step.passage.follower is not None
    step.passage.follower(
        step.passage,
        "application",
        None,
        "receive",
        {
            "office": row.office,
            "employers": step.employers(),
            "applicant": row.applicant,
            "name": known.get("name") or asked.get("name") or "as recorded before",
            "email": known.get("email") or asked.get("email") or "as-recorded@before.invalid",
            "home_address": moved.home_address,
            "received_on": step.on,
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


def second_home_if_provided(step: Step[Application]) -> None:
    """Where measures were provided before, a linked application for the new home begins (par. 6)."""
    if home_measures(step, *THERE):
        second_home(step)


def new_version(step: Step[Application]) -> None:
    """The next version of the advice is written over the domains that are named; what was adopted stays."""
    wanted: Any = step.body
    open_version(step, wanted.domains)


def again(step: Step[Application]) -> None:
    """The way that was ended goes on, with a new version of the advice where one is written."""
    row = step.row
    row.ended_on = row.refusal_ground = row.refusal_article = row.viewed_on = row.joined_to = None
    if step.state == Stage.LAPSED:
        row.office_ended_on = row.in_office_until = None  # else there would be no claim to go on with
    if row.state in {Stage.INTERVIEW_HELD, Stage.ADVICE}:
        open_version(step, list(Domain))
    elif row.state is Stage.INTAKE and step.rows(DomainAdvice, DomainAdvice.stream == row.id):
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
