"""Terms: which event starts and ends which, their suspensions, and the thresholds that the clock passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from rules.lengths import Length, Unit, length
from rules.moments import office_day, start_of
from rules.roles import ENGINE, OF_AN_EMPLOYER, Role
from rules.suspensions import Suspension
from rules.terms import due_or_provisional, threshold_on
from rules.values import value
from states import ledger, outbox, scope
from states.events.event import Passage, Touched
from states.tables.base import new_id
from states.tables.loans import Loan
from states.tables.people import Duty
from states.tables.work import Reminder, Term, TermSuspension, Threshold
from states.writing import Pen

MORNING = 9
"""The hour at which a threshold passes on its day."""


@dataclass(frozen=True)
class TermKind:
    """One line of the table of terms."""

    article: str
    length: str | Callable[[Any], str]
    """The dated value that says how long; of some it depends on the subject."""
    owner: str
    """Whom the days count for: applicant, office, employer or security-authority."""
    reminds: Role
    starts: frozenset[tuple[str, str]]
    """(chart, event) that start it."""
    started_on: Callable[[Any, date], date]
    """The day of that event in law, from the subject and the day of recording."""
    ends: frozenset[tuple[str, str]]
    """(chart, event) that ends it, by being met or by losing its sense."""
    suspendable: bool
    lapses: bool = False
    """Whether it ends by itself when it has passed, without anyone deciding."""
    statutory: bool = True
    """Whether a law sets it, so that the Algemene termijnenwet extends it."""


def recorded(_: Any, on: date) -> date:
    """The term starts with the day of recording."""
    return on


def announced(row: Any, on: date) -> date:
    """The term starts with the day on which the decision was announced."""
    return row.decided_on if isinstance(row, Loan) and row.decided_on else on


ENDINGS = frozenset(
    ("application", event) for event in ("withdraw", "lapse", "not-process", "forward", "refuse", "adopt-advice")
)

TERMS: dict[str, TermKind] = {
    "completion": TermKind(
        article="Awb 4:5(1)",
        length="term_completion",
        owner="applicant",
        reminds=Role.APPLICANT,
        starts=frozenset({("application", "invite-completion")}),
        started_on=recorded,
        ends=ENDINGS
        | {("application", event) for event in ("complete", "intend-refusal", "plan-interview", "invite-completion")},
        suspendable=False,
        statutory=False,
    ),
    "view": TermKind(
        article="Awb 4:7, 4:8",
        length="term_view",
        owner="applicant",
        reminds=Role.APPLICANT,
        starts=frozenset({("application", "intend-refusal")}),
        started_on=recorded,
        ends=ENDINGS | {("application", "record-view"), ("application", "abandon-refusal")},
        suspendable=False,
        statutory=False,
    ),
    "takeover": TermKind(
        article="Awb 4:13",
        length="term_takeover",
        owner="employer",
        reminds=Role.EMPLOYER,
        starts=frozenset({("takeover", "confirm-receipt")}),
        started_on=lambda row, _: row.received_on,
        ends=frozenset({("takeover", "take-over"), ("takeover", "lapse")}),
        suspendable=True,
    ),
    "objection": TermKind(
        article="Awb 6:7, 6:8",
        length="term_objection",
        owner="applicant",
        reminds=Role.APPLICANT,
        starts=frozenset({("application", "refuse"), ("loan", "decline")}),
        started_on=announced,
        ends=frozenset({("application", "file-objection"), ("loan", "file-objection")}),
        suspendable=False,
        lapses=True,
    ),
    "objection-decision": TermKind(
        article="Awb 7:10(1)",
        length=lambda row: "term_objection_decision_committee" if row.committee else "term_objection_decision",
        owner="office",
        reminds=Role.COORDINATOR,
        starts=frozenset({("objection", "file")}),
        # From the day after the objection term; own reading for a late one: not before it came.
        started_on=lambda row, _: max(row.objection_until, row.received_on),
        ends=frozenset({("objection", "decide"), ("objection", "withdraw"), ("objection", "put-off")}),
        suspendable=True,
    ),
    "objection-put-off": TermKind(
        article="Awb 7:10(3)",
        length="term_objection_put_off",
        owner="office",
        reminds=Role.COORDINATOR,
        starts=frozenset({("objection", "put-off")}),
        started_on=lambda row, _: row.put_off_from,
        ends=frozenset({("objection", "decide"), ("objection", "withdraw")}),
        suspendable=True,
    ),
}


def refresh(passage: Passage) -> None:
    """Start and end the terms of what happened in this passage."""
    for touch in passage.touched:
        pair = (touch.chart, touch.event)
        for kind, term in TERMS.items():
            if pair in term.ends:
                end(passage, touch, kind)
            if pair in term.starts:
                start(passage, touch, kind)


def start(passage: Passage, touch: Touched, kind: str) -> Term:
    """Begin a term; its length is the one in force on the day it starts."""
    line = TERMS[kind]
    started_on = line.started_on(touch.row, passage.on)
    days = getattr(touch.body, "days", None)  # the completion term is what the invitation says
    name = line.length if isinstance(line.length, str) else line.length(touch.row)
    term_length = Length(days, Unit.DAYS) if kind == "completion" and days else length(name, started_on)
    organisation = getattr(touch.row, "organisation", "") or ""
    row = Term(
        id=new_id("term"),
        application=touch.row.stream,  # type: ignore[attr-defined]
        subject=touch.row.id,  # type: ignore[attr-defined]
        kind=kind,
        article=line.article,
        owner="employer" if organisation and line.owner == "office" else line.owner,
        organisation=organisation,
        started_on=started_on,
        amount=term_length.amount,
        unit=str(term_length.unit),
        suspendable=line.suspendable,
        reasons=[],
    )
    passage.session.add(row)
    recompute(passage.session, row)
    return row


def end(passage: Passage, touch: Touched, kind: str) -> None:
    """End the running term of a kind on what was touched, with its suspensions and thresholds."""
    query = select(Term).where(Term.subject == touch.row.id, Term.kind == kind, col(Term.ended_on).is_(None))  # type: ignore[attr-defined]
    row = passage.session.exec(query).first()
    if row is None:
        return
    row.ended_on, row.ended_by = passage.on, touch.event
    for suspension in suspensions(passage.session, row):
        if suspension.until is None:
            suspension.until = passage.on
    for threshold in thresholds(passage.session, row):
        if threshold.passed_at is None:
            threshold.due_at = None


def suspensions(session: Session, term: Term) -> list[TermSuspension]:
    """The suspensions of a term, in order."""
    query = select(TermSuspension).where(TermSuspension.term == term.id)
    return list(session.exec(query.order_by(col(TermSuspension.since), col(TermSuspension.id))))


def thresholds(session: Session, term: Term) -> list[Threshold]:
    """The thresholds of a term."""
    return list(session.exec(select(Threshold).where(Threshold.term == term.id)))


def recompute(session: Session, term: Term) -> None:
    """Compute a term's due date and thresholds anew from its facts."""
    session.flush()
    intervals = [
        Suspension(row.since, row.until, row.ground, row.article, row.attributed_to)
        for row in suspensions(session, term)
    ]
    found = due_or_provisional(
        term.started_on,
        Length(term.amount, Unit(term.unit)),
        suspensions=intervals,
        statutory=TERMS[term.kind].statutory,
    )
    term.due_on, term.provisional, term.reasons = found.on, found.provisional, list(found.reasons)
    present = {row.name: row for row in thresholds(session, term)}
    for fraction in value("reminder_ladder", term.started_on):
        name = f"{round(fraction * 100)}%"
        row = present.get(name) or Threshold(term=term.id, name=name)
        if row.passed_at is None:
            row.due_at = (
                None
                if found.on is None
                else start_of(threshold_on(term.started_on, found.on, fraction, intervals), MORNING)
            )
        session.add(row)


