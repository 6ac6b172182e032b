"""Term outcomes at the end of a period: running, late, at risk, and whether they were met."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from states.engine.employers import EmployerDirectory

MEETS: dict[str, frozenset[str]] = {
    "authority": frozenset({"adopt-advice", "return-advice"}),
    "takeover": frozenset({"take-over", "decline-second-home"}),
    "penalty-decision": frozenset({"fix-penalty"}),
    "payment": frozenset({"pay"}),
    "objection-decision": frozenset({"decide"}),
    "objection-put-off": frozenset({"decide"}),
}
"""The terms that a party must meet, each with the events that do so.

A term of the applicant is a right that may be left unused, that of ``not-processed`` a power, and those of default and
penalty follow from a term that was missed.
"""

RAN = text(
    """
    SELECT id, application, subject, kind, owner, organisation, started_on, due_on, ended_on, ended_by
    FROM term WHERE started_on <= :until AND (ended_on IS NULL OR ended_on >= :since)
    """,
)


class TermOutcome(NamedTuple):
    """One term that ran in a period; its days follow from the dated facts as they are known now."""

    id: str
    application: str
    kind: str
    owner: str
    organisation: str
    started_on: date
    due_on: date | None
    """None while a suspension is running."""
    ended_on: date | None
    """None if it still ran on the last day of the period."""
    ended_by: str | None

    def is_late(self, on: date) -> bool:
        """Whether it runs after its last day."""
        return self.ended_on is None and self.due_on is not None and self.due_on < on

    def is_at_risk(self, on: date, share: float) -> bool:
        """Whether it runs, is not late, and this share of its days has passed."""
        if self.ended_on is not None or self.due_on is None or self.due_on < on:
            return False
        return (on - self.started_on).days >= share * (self.due_on - self.started_on).days

    @property
    def kept(self) -> bool | None:
        """Whether it was met in time; None while it runs, if nobody must meet it, or if it became pointless."""
        if self.ended_on is None or self.kind not in MEETS:
            return None
        if self.due_on is not None and self.ended_on > self.due_on:
            return False
        return True if self.ended_by in MEETS[self.kind] else None


class TermFigures(NamedTuple):
    """The figures of some terms in a period."""

    running: int
    late: int
    at_risk: int
    suspended: int
    kept: int
    missed: int
    fell_away: int


def terms_in_period(session: Session, since: date, until: date) -> list[TermOutcome]:
    """The terms that ran in a period, as of its last day."""
    employers = EmployerDirectory(session)
    rows = session.connection().execute(RAN, {"since": since, "until": until})
    return [
        TermOutcome(
            row.id,
            row.application,
            row.kind,
            row.owner,
            employers.current(row.organisation) if row.organisation else "",
            row.started_on,
            row.due_on,
            row.ended_on if row.ended_on is not None and row.ended_on <= until else None,
            row.ended_by if row.ended_on is not None and row.ended_on <= until else None,
        )
        for row in rows
    ]


def figures(terms: Iterable[TermOutcome], until: date, *, share: float) -> TermFigures:
    """Count terms on a day."""
    counts = dict.fromkeys(TermFigures._fields, 0)
    for term in terms:
        counts["running"] += term.ended_on is None
        counts["late"] += term.is_late(until)
        counts["at_risk"] += term.is_at_risk(until, share)
        counts["suspended"] += term.ended_on is None and term.due_on is None
        counts["kept"] += term.kept is True
        counts["missed"] += term.kept is False
        counts["fell_away"] += term.ended_on is not None and term.kept is None
    return TermFigures(**counts)
