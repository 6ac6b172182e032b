"""Progress report input: cases, decisions and terms of some quarters, without personal data."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session, select

from rules.core.dates import office_day, start_of
from rules.reporting import progress_report
from rules.reporting.disclosure_control import limits
from rules.reporting.periods import Quarter
from rules.reporting.progress_report import UNKNOWN, Case, Decided, QuarterReport, TermEnded
from states.engine.employers import EmployerDirectory
from states.reporting import term_outcomes
from states.tables.people import Organisation

RECEIVED = text(
    """
    SELECT a.id, a.received_on, a.office, a.interview_held_on,
           EXISTS (SELECT 1 FROM threat_signal t WHERE t.stream = a.id AND t.urgency IN ('acute', 'urgent')) AS urgent,
           (SELECT min(t.requested_on) FROM takeover t WHERE t.stream = a.id AND t.advice_version = 1) AS requested_on,
           (SELECT CASE WHEN bool_and(t.taken_over_on IS NOT NULL) THEN max(t.taken_over_on) END
            FROM takeover t WHERE t.stream = a.id AND t.advice_version = 1) AS taken_over_on
    FROM application a
    WHERE a.received_on >= :since AND a.received_on <= :until AND a.joined_to IS NULL
    """,
)
DECIDED = text(
    """
    SELECT stream, at, event, after FROM ledger_entry
    WHERE event = ANY(:events) AND chart = 'application' AND at >= :since AND at < :until
    ORDER BY at, stream, seq
    """,
).bindparams(bindparam("events", type_=ARRAY(String)))
ADOPTED = text(
    """
    SELECT stream, min(at) AS at, min(facts->>'adopted_on')::date AS adopted_on FROM ledger_entry
    WHERE event = 'adopt-advice' AND chart = 'application' GROUP BY stream
    """,
)
FIRST = text("SELECT application, organisation FROM application_employer WHERE position = 0")

OUTCOMES = {
    "refuse": "refused",
    "decline-second-home": "refused",
    "not-process": "not-processed",
    "withdraw": "ended-otherwise",
    "forward": "ended-otherwise",
    "lapse": "ended-otherwise",
}
"""How an application ended, by event; an adoption also depends on whether it holds measures."""
ADOPT, NO_MEASURES = "adopt-advice", "no-measures"


def report(session: Session, quarters: Sequence[Quarter], *, at: datetime) -> list[QuarterReport]:
    """The publishable figures of some quarters, as known now.

    Args:
        session: an open session.
        quarters: past whole quarters, consecutive and in order.
        at: the present time.
    """
    read = QuarterRows(session, quarters)
    return progress_report.report(quarters, read.cases(), read.decided(), read.terms(), limits(office_day(at)))


class QuarterRows:
    """The rows of some quarters."""

    def __init__(self, session: Session, quarters: Sequence[Quarter]) -> None:
        self.session = session
        self.since, self.until = quarters[0].since, quarters[-1].until
        self.moments = {"since": start_of(self.since), "until": start_of(self.until + timedelta(days=1))}
        ties = session.connection().execute(FIRST).all()
        directory = EmployerDirectory(session)
        self.employers = {row.application: directory.current(row.organisation) for row in ties}
        rows = session.exec(select(Organisation.id, Organisation.province)).all()
        self.provinces = {name: str(province) if province else UNKNOWN for name, province in rows}

    def cases(self) -> list[Case]:
        """The received applications; of two joined ones, the one that continues."""
        connection = self.session.connection()
        adopted = {row.stream: row.adopted_on for row in connection.execute(ADOPTED)}
        found = []
        for row in connection.execute(RECEIVED, {"since": self.since, "until": self.until}):
            ends = {
                "interview": (row.received_on, row.interview_held_on),
                "adoption": (row.received_on, adopted.get(row.id)),
                "takeover": (row.requested_on, row.taken_over_on),
            }
            waits = {what: max(0, (end - begin).days) for what, (begin, end) in ends.items() if end is not None}
            employer = self.employers.get(row.id, "")
            province = self.provinces.get(employer, UNKNOWN)
            found.append(Case(row.received_on, row.office, province, employer, row.urgent, waits))
        return found

    def decided(self) -> list[Decided]:
        """The applications that were decided or ended; the first version of an advice counts."""
        facts = {"events": [ADOPT, *OUTCOMES], **self.moments}
        first = {row.stream: row.at for row in self.session.connection().execute(ADOPTED)}
        found = []
        for row in self.session.connection().execute(DECIDED, facts):
            if row.event == ADOPT and row.at != first[row.stream]:
                continue
            how = OUTCOMES.get(row.event) or (NO_MEASURES if row.after == NO_MEASURES else "advice")
            found.append(Decided(office_day(row.at), how, self.employers.get(row.stream, "")))
        return found

    def terms(self) -> list[TermEnded]:
        """The ended terms, and whether they were met in time."""
        return [
            TermEnded(
                term.ended_on, term.owner, term.organisation or self.employers.get(term.application, ""), term.kept
            )
            for term in term_outcomes.terms_in_period(self.session, self.since, self.until)
            if term.ended_on is not None and term.kept is not None
        ]