def running(session: Session, application: str, kind: str, organisation: str | None = None) -> Term | None:
    """The running term of a kind in an application, for one employer where one is named."""
    query = select(Term).where(Term.application == application, Term.kind == kind, col(Term.ended_on).is_(None))
    if organisation:
        query = query.where(Term.organisation == organisation)
    return session.exec(query.order_by(col(Term.started_on), col(Term.id))).first()


def latest(session: Session, subject: str, kind: str) -> Term | None:
    """The newest term of a kind on a subject, running or ended."""
    query = select(Term).where(Term.subject == subject, Term.kind == kind)
    newest = (col(Term.ended_on).is_not(None), col(Term.started_on).desc(), col(Term.id))
    return session.exec(query.order_by(*newest)).first()


def pass_due(session: Session, *, at: datetime, limit: int) -> int:
    """Pass the thresholds that are due: one reminder per recipient, in one transaction; answers how many passed.

    Safe with any number of clocks: the application's stream is locked first, and what another clock holds is left
    to it. Where several thresholds of a term are due at once, only the last one reminds.
    """
    due = (
        select(Threshold.term)
        .where(col(Threshold.passed_at).is_(None), col(Threshold.due_at) <= at)
        .order_by(col(Threshold.due_at))
        .limit(limit)
    )
    terms = list(dict.fromkeys(session.exec(due)))
    passed = 0
    for term in session.exec(select(Term).where(col(Term.id).in_(terms)).order_by(col(Term.application))).all():
        stream = ledger.lock_if_free(session, term.application)
        if stream is None:
            continue
        session.refresh(term)
        ready = [row for row in thresholds_for_update(session, term) if is_due(row, at)]
        if not ready or term.ended_on is not None or term.due_on is None:
            continue
        last = max(ready, key=lambda row: (row.due_at, float(row.name.rstrip("%"))))
        for row in ready:
            assert row.due_at is not None
            row.passed_at = at
            row.late = at - row.due_at > timedelta(days=1)
            passed += 1
        told = remind(session, term, last, at)
        if TERMS[term.kind].lapses and last.name == "100%":
            term.ended_on, term.ended_by = term.due_on, "lapse"
        pen = Pen(session)
        pen.append(
            stream,
            by=ENGINE,
            at=at,
            chart="term",
            subject=term.id,
            event="pass-threshold",
            before=None,
            after=None,
            facts={
                "kind": term.kind,
                "threshold": last.name,
                "dueOn": term.due_on,
                "reminded": told,
                "late": last.late,
            },
            changes={},
            content={},
            receipt=[],
        )
        pen.write(at)
    return passed


