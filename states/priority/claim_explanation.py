"""Claim explanation: why a claim gives this item, stored with the claim."""

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
    """Why a claim gives this item; cheap enough for every claim: it reads the case's chain once and counts nothing.

    It holds the facts from which :func:`rules.queue.priority.check` computes the lane and the start-by again.
    """
    events = urgency_events_of(session, item.application)
    work = work_facts(item, events, urgent_loans(session, [item]))
    return {
        "workItem": item.id,
        "action": item.action,
        **hand_off_source(item, office_day(at)),
        # The rank among the items that the claimant may take; the reserve gives the oldest, whatever its rank.
        "place": None if reserved else 1,
        "reserve": reserved,
        "lane": str(LANES[item.lane]),
        "factors": [
            *factors.lane_and_start_by(item, work, events),
            factors.age(item),
            factors.reserve_turn(item, at, reserved=reserved),
        ],
        "explainedAt": utc_text(at),
    }


def hand_off_source(item: WorkItem, day: date) -> dict[str, Any]:
    """For a hand-off step: the dated table that asks for it, and the support team's number with its source."""
    if item.action not in set(HandOffStep):
        return {}
    source = {"rule": "hand-off.step-is-open", "source": version("hand_off", day).source}
    if item.action == HandOffStep.SUPPORT_TEAM:
        number = version("support_team_number", day)
        source |= {"number": number.value, "numberSource": number.source}
    return {"handOff": source}
