"""Which event asks for which letter: one table. The words are in notifications/."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlmodel import col, select

from rules.business_calendar.durations import length
from rules.core.regulation import EMPLOYER_OF
from rules.core.roles import Role
from rules.deadlines.end_date import due_or_provisional
from rules.procedure.late_decision_penalty import penalty
from rules.threats.handoff import HandOffOutcome, HandOffStep
from states.charts.application import ENDS, Stage
from states.deadlines import lifecycle
from states.engine import parties
from states.engine.parties import duty_holders
from states.engine.unit_of_work import Transition, UnitOfWork
from states.letters import outbox
from states.tables.application import Application, Takeover
from states.tables.deadlines import Term
from states.tables.loans import Loan
from states.tables.payments import PayableKind
from states.tables.people import Duty, Organisation

Facts = Callable[[UnitOfWork, Transition], Mapping[str, Any]]
Recipients = Callable[[UnitOfWork, Transition], list[str]]

ARTICLE = {"province": "2.9", "municipality": "3.9", "water-board": "4.9"}


class Letter(NamedTuple):
    """A letter that an event asks for: which, to whom, and with which facts."""

    letter: str
    to: Recipients
    facts: Facts


def application_of(unit: UnitOfWork, transition: Transition) -> Application:
    """The application that a touched subject belongs to."""
    application = unit.application_of(transition.row)
    assert application is not None
    return application


def applicant(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The official whom the subject is about, and who represents the official in the case (Awb 2:1, 6:17)."""
    official, case = unit.official_of(transition.row), unit.application_of(transition.row)
    speaks = case.representative if case is not None else None
    return [person for person in (official, speaks) if person is not None]


