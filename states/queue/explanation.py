"""Explanation of an item's position: its rank, every factor with rule, source and fact, and what would change it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.core import dates
from rules.core.dated_values import value
from rules.core.dates import office_day, utc_text
from rules.core.rule import message
from rules.queue.order import ACUTE, LANES, QueuePosition
from states.priority import factors, positions
from states.priority.claim_explanation import hand_off_source
from states.priority.what_if import OpenCase, Scenario, open_case_of, scenarios
from states.queue import expected_wait
from states.queue import reserve as reserve_counts
from states.queue.availability import availability_in_pool
from states.queue.candidates import reasons_not_to_assign
from states.tables.work import WorkItem

NAMED_BEFORE = 5
"""How many of the items before it are named."""


def explain(session: Session, item: WorkItem, *, at: datetime, case: OpenCase | None = None) -> dict[str, Any]:
    """Explain the position of an item: every factor with its rule, source and fact, and what would change it.

    Args:
        session: read only.
        item: open work.
        at: now.
        case: the case of the item, if it was read already.
    """
    case = case or open_case_of(session, item.application)
    outcomes = [(one, one.position_of(case, item)) for one in scenarios(case, item, at=at)]
    lanes = {lane: positions.start_of_lane(lane) for lane in range(ACUTE, item.lane + 1)}
    points = [item.position, *lanes.values(), *(position for _, position in outcomes if position is not None)]
    before = positions.counts_before(session, *item.pool, points)
    due = positions.due_before(session, *item.pool, item.position)
    rank = before[item.position] + 1 if item.assignee is None else None
    reserve = factors.reserve_promise(
        item, at=at, so_far=reserve_counts.claims_since_turn(session, item), due_before=due
    )
    return {
        "workItem": item.id,
        "action": item.action,
        **hand_off_source(item, office_day(at)),
        "place": rank,
        "lane": str(LANES[item.lane]),
        "factors": [
            *factors.lane_and_start_by(item, case.facts_of(item), case.urgency_events),
            factors.age(item),
            reserve,
            factors.required_skill(item, people_of_pool(session, item, at=at)),
            factors.holder(item),
        ],
        "before": before_by_lane(item, before, lanes) if rank is not None else {},
        "firstBefore": first_before(session, item) if rank is not None else [],
        "whatWouldChangeIt": [*alternatives(case, item, outcomes, before), *reserve_from_start_by(item, at, due)],
        "expectedWait": expected_wait_of(session, item, rank, reserve, at),
        "explainedAt": utc_text(at),
    }


def before_by_lane(
    item: WorkItem, before: Mapping[QueuePosition, int], lanes: Mapping[int, QueuePosition]
) -> dict[str, int]:
    """How many items of each lane come before it."""
    ends = [*(before[begin] for begin in lanes.values()), before[item.position]]
    found = {str(LANES[lane]): ends[number + 1] - ends[number] for number, lane in enumerate(lanes)}
    return {lane: count for lane, count in found.items() if count}


def first_before(session: Session, item: WorkItem) -> list[dict[str, Any]]:
    """The first items of the queue that come before it, each with the first factor in which it differs."""
    found = positions.first_items(session, *item.pool, NAMED_BEFORE)
    return [
        {
            "workItem": position.id,
            "action": action,
            "lane": str(LANES[position.lane]),
            "startBy": utc_text(position.start_by),
            "differsIn": next(
                name
                for name, one, other in zip(("lane", "startBy", "age", "id"), position, item.position, strict=True)
                if one != other
            ),
        }
        for action, position in found
        if position < item.position
    ]


def alternatives(
    case: OpenCase,
    item: WorkItem,
    outcomes: list[tuple[Scenario, QueuePosition | None]],
    before: Mapping[QueuePosition, int],
) -> list[dict[str, Any]]:
    """Its position without a past event, or after a more urgent signal."""
    return [
        {
            "if": one.description.en,
            "ifNl": one.description.nl,
            "place": one.rank_of(case, item, before),
            **(
                {"lane": str(LANES[position.lane]), "startBy": utc_text(position.start_by)}
                if position
                else {"lane": None}
            ),
            **{name: fact for name, fact in one.facts.items() if name != "lane"},
        }
        for one, position in outcomes
    ]


def reserve_from_start_by(item: WorkItem, at: datetime, due: int) -> list[dict[str, Any]]:
    """What changes without any event: once its start-by has passed, the reserve may take it."""
    if item.lane == ACUTE or item.start_by <= at or item.assignee is not None:
        return []
    every = value("reserve_every", office_day(at))
    moment = dates.office_time_text(item.start_by)
    what = message(
        f"once its start-by passes on {moment} the reserve may take it",
        f"zodra de begintijd op {moment} verstrijkt, kan de reserve het nemen",
    )
    change = {
        "if": what.en,
        "ifNl": what.nl,
        "place": None,
        "lane": str(LANES[item.lane]),
        "from": utc_text(item.start_by),
    }
    return [{**change, "withinClaims": every * (due + 1)}]


def expected_wait_of(
    session: Session,
    item: WorkItem,
    rank: int | None,
    reserve: Mapping[str, Any],
    at: datetime,
) -> dict[str, Any]:
    """The expected wait: for as many claims as its rank, or for as many as the reserve needs at most."""
    if rank is None:
        why = message("Somebody has it in hand.", "Iemand heeft het opgepakt.")
        return {"known": False, "why": why.en, "whyNl": why.nl}
    ahead = min(rank, reserve["fact"]["withinClaims"] or rank)
    return expected_wait.expected_wait(session, *item.pool, ahead, at=at)


def people_of_pool(session: Session, item: WorkItem, *, at: datetime) -> dict[str, Any]:
    """How many people of the pool may take an item now, and how many may not, by the rule that objects."""
    pool = availability_in_pool(session, *item.pool, at=at)
    barred: dict[str, list[str]] = {}
    for one in pool:
        for finding in reasons_not_to_assign(session, item, one.person, one):
            barred.setdefault(finding.rule, []).append(one.person)
    names = {person for who in barred.values() for person in who}
    return {
        "inPool": len(pool),
        "may": len(pool) - len(names),
        "atWork": sum(one.at_work and one.person not in names for one in pool),
        "mayNot": [{"rule": rule, "people": len(who), "names": who} for rule, who in sorted(barred.items())],
    }
