"""Which event asks for which letter: one table. The words are in notifications/."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlmodel import select

from rules.lengths import length
from rules.offices import EMPLOYER_OF
from rules.penalty import penalty
from rules.roles import Role
from rules.terms import due_or_provisional
from states import deadlines, outbox, reminding
from states.events.event import Passage, Touched
from states.tables.application import Application
from states.tables.finance import PayableKind
from states.tables.people import Duty
from states.tables.work import Term

Facts = Callable[[Passage, Touched], Mapping[str, Any]]
Recipients = Callable[[Passage, Touched], list[str]]

ARTICLE = {"province": "2.9", "municipality": "3.9", "water-board": "4.9"}


class Letter(NamedTuple):
    """A letter that an event asks for: which, to whom, and with which facts."""

    letter: str
    to: Recipients
    facts: Facts


def application_of(passage: Passage, touch: Touched) -> Application:
    """The application that a touched subject belongs to."""
    application = passage.application_of(touch.row)
    assert application is not None
    return application


def applicant(passage: Passage, touch: Touched) -> list[str]:
    """The applicant."""
    return [application_of(passage, touch).applicant]


def employer(passage: Passage, touch: Touched) -> list[str]:
    """Whoever holds the employer's duty for the subject's employer."""
    query = select(Duty.person).where(Duty.role == Role.EMPLOYER, Duty.organisation == passage.payer_of(touch.row))
    return sorted(passage.session.exec(query))


def nothing(*_: Any) -> Mapping[str, Any]:
    """No facts beside the reference."""
    return {}


def attribute(name: str, source: str | None = None) -> Facts:
    """One fact, read from a column of the subject."""

    def read(_: Passage, touch: Touched) -> Mapping[str, Any]:
        found = getattr(touch.row, source or name)
        return {name: found.isoformat() if hasattr(found, "isoformat") else str(found)}

    return read


def article(passage: Passage, touch: Touched) -> Mapping[str, Any]:
    """The article of the applicant's office: 2.9, 3.9 or 4.9."""
    return {"article": ARTICLE[EMPLOYER_OF[application_of(passage, touch).office]]}


def term_due(kind: str, fact: str = "due_on") -> Facts:
    """When the newest term of a kind on the subject is due."""

    def read(passage: Passage, touch: Touched) -> Mapping[str, Any]:
        term = deadlines.latest(passage.session, touch.row.id, kind)  # type: ignore[attr-defined]
        assert term is not None
        assert term.due_on is not None
        return {fact: term.due_on.isoformat()}

    return read


def due_from_today(value_name: str, fact: str) -> Facts:
    """The end of a term that starts with this decision, on the day of its announcement where that is said."""

    def read(passage: Passage, touch: Touched) -> Mapping[str, Any]:
        on = getattr(touch.body, "announced_on", None) or passage.on
        due = due_or_provisional(on, length(value_name, on))
        assert due.on is not None
        return {fact: due.on.isoformat()}

    return read


def together(*parts: Facts) -> Facts:
    """Several facts in one."""

    def read(passage: Passage, touch: Touched) -> Mapping[str, Any]:
        return {name: found for part in parts for name, found in part(passage, touch).items()}

    return read


def named(passage: Passage, touch: Touched) -> Term | None:
    """The running term that a suspension or its end names."""
    body: Any = touch.body  # it names a term, and an employer where there are several
    mine = passage.by.organisation or body.organisation
    return deadlines.running(passage.session, str(touch.row.stream), body.term, mine)  # type: ignore[attr-defined]


def resumed(passage: Passage, touch: Touched) -> Mapping[str, Any]:
    """Which term goes on, and when it is due now."""
    term = named(passage, touch)
    assert term is not None
    assert term.due_on is not None
    return {"term": term.kind, "due_on": term.due_on.isoformat()}


def once_resumed(passage: Passage, touch: Touched) -> list[str]:
    """The applicant, where the term has an end again."""
    term = named(passage, touch)
    return applicant(passage, touch) if term is not None and term.due_on is not None else []


def suspended(_: Passage, touch: Touched) -> Mapping[str, Any]:
    """Which term stands still, and since when."""
    body: Any = touch.body  # an Interval
    return {"term": body.term, "since": body.since.isoformat()}


def concerned(passage: Passage, touch: Touched) -> list[str]:
    """The applicant, and the employer of the term."""
    term = named(passage, touch)
    mine = reminding.holders(passage.session, Role.EMPLOYER, term.organisation) if term else []
    return [*applicant(passage, touch), *mine]


def both(passage: Passage, touch: Touched) -> list[str]:
    """The applicant and the employer."""
    return [*applicant(passage, touch), *employer(passage, touch)]


def days_fixed(passage: Passage, touch: Touched) -> Mapping[str, Any]:
    """For how many days the penalty is owed: as many as its term, unless the takeover ended it before."""
    default = deadlines.latest(passage.session, touch.row.id, "default")  # type: ignore[attr-defined]
    term = deadlines.latest(passage.session, touch.row.id, "takeover")  # type: ignore[attr-defined]
    assert default is not None
    assert default.due_on is not None
    body: Any = touch.body  # a FixedPenalty
    known_on = body.known_on or (term.ended_on if term else None) or passage.on
    return {"days": penalty(default.due_on, known_on).days}


def of_an_advance(passage: Passage, touch: Touched) -> list[str]:
    """The applicant, where what was approved is an advance, and for the first time."""
    row: Any = touch.row  # a Payable
    first_time = row.kind is PayableKind.ADVANCE and row.return_reason is None
    return applicant(passage, touch) if first_time else []


def without_measures(passage: Passage, touch: Touched) -> list[str]:
    """The applicant, where the adopted advice holds no measure."""
    return applicant(passage, touch) if touch.after == "no-measures" else []


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
    ("application", "suspend-term"): (Letter("term-suspended", concerned, suspended),),
    ("application", "resume-term"): (Letter("term-resumed", once_resumed, resumed),),
    ("application", "adopt-advice"): (
        Letter(
            "no-measures",
            without_measures,
            together(article, due_from_today("term_objection", "objection_until")),
        ),
    ),
    ("takeover", "request"): (
        Letter("advice-adopted", applicant, article),
        Letter("takeover-request", employer, together(article, due_from_today("term_takeover", "due_on"))),
    ),
    ("takeover", "take-over"): (Letter("takeover-notice", applicant, article),),
    ("takeover", "give-notice"): (Letter("delay-notice", applicant, term_due("takeover")),),
    ("takeover", "default"): (Letter("default-received", both, term_due("default")),),
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
    ("payable", "fix-interest"): (
        Letter("interest-decision", applicant, due_from_today("term_objection", "objection_until")),
    ),
    ("payable", "pay"): (Letter("payment-note", employer, nothing),),
}


def refresh(passage: Passage) -> None:
    """Post the letters that the events of this passage ask for."""
    posted: set[tuple[str, str]] = set()
    for touch in passage.touched:
        for line in LETTERS.get((touch.chart, touch.event), ()):
            for person in line.to(passage, touch):
                if (line.letter, person) in posted:
                    continue  # two employers, one advice: the applicant is told once
                posted.add((line.letter, person))
                outbox.post(
                    passage.session,
                    line.letter,
                    application=application_of(passage, touch).id,
                    recipient=person,
                    facts=line.facts(passage, touch),
                    at=passage.at,
                )
