"""Reminders, escalations and lapses of terms that the clock finds due."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session, col, select

from rules.core.dates import office_day
from rules.core.roles import ENGINE, OF_AN_EMPLOYER, Role
from rules.deadlines.escalation import is_reminder
from states.deadlines.catalogue import TERMS
from states.deadlines.due_dates import LAPSED
from states.deadlines.lifecycle import FOLLOWED_UP, lapse
from states.engine import parties
from states.engine.parties import absent_until, duty_holders
from states.letters import outbox
from states.storage import ledger
from states.storage.ledger import Chain
from states.storage.write_buffer import WriteBuffer
from states.tables.application import Application
from states.tables.deadlines import Reminder, Term, Threshold
from states.work.new_items import new_pursuit

LATE = timedelta(hours=1)
"""A threshold that passes this long after its moment is late: no clock ran, or the moment was past at the start."""
LOOK_AHEAD = 4
"""How many times its limit a clock reads, because it skips the cases that other clocks have locked."""
DUE = text(
    """
    SELECT th.term, te.application FROM threshold th JOIN term te ON te.id = th.term
    WHERE th.passed_at IS NULL AND th.due_at <= :at AND th.term <> ALL(:skip)
    ORDER BY th.due_at LIMIT :limit
    """,
).bindparams(bindparam("skip", type_=ARRAY(String)))


class DueTerm(NamedTuple):
    """A term with a due threshold."""

    term: str
    application: str


def due_terms(session: Session, *, at: datetime, limit: int, skip: Collection[str] = ()) -> list[DueTerm]:
    """The terms with a due threshold, the longest overdue first, each once."""
    found = session.connection().execute(DUE, {"at": at, "limit": limit, "skip": sorted(skip)})
    return list(dict.fromkeys(DueTerm(*row) for row in found))


def pass_due(session: Session, *, at: datetime, limit: int, skip: Collection[str] = ()) -> int:
    """Pass the due thresholds with one letter per recipient, in one transaction; return how many passed.

    Safe with any number of clocks: the chains of the cases are locked first, and a case that another clock has locked
    is skipped. If several reminders of a term are due at once, only the last one is sent. Each escalation step notifies
    somebody else, so all of them are sent.

    Args:
        session: the transaction; nothing is sent before it is committed.
        at: the moment of the tick.
        limit: how many terms to handle at most.
        skip: terms to ignore.
    """
    found = due_terms(session, at=at, limit=limit * LOOK_AHEAD, skip=skip)
    return pass_terms(session, found, at=at, limit=limit) if found else 0


def pass_terms(session: Session, found: Sequence[DueTerm], *, at: datetime, limit: int) -> int:
    """Pass the due thresholds of some terms, except in cases that others have locked; return how many passed."""
    chains = ledger.lock_free(session, {each.application for each in found}, limit=limit)
    mine = [each.term for each in found if each.application in chains]
    # Read after the lock, so that every change of a term before it counts.
    terms = select(Term).where(col(Term.id).in_(mine), col(Term.ended_on).is_(None), col(Term.due_on).is_not(None))
    due = select(Threshold).where(col(Threshold.term).in_(mine), *is_due(at))
    ready: dict[str, list[Threshold]] = {}
    for row in session.exec(due.with_for_update().execution_options(populate_existing=True)):
        ready.setdefault(row.term, []).append(row)
    run = ReminderRun(session, at)
    order = (col(Term.application), col(Term.id))
    for term in session.exec(terms.order_by(*order).execution_options(populate_existing=True)).all():
        if term.id in ready:
            run.pass_all(chains[term.application], term, sorted(ready[term.id], key=passing_order))
    run.buffer.write(at)
    return run.passed


def is_due(at: datetime) -> tuple[Any, ...]:
    """The conditions under which a threshold must pass now."""
    return col(Threshold.passed_at).is_(None), col(Threshold.due_at) <= at


def passing_order(row: Threshold) -> tuple[datetime, float]:
    """The key by which the thresholds of a term are sorted before they pass."""
    assert row.due_at is not None
    return row.due_at, float(row.name.rstrip("%")) if row.name.endswith("%") else 100.0


class ReminderRun:
    """One transaction of the clock: the thresholds that pass, and their letters."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.session, self.at = session, at
        self.buffer = WriteBuffer(session)
        self.passed = 0
        self._holders: dict[tuple[Role, str], list[str]] = {}
        self._cases: dict[str, Application | None] = {}

    def pass_all(self, stream: Chain, term: Term, ready: list[Threshold]) -> None:
        """Pass the due thresholds of one term, and record who was notified."""
        last_reminder = next((row for row in reversed(ready) if is_reminder(row.name)), None)
        for row in ready:
            assert row.due_at is not None
            row.passed_at, row.late = self.at, self.at - row.due_at > LATE
            self.passed += 1
            if is_reminder(row.name):
                if row is not last_reminder:
                    continue
                notified = self.send("reminder", term, row, self.recipients(term))
            elif row.name == LAPSED:
                notified = []
            else:
                notified = self.send("escalation", term, row, self.holders(Role(row.name), term.organisation))
                if row.name == Role.COORDINATOR and term.kind in FOLLOWED_UP:
                    self.buffer.new_work += new_pursuit(self.session, term, self.at)
            self.record(stream, term, row, notified)
        if any(row.name == LAPSED for row in ready):
            lapse(self.session, term)

    def record(self, stream: Chain, term: Term, row: Threshold, notified: list[str]) -> None:
        """Record a passed threshold in the chain of the case."""
        facts = {
            "kind": term.kind,
            "threshold": row.name,
            "dueOn": term.due_on,
            "reminded": notified,
            "late": row.late,
        }
        self.buffer.append(
            stream,
            by=ENGINE,
            at=self.at,
            chart="term",
            subject=term.id,
            event="pass-threshold",
            facts=facts,
            changes={},
            content={},
            receipt=[],
        )

    def send(self, letter: str, term: Term, threshold: Threshold, people: list[str]) -> list[str]:
        """Post one letter per recipient; the primary key prevents a second one for the same threshold."""
        assert term.due_on is not None
        facts: dict[str, Any] = {"term": term.kind, "due_on": term.due_on.isoformat()}
        if letter == "reminder":
            facts["days_left"] = (term.due_on - office_day(self.at)).days
        for person in people:
            posted = outbox.post(
                self.session, letter, application=term.application, recipient=person, facts=facts, at=self.at
            )
            self.session.add(
                Reminder(
                    term=term.id,
                    threshold=threshold.name,
                    recipient=person,
                    application=term.application,
                    at=self.at,
                    outbox=posted.id,
                ),
            )
        return people

    def recipients(self, term: Term) -> list[str]:
        """Who is reminded of a term: the applicant, the officer who is there, or the holders of the duty."""
        role = TERMS[term.kind].reminds
        if role is Role.APPLICANT:
            case = self.case(term.application)
            return [case.applicant if case is not None else parties.official_of(self.session, term.application)]
        if role is Role.OFFICER and (case := self.case(term.application)) is not None and case.officer is not None:
            today = office_day(self.at)
            if case.officer in self.holders(role, "") and absent_until(self.session, case.officer, today) is None:
                return [case.officer]
        if term.organisation and role not in OF_AN_EMPLOYER:
            role = Role.EMPLOYER  # the objection is to its decision
        return self.holders(role, term.organisation)

    def case(self, application: str) -> Application | None:
        """The application of a term; None for a loan without one."""
        if application not in self._cases:
            self._cases[application] = self.session.get(Application, application)
        return self._cases[application]

    def holders(self, role: Role, organisation: str) -> list[str]:
        """As :func:`duty_holders`, cached for the transaction."""
        if (role, organisation) not in self._holders:
            self._holders[role, organisation] = duty_holders(self.session, role, organisation)
        return self._holders[role, organisation]
