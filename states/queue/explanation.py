"""Why an item stands where it stands: its place, every factor with rule, source and fact, and what would change it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.core import dates
from rules.core.dated_values import value
from rules.core.dates import office_day, utc_text
from rules.core.roles import Actor, Role
from rules.core.rule import message
from rules.queue.order import ACUTE, LANES, QueuePosition
from states.errors import NotFoundError
from states.priority import factors, positions
from states.priority.claim_explanation import by_table
from states.priority.what_if import OpenCase, Scenario, open_case_of, scenarios
from states.queue import expected_wait
from states.queue import reserve as reserve_counts
from states.queue.availability import availability_in_pool
from states.queue.candidates import reasons_not_to_assign
from states.tables.work import WorkItem

FIRST = 5
"""So many of the items that stand before are named."""


def explain(session: Session, item: WorkItem, *, at: datetime, case: OpenCase | None = None) -> dict[str, Any]:
    """Why an item stands where it stands: every factor with its rule, source and fact, and what would change it.

    Args:
        session: where to look; nothing is changed.
        item: open work.
        at: now.
        case: the case of the item, where it was read already.
    """
    case = case or open_case_of(session, item.application)
    supposed = [(one, one.of(case, item)) for one in scenarios(case, item, at=at)]
    lanes = {lane: positions.lane_begins(lane) for lane in range(ACUTE, item.lane + 1)}
    points = [item.position, *lanes.values(), *(there for _, there in supposed if there is not None)]
    before = positions.counts_before(session, *item.pool, points)
    due = positions.due_before(session, *item.pool, item.position)
    at_place = before[item.position] + 1 if item.assignee is None else None
    reserve = factors.reserve(item, at=at, so_far=reserve_counts.seen_by(session, item), due_before=due)
    return {
        "workItem": item.id,
        "action": item.action,
        **by_table(item, office_day(at)),
        "place": at_place,
        "lane": str(LANES[item.lane]),
        "factors": [
            *factors.lane_and_start(item, case.asked(item), case.happened),
            factors.age(item),
            reserve,
            factors.skill(item, people(session, item, at=at)),
            factors.in_hand(item),
        ],
        "before": before_by_lane(item, before, lanes) if at_place is not None else {},
        "firstBefore": first_before(session, item) if at_place is not None else [],
        "whatWouldChangeIt": [*changes(case, item, supposed, before), *later(item, at, due)],
        "expectedWait": waits(session, item, at_place, reserve, at),
        "explainedAt": utc_text(at),
    }


def before_by_lane(
    item: WorkItem, before: Mapping[QueuePosition, int], lanes: Mapping[int, QueuePosition]
) -> dict[str, int]:
    """How many items of each lane stand before it."""
    ends = [*(before[begin] for begin in lanes.values()), before[item.position]]
    found = {str(LANES[lane]): ends[number + 1] - ends[number] for number, lane in enumerate(lanes)}
    return {lane: count for lane, count in found.items() if count}


def first_before(session: Session, item: WorkItem) -> list[dict[str, Any]]:
    """The first items that stand before it, each with the first thing in which they differ."""
    found = positions.first_of(session, *item.pool, FIRST)
    return [
        {
            "workItem": there.id,
            "action": action,
            "lane": str(LANES[there.lane]),
            "startBy": utc_text(there.start_by),
            "differsIn": next(
                name
                for name, one, other in zip(("lane", "startBy", "age", "id"), there, item.position, strict=True)
                if one != other
            ),
        }
        for action, there in found
        if there < item.position
    ]


def changes(
    case: OpenCase,
    item: WorkItem,
    supposed: list[tuple[Scenario, QueuePosition | None]],
    before: Mapping[QueuePosition, int],
) -> list[dict[str, Any]]:
    """Where it would stand had something not happened, or after a signal that is more urgent."""
    return [
        {
            "if": one.what.en,
            "ifNl": one.what.nl,
            "place": one.place(case, item, before),
            **({"lane": str(LANES[there.lane]), "startBy": utc_text(there.start_by)} if there else {"lane": None}),
            **{name: fact for name, fact in one.facts.items() if name != "lane"},
        }
        for one, there in supposed
    ]


def later(item: WorkItem, at: datetime, due: int) -> list[dict[str, Any]]:
    """What comes by itself: once its start-by has passed the reserve may take it."""
    if item.lane == ACUTE or item.start_by <= at or item.assignee is not None:
        return []
    every = value("reserve_every", office_day(at))
    moment = dates.office_time_text(item.start_by)
    what = message(
        f"once its start-by passes on {moment} the reserve may take it",
        f"zodra de begintijd op {moment} verstrijkt, kan de reserve het nemen",
    )
    told = {
        "if": what.en,
        "ifNl": what.nl,
        "place": None,
        "lane": str(LANES[item.lane]),
        "from": utc_text(item.start_by),
    }
    return [{**told, "withinClaims": every * (due + 1)}]


def waits(
    session: Session,
    item: WorkItem,
    at_place: int | None,
    reserve: Mapping[str, Any],
    at: datetime,
) -> dict[str, Any]:
    """The expected wait: until so many claims were made as stand before it, or as the reserve needs at most."""
    if at_place is None:
        why = message("Somebody has it in hand.", "Iemand heeft het opgepakt.")
        return {"known": False, "why": why.en, "whyNl": why.nl}
    ahead = min(at_place, reserve["fact"]["withinClaims"] or at_place)
    return expected_wait.expected(session, *item.pool, ahead, at=at)


def people(session: Session, item: WorkItem, *, at: datetime) -> dict[str, Any]:
    """How many people of the pool may take an item now, and how many may not, by the rule that says so.

    Whoever holds as much as is allowed may take it again once a hand is free, so that rule is named apart.
    """
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


def readable(session: Session, key: str, by: Actor) -> WorkItem:
    """An item that someone may look at: of the own pool, or any for those who keep watch.

    Raises:
        NotFoundError: there is none that the caller may see.
    """
    item = session.get(WorkItem, key)
    watch = by.role in {Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR}
    if item is None or not (watch or item.pool == by.pool):
        raise NotFoundError("work item", key)
    return item