def living(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The official of a loan; nobody after a death."""
    return [] if transition.row.estate else applicant(unit, transition)  # type: ignore[attr-defined]  # a Loan says so


def on_return(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The official, where something was lent that is due back now."""
    return living(unit, transition) if transition.after == "due-back" else []


def on_estate(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The employer, where something was lent to someone who died."""
    gone = transition.row.estate  # type: ignore[attr-defined]  # a Loan says so
    return employer(unit, transition) if gone and transition.after == "due-back" else []


def employer(unit: UnitOfWork, transition: Transition) -> list[str]:
    """Whoever holds the employer's duty for the subject's employer."""
    query = select(Duty.person).where(
        Duty.role == Role.EMPLOYER, Duty.organisation == unit.acting_employer_of(transition.row)
    )
    return sorted(unit.session.exec(query))


def employers(unit: UnitOfWork, transition: Transition) -> list[str]:
    """Whoever holds the employer's duty for an employer that was asked to take over."""
    asked = select(Takeover.organisation).where(Takeover.stream == application_of(unit, transition).id)
    query = select(Duty.person).where(Duty.role == Role.EMPLOYER, col(Duty.organisation).in_(asked))
    return sorted(unit.session.exec(query))


def both(*groups: Recipients) -> Recipients:
    """Several groups of recipients."""

    def found(unit: UnitOfWork, transition: Transition) -> list[str]:
        return [person for group in groups for person in group(unit, transition)]

    return found


def unless_lapsed(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, where the case goes on with what was taken over; a case that lapsed has a letter of its own."""
    return [] if application_of(unit, transition).state is Stage.LAPSED else applicant(unit, transition)


def nothing(*_: Any) -> Mapping[str, Any]:
    """No facts beside the reference."""
    return {}


def attribute(name: str, source: str | None = None) -> Facts:
    """One fact, read from a column of the subject."""

    def read(_: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        found = getattr(transition.row, source or name)
        return {name: found.isoformat() if hasattr(found, "isoformat") else str(found)}

    return read


def article(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """The article of the applicant's office: 2.9, 3.9 or 4.9."""
    held = transition.row if isinstance(transition.row, Loan) else application_of(unit, transition)
    return {"article": ARTICLE[EMPLOYER_OF[held.office]]}


def term_due(kind: str, fact: str = "due_on") -> Facts:
    """When the newest term of a kind on the subject is due."""

    def read(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        term = lifecycle.latest(unit.session, transition.row.id, kind)
        assert term is not None
        assert term.due_on is not None
        return {fact: term.due_on.isoformat()}

    return read


def due_from_today(value_name: str, fact: str) -> Facts:
    """The end of a term that starts with this decision, on the day of its announcement where that is said."""

    def read(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        on = getattr(transition.body, "announced_on", None) or unit.on
        due = due_or_provisional(on, length(value_name, on))
        assert due.on is not None
        return {fact: due.on.isoformat()}

    return read


def due_from(column: str, value_name: str, fact: str) -> Facts:
    """The end of a term that starts with a day on the subject."""

    def read(_: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        day = getattr(transition.row, column)
        due = due_or_provisional(day, length(value_name, day))
        assert due.on is not None
        return {fact: due.on.isoformat()}

    return read


def together(*parts: Facts) -> Facts:
    """Several facts in one."""

    def read(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        return {name: found for part in parts for name, found in part(unit, transition).items()}

    return read


def named(unit: UnitOfWork, transition: Transition) -> Term | None:
    """The running term that a suspension or its end names."""
    body: Any = transition.body  # it names a term, and an employer where there are several
    mine = unit.by.organisation or body.organisation
    return lifecycle.running(unit.session, str(transition.row.stream), body.term, mine)


def resumed(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """Which term goes on, and when it is due now."""
    term = named(unit, transition)
    assert term is not None
    assert term.due_on is not None
    return {"term": term.kind, "due_on": term.due_on.isoformat()}


def once_resumed(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, where the term has an end again."""
    term = named(unit, transition)
    return applicant(unit, transition) if term is not None and term.due_on is not None else []


def suspended(_: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """Which term stands still, and since when."""
    body: Any = transition.body  # an Interval
    return {"term": body.term, "since": body.since.isoformat()}


def concerned(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, and the employer of the term."""
    term = named(unit, transition)
    mine = duty_holders(unit.session, Role.EMPLOYER, term.organisation) if term else []
    return [*applicant(unit, transition), *mine]


def days_fixed(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """For how many days the penalty is owed: as many as its term, unless the takeover ended it before."""
    default = lifecycle.latest(unit.session, transition.row.id, "default")
    term = lifecycle.latest(unit.session, transition.row.id, "takeover")
    assert default is not None
    assert default.due_on is not None
    body: Any = transition.body  # a FixedPenalty
    known_on = body.known_on or (term.ended_on if term else None) or unit.on
    return {"days": penalty(default.due_on, known_on).days}


def of_an_advance(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, where what was approved is an advance, by all who must, and for the first time."""
    row: Any = transition.row  # a Payable
    first_time = row.kind is PayableKind.ADVANCE and row.return_reason is None and transition.after == "approved"
    return applicant(unit, transition) if first_time else []


def without_measures(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant, where the adopted advice holds no measure."""
    return applicant(unit, transition) if transition.after == "no-measures" else []


def applicant_going_on(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The applicant of a case that has not ended."""
    return applicant(unit, transition) if application_of(unit, transition).state not in ENDS else []


def successor(unit: UnitOfWork, transition: Transition) -> list[str]:
    """Whoever holds the employer's duty for the successor of a merged employer."""
    query = select(Duty.person).where(Duty.role == Role.EMPLOYER, Duty.organisation == transition.body.successor)  # type: ignore[attr-defined]
    return sorted(unit.session.exec(query))


def successor_name(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """What the successor of a merged employer is called."""
    found = unit.get(Organisation, transition.body.successor)  # type: ignore[attr-defined]  # a Succession names it
    assert found is not None
    return {"successor": found.name}


def consented_contacts(unit: UnitOfWork, transition: Transition) -> list[str]:
    """The security contacts of the case's employers, once the official consented that they are told."""
    body: Any = transition.body  # a HandOffRecord
    if body.step is not HandOffStep.SECURITY_CONTACT or body.outcome is not HandOffOutcome.DONE or not body.consent:
        return []
    employers = parties.employers_of(unit.session, application_of(unit, transition).id)
    query = select(Duty.person).where(Duty.role == Role.SECURITY_CONTACT, col(Duty.organisation).in_(employers))
    return sorted(set(unit.session.exec(query)))


LETTERS: dict[tuple[str, str], tuple[Letter, ...]] = {
    # chart, event: letters
    ("application", "receive"): (Letter("confirmation-of-receipt", applicant, attribute("received_on")),),
    ("application", "invite-completion"): (Letter("invitation-to-complete", applicant, term_due("completion")),),
    ("application", "not-process"): (Letter("not-processed", applicant, term_due("objection", "objection_until")),),
    ("application", "forward"): (Letter("forwarded", applicant, attribute("forwarded_to")),),
    ("application", "plan-interview"): (Letter("interview-invitation", applicant, attribute("interview_on")),),
    ("application", "intend-refusal"): (
        Letter(
            "refusal-intended",
            applicant,
            together(term_due("view"), attribute("ground", "refusal_article")),
        ),
    ),
    ("application", "refuse"): (
        Letter(
            "refusal",
            applicant,
            together(term_due("objection", "objection_until"), attribute("ground", "refusal_article")),
        ),
    ),
    ("application", "withdraw"): (Letter("withdrawal-confirmed", applicant, nothing),),
    ("application", "record-threat"): (Letter("threat-handoff", applicant, nothing),),
    ("application", "record-hand-off"): (Letter("security-contact-informed", consented_contacts, nothing),),
    ("application", "succeed-employer"): (
        Letter("employer-succeeded", applicant_going_on, successor_name),
        Letter("employer-succeeded", successor, successor_name),
    ),
    ("application", "suspend-term"): (Letter("term-suspended", concerned, suspended),),
    ("application", "resume-term"): (Letter("term-resumed", once_resumed, resumed),),
    ("application", "adopt-advice"): (
        Letter(
            "no-measures",
            without_measures,
            together(article, due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("application", "complete"): (Letter("completion-received", applicant, nothing),),
    ("application", "abandon-refusal"): (Letter("refusal-abandoned", applicant, nothing),),
    ("application", "lapse"): (
        Letter(
            "application-lapsed",
            applicant,
            together(attribute("ended_on"), due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("application", "end-office"): (Letter("office-ended", unless_lapsed, attribute("ended_on", "office_ended_on")),),
    ("application", "record-death"): (Letter("death-recorded", employers, nothing),),
    ("application", "record-move"): (Letter("move-recorded", applicant, article),),
    ("application", "revise-advice"): (Letter("advice-revised", both(applicant, employers), nothing),),
    ("application", "reopen"): (Letter("reopened", applicant, nothing),),
    ("application", "join"): (Letter("joined", applicant, attribute("other", "joined_to")),),
    ("application", "record-representative"): (Letter("representative-recorded", applicant, nothing),),
    ("measure", "decline"): (Letter("measure-declined", employer, nothing),),
    ("measure", "mark-not-possible"): (Letter("measure-not-possible", applicant, nothing),),
    ("takeover", "decline-second-home"): (
        Letter(
            "second-home-declined",
            applicant,
            together(article, due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("takeover", "request"): (
        Letter("advice-adopted", applicant, article),
        Letter("takeover-request", employer, together(article, due_from_today("term_takeover", "due_on"))),
    ),
    ("takeover", "take-over"): (Letter("takeover-notice", applicant, article),),
    ("takeover", "give-notice"): (Letter("delay-notice", applicant, term_due("takeover")),),
    ("takeover", "default"): (Letter("default-received", both(applicant, employer), term_due("default")),),
    ("takeover", "fix-penalty"): (
        Letter(
            "penalty-decision", applicant, together(days_fixed, due_from_today("term_objection", "objection_until"))
        ),
    ),
    ("payable", "approve"): (
        Letter(
            "payment-decision",
            of_an_advance,
            together(term_due("payment"), due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("payable", "approve-second"): (
        Letter(
            "payment-decision",
            of_an_advance,
            together(term_due("payment"), due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("payable", "fix-interest"): (
        Letter("interest-decision", applicant, due_from_today("term_objection", "objection_until")),
    ),
    ("payable", "pay"): (Letter("payment-note", employer, nothing),),
    ("loan", "request"): (Letter("loan-requested", employer, article),),
    ("loan", "open"): (Letter("loan-requested", employer, article),),
    ("loan", "grant"): (Letter("loan-granted", living, article),),
    ("loan", "decline"): (
        Letter("loan-declined", living, together(article, due_from("decided_on", "term_objection", "objection_until"))),
    ),
    ("loan", "end-with-office"): (
        Letter("loan-return", on_return, attribute("due_on", "due_back_on")),
        Letter("loan-estate", on_estate, nothing),
    ),
    ("objection", "file"): (Letter("objection-received", applicant, term_due("objection-decision")),),
    ("objection", "plan-hearing"): (Letter("hearing-invitation", applicant, attribute("hearing_on")),),
    ("objection", "put-off"): (Letter("objection-put-off", applicant, term_due("objection-put-off")),),
    ("objection", "decide"): (
        Letter(
            "objection-decision",
            applicant,
            together(attribute("outcome"), due_from("decided_on", "term_objection", "appeal_until")),
        ),
    ),
    ("objection", "withdraw"): (Letter("objection-withdrawn", applicant, nothing),),
}


def post_letters(unit: UnitOfWork) -> None:
    """Post the letters that the events of this passage ask for."""
    posted: set[tuple[str, str, str]] = set()
    for transition in unit.transitions:
        for line in LETTERS.get((transition.chart, transition.event), ()):
            for person in line.to(unit, transition):
                application = str(transition.row.stream)
                if (line.letter, person, application) in posted:
                    continue  # two employers, one advice: the applicant is told once
                posted.add((line.letter, person, application))
                outbox.post(
                    unit.session,
                    line.letter,
                    application=application,
                    recipient=person,
                    facts=line.facts(unit, transition),
                    at=unit.at,
                )
