"""Which event asks for which letter: one table. The words are in notifications/."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlmodel import select

from rules.lengths import length
from rules.offices import EMPLOYER_OF
from rules.roles import Role
from rules.terms import due_or_provisional
from states import deadlines, outbox
from states.events.event import Passage, Touched
from states.tables.application import Application
from states.tables.loans import Loan
from states.tables.people import Duty

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
    """The applicant: the official whom the subject is about."""
    found = passage.official_of(touch.row)
    assert found is not None
    return [found]


def living(passage: Passage, touch: Touched) -> list[str]:
    """The official of a loan; nobody after a death."""
    return [] if touch.row.estate else applicant(passage, touch)  # type: ignore[attr-defined]  # a Loan says so


def on_return(passage: Passage, touch: Touched) -> list[str]:
    """The official, where something was lent that is due back now."""
    return living(passage, touch) if touch.after == "due-back" else []


def on_estate(passage: Passage, touch: Touched) -> list[str]:
    """The employer, where something was lent to someone who died."""
    gone = touch.row.estate  # type: ignore[attr-defined]  # a Loan says so
    return employer(passage, touch) if gone and touch.after == "due-back" else []


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
    held = touch.row if isinstance(touch.row, Loan) else application_of(passage, touch)
    return {"article": ARTICLE[EMPLOYER_OF[held.office]]}


def term_due(kind: str) -> Facts:
    """When the newest term of a kind on the subject is due."""

    def read(passage: Passage, touch: Touched) -> Mapping[str, Any]:
        term = deadlines.latest(passage.session, touch.row.id, kind)  # type: ignore[attr-defined]
        assert term is not None
        assert term.due_on is not None
        return {"due_on": term.due_on.isoformat()}

    return read


def due_from_today(value_name: str, fact: str) -> Facts:
    """The end of a term that starts with this decision."""

    def read(passage: Passage, _: Touched) -> Mapping[str, Any]:
        due = due_or_provisional(passage.on, length(value_name, passage.on))
        assert due.on is not None
        return {fact: due.on.isoformat()}

    return read


def due_from(column: str, value_name: str, fact: str) -> Facts:
    """The end of a term that starts with a day on the subject."""

    def read(_: Passage, touch: Touched) -> Mapping[str, Any]:
        day = getattr(touch.row, column)
        due = due_or_provisional(day, length(value_name, day))
        assert due.on is not None
        return {fact: due.on.isoformat()}

    return read


def together(*parts: Facts) -> Facts:
    """Several facts in one."""

    def read(passage: Passage, touch: Touched) -> Mapping[str, Any]:
        return {name: found for part in parts for name, found in part(passage, touch).items()}

    return read


def resumed(passage: Passage, touch: Touched) -> Mapping[str, Any]:
    """Which term goes on, and when it is due now."""
    kind = touch.body.term  # type: ignore[attr-defined]  # a Resumption names its term
    term = deadlines.running(passage.session, str(touch.row.stream), kind, passage.by.organisation)  # type: ignore[attr-defined]
    assert term is not None
    assert term.due_on is not None
    return {"term": kind, "due_on": term.due_on.isoformat()}


def without_measures(passage: Passage, touch: Touched) -> list[str]:
    """The applicant, where the adopted advice holds no measure."""
    return applicant(passage, touch) if touch.after == "no-measures" else []


LETTERS: dict[tuple[str, str], tuple[Letter, ...]] = {
    # chart, event: letters
    ("application", "receive"): (Letter("confirmation-of-receipt", applicant, attribute("received_on")),),
    ("application", "invite-completion"): (Letter("invitation-to-complete", applicant, term_due("completion")),),
    ("application", "not-process"): (
        Letter("not-processed", applicant, due_from_today("term_objection", "objection_until")),
    ),
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
            together(due_from_today("term_objection", "objection_until"), attribute("ground", "refusal_article")),
        ),
    ),
    ("application", "withdraw"): (Letter("withdrawal-confirmed", applicant, nothing),),
    ("application", "record-threat"): (Letter("threat-handoff", applicant, nothing),),
    ("application", "resume-term"): (Letter("term-resumed", applicant, resumed),),
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
                    application=str(touch.row.stream),  # type: ignore[attr-defined]  # the application, or the loan alone
                    recipient=person,
                    facts=line.facts(passage, touch),
                    at=passage.at,
                )