def is_due(row: Threshold, at: datetime) -> bool:
    """Whether a threshold must pass now."""
    return row.passed_at is None and row.due_at is not None and row.due_at <= at


def thresholds_for_update(session: Session, term: Term) -> list[Threshold]:
    """The thresholds of a term, locked and as they stand now."""
    query = select(Threshold).where(Threshold.term == term.id).with_for_update()
    return list(session.exec(query.execution_options(populate_existing=True)))


def remind(session: Session, term: Term, threshold: Threshold, at: datetime) -> list[str]:
    """One reminder and one letter per recipient; a second one is impossible by key."""
    assert term.due_on is not None
    told = recipients(session, term)
    for person in told:
        letter = outbox.post(
            session,
            "reminder",
            application=term.application,
            recipient=person,
            facts={
                "term": term.kind,
                "due_on": term.due_on.isoformat(),
                "days_left": (term.due_on - office_day(at)).days,
            },
            at=at,
        )
        session.add(
            Reminder(
                term=term.id,
                threshold=threshold.name,
                recipient=person,
                application=term.application,
                at=at,
                outbox=letter.id,
            ),
        )
    return told


def recipients(session: Session, term: Term) -> list[str]:
    """Who is reminded of a term: its applicant, or whoever holds the duty for its employer or the office."""
    role = TERMS[term.kind].reminds
    if role is Role.APPLICANT:
        return [scope.official_of(session, term.application)]
    if term.organisation and role not in OF_AN_EMPLOYER:
        role = Role.EMPLOYER  # the objection is to its decision
    query = select(Duty.person).where(Duty.role == role, Duty.organisation == term.organisation)
    return sorted(session.exec(query))
