"""Catalogue of terms: the length, start, end, owner and follow-up of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rules.business_calendar.durations import Length, Unit, length
from rules.core.dated_values import value
from rules.core.roles import Role
from states.charts.application import Stage
from states.charts.payable import PayableState
from states.tables.loans import Loan
from states.tables.payments import PayableKind


class Start(NamedTuple):
    """The start of a term: the subject, the body of the event, and the day."""

    row: Any
    body: Any
    on: date
    """The day of recording; for the length of a term, its first day."""


Given = Callable[[Start], Length]


def from_dated_value(name: str) -> Given:
    """The length of a dated value on the first day of the term."""
    return lambda start: length(name, start.on)


def invited(start: Start) -> Length:
    """The number of days in the invitation."""
    return Length(start.body.days, Unit.DAYS)


def service_level(name: str) -> Given:
    """The working hours of the service level for the urgency of the application."""
    return lambda start: Length(value(f"service_level_{name}", start.on)[str(start.row.urgency)], Unit.HOURS)


def recorded(start: Start) -> date:
    """The day of recording."""
    return start.on


def announced(start: Start) -> date:
    """The day of announcement of the decision; left out, the day of recording."""
    if isinstance(start.row, Loan) and start.row.decided_on is not None:
        return start.row.decided_on
    return getattr(start.body, "announced_on", None) or start.on


def of_objection(start: Start) -> Length:
    """The term to decide on an objection, which is longer with an advisory committee (Awb 7:13)."""
    return length("term_objection_decision_committee" if start.row.committee else "term_objection_decision", start.on)


def always(_: Start) -> bool:
    """True: the term starts at every such event."""
    return True


@dataclass(frozen=True)
class TermKind:
    """One line of the table of terms."""

    article: str
    given: Given
    """Its length."""
    owner: str
    """The party whose days count: applicant, office, employer or security-authority."""
    reminds: Role
    starts: frozenset[tuple[str, str]]
    """The (chart, event) pairs that start it; empty if it follows another term."""
    ends: frozenset[tuple[str, str]]
    """The (chart, event) pairs that end it, because it was met or has become pointless."""
    started_on: Callable[[Start], date] = recorded
    """The legal day of the event."""
    applies: Callable[[Start], bool] = always
    """Whether the event starts this term."""
    suspendable: bool = False
    lapses: bool = False
    """Whether it ends automatically once it has passed, without a decision."""
    followed_by: str = ""
    """The term that starts on its last day, if it lapsed or ended by one of ``follows_on``."""
    follows_on: frozenset[tuple[str, str]] = frozenset()
    revives: frozenset[tuple[str, str]] = frozenset()
    """The (chart, event) pairs that make it run again as if it had not ended."""
    statutory: bool = True
    """Whether a law sets it, so that the Algemene termijnenwet extends it."""
    working_hours: bool = False
    """Whether it is a service level of the house, counted in working hours from its start."""


def events(chart: str, *names: str) -> frozenset[tuple[str, str]]:
    """Some events of a chart."""
    return frozenset((chart, name) for name in names)


ENDINGS = events("application", "withdraw", "lapse", "not-process", "forward", "refuse", "adopt-advice", "join")
TAKEN = events("takeover", "take-over", "lapse", "decline-second-home")
DECIDED_FOR = frozenset({PayableKind.ADVANCE, PayableKind.PENALTY, PayableKind.INTEREST})
"""Payments that a decision awards to someone with a claim; an invoice is private law."""

TERMS: dict[str, TermKind] = {
    "completion": TermKind(
        article="Awb 4:5(1)",
        given=invited,
        owner="applicant",
        reminds=Role.APPLICANT,
        starts=events("application", "invite-completion"),
        # The days that a letter gave the applicant end with a completion or another invitation, not with a step.
        ends=ENDINGS | events("application", "complete", "invite-completion"),
        lapses=True,
        followed_by="not-processed",
        statutory=False,
    ),
    "not-processed": TermKind(
        article="Awb 4:5(4)",
        given=from_dated_value("term_not_processed"),
        owner="office",
        reminds=Role.OFFICER,
        starts=events("application", "complete"),
        ends=ENDINGS | events("application", "intend-refusal", "plan-interview", "invite-completion"),
        lapses=True,
    ),
    "view": TermKind(
        article="Awb 4:7, 4:8",
        given=from_dated_value("term_view"),
        owner="applicant",
        reminds=Role.APPLICANT,
        starts=events("application", "intend-refusal"),
        ends=ENDINGS | events("application", "record-view", "abandon-refusal"),
        statutory=False,
    ),
    "authority": TermKind(
        article="house rule",
        given=service_level("authority"),
        owner="security-authority",
        reminds=Role.SECURITY_AUTHORITY,
        starts=events("application", "submit-advice"),
        ends=ENDINGS | events("application", "return-advice", "record-move", "begin-provision"),
        statutory=False,
        working_hours=True,
    ),
    "takeover": TermKind(
        article="Awb 4:13",
        given=from_dated_value("term_takeover"),
        owner="employer",
        reminds=Role.EMPLOYER,
        starts=events("takeover", "confirm-receipt"),
        started_on=lambda start: start.row.received_on,
        ends=TAKEN,
        suspendable=True,
    ),
    "default": TermKind(
        article="Awb 4:17(3)",
        given=from_dated_value("term_default"),
        owner="employer",
        reminds=Role.EMPLOYER,
        starts=events("takeover", "default"),
        started_on=lambda start: start.body.received_on,
        ends=TAKEN,
        lapses=True,
        followed_by="penalty",
    ),
    "penalty": TermKind(
        article="Awb 4:17(1)",
        given=from_dated_value("term_penalty"),
        owner="employer",
        reminds=Role.EMPLOYER,
        starts=frozenset(),
        ends=TAKEN,
        lapses=True,
        followed_by="penalty-decision",
        follows_on=events("takeover", "take-over"),
        statutory=False,  # Awb 4:17(1) exempts its days from the Algemene termijnenwet
    ),
    "penalty-decision": TermKind(
        article="Awb 4:18",
        given=from_dated_value("term_penalty_decision"),
        owner="employer",
        reminds=Role.EMPLOYER,
        starts=frozenset(),
        ends=events("takeover", "fix-penalty"),
        suspendable=True,
    ),
    "payment": TermKind(
        article="Awb 4:87",
        given=from_dated_value("term_payment"),
        owner="employer",
        reminds=Role.FINANCE,
        starts=events("payable", "approve", "approve-second"),
        # a returned payment is approved again within its original term; a first approval of two decides nothing yet
        applies=lambda start: (
            start.row.kind in DECIDED_FOR
            and start.row.return_reason is None
            and start.row.state is PayableState.APPROVED
        ),
        ends=events("payable", "pay", "reject", "reject-with-invoice"),
        revives=events("payable", "bounce"),
    ),
    "objection": TermKind(
        article="Awb 6:7, 6:8",
        given=from_dated_value("term_objection"),
        owner="applicant",
        reminds=Role.APPLICANT,
        starts=events("application", "refuse", "not-process", "adopt-advice", "lapse")
        | events("takeover", "decline-second-home")
        | events("loan", "decline"),
        started_on=announced,
        applies=lambda start: start.row.state is not Stage.TAKEOVER,  # an advice with measures refuses nothing
        ends=events("objection", "file") | events("application", "reopen"),
        lapses=True,
    ),
    "objection-decision": TermKind(
        article="Awb 7:10(1)",
        given=of_objection,
        owner="office",
        reminds=Role.COORDINATOR,
        starts=events("objection", "file"),
        # From the day after the objection term; own reading for a late one: not before it came.
        started_on=lambda start: max(start.row.objection_until, start.row.received_on),
        ends=events("objection", "decide", "withdraw", "put-off"),
        suspendable=True,
    ),
    "objection-put-off": TermKind(
        article="Awb 7:10(3)",
        given=from_dated_value("term_objection_put_off"),
        owner="office",
        reminds=Role.COORDINATOR,
        starts=events("objection", "put-off"),
        started_on=lambda start: start.row.put_off_from,
        ends=events("objection", "decide", "withdraw"),
        suspendable=True,
    ),
}
