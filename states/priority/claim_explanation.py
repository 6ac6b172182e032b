"""Claim explanation."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from rules.core.dated_values import version
from rules.core.dates import office_day, utc_text
from rules.queue.order import LANES
from rules.threats.handoff import HandOffStep
from states.priority import factors
from states.priority.case_history import urgency_events_of, urgent_loans, work_facts
from states.tables.work import WorkItem


def explain_claim(session: Session, item: WorkItem, *, at: datetime, reserved: bool) -> dict[str, Any]:
    """Why a claim takes this item, light enough for every claim: one look at the case's chain, and no counting.

    It holds the facts from which :func:`rules.queue.priority.check` computes the lane and the start-by again.
    """
    happened = urgency_events_of(session, item.application)
    work = work_facts(item, happened, urgent_loans(session, [item]))
    return {
        "workItem": item.id,
        "action": item.action,
        **by_table(item, office_day(at)),
        # Of what its claimant may take; what the reserve gives is the oldest, wherever it stands.
        "place": None if reserved else 1,
        "reserve": reserved,
        "lane": str(LANES[item.lane]),
        "factors": [
            *factors.lane_and_start(item, work, happened),
            factors.age(item),
            factors.turn(item, at, reserved=reserved),
        ],
        "explainedAt": utc_text(at),
    }


def by_table(item: WorkItem, day: date) -> dict[str, Any]:
    """For a step of a hand-off: which dated table asks for it, and the support team's number with its source."""
    if item.action not in set(HandOffStep):
        return {}
    asked = {"rule": "hand-off.step-is-open", "source": version("hand_off", day).source}
    if item.action == HandOffStep.SUPPORT_TEAM:
        number = version("support_team_number", day)
        asked |= {"number": number.value, "numberSource": number.source}
    return {"handOff": asked}
