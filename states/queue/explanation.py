"""Explanation of an item's position: its rank, every factor with rule, source and fact, and what would change it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.core import dates
from rules.core.dated_values import value
from rules.core.dates import office_day, utc_text
from rules.core.rule import message
from rules.queue.order import ACUTE, LANES, QueuePosition
from states.engine.parties import holders_of
from states.priority import factors, positions
from states.priority.claim_explanation import hand_off_source
from states.priority.positions import Pool
from states.priority.what_if import OpenCase, Scenario, open_case_of, scenarios
from states.queue import expected_wait
from states.queue import reserve as reserve_counts
from states.queue.availability import Availability, load_availability
from states.queue.candidates import objections, officials_of
from states.tables.work import WorkItem

NAMED_BEFORE = 5
"""How many of the items before it are named."""


def explain(session: Session, item: WorkItem, *, at: datetime) -> dict[str, Any]:
    """Explain the position of an item: every factor with its rule, source and fact, and what would change it.

    Args:
        session: read only.
        item: open work.
        at: now.
    """
    return explain_all(session, [item], at=at)[0]


def explain_all(session: Session, items: Sequence[WorkItem], *, at: datetime) -> list[dict[str, Any]]:
    """Explain the positions of open items of one case as :func:`explain`; each table is asked once for all of them."""
    if not items:
        return []
    case = open_case_of(session, items[0].application)
    scenes = {item.id: [(one, one.position_of(case, item)) for one in scenarios(case, item, at=at)] for item in items}
    read = read_pools(session, items, {key: [position for _, position in found] for key, found in scenes.items()}, at)
    return [explanation_of(case, item, scenes[item.id], read, at) for item in items]


@dataclass(frozen=True)
class PoolReadings:
    """What explanations read of the pools of their items; by pool, by item, or by case."""

    before: Mapping[Pool, Mapping[QueuePosition, int]]
    """How many waiting items come before each point."""
    due_before: Mapping[str, int]
    so_far: Mapping[str, int]
    """The claims since the reserve's last turn, by item."""
    people: Mapping[Pool, Sequence[Availability]]
    first: Mapping[Pool, Sequence[tuple[str, QueuePosition]]]
    paces: Mapping[Pool, expected_wait.Pace]
    officials: Collection[str]
    """The people whom the case is about."""


def read_pools(
    session: Session, items: Sequence[WorkItem], outcomes: Mapping[str, Iterable[QueuePosition | None]], at: datetime
) -> PoolReadings:
    """Read the pools of some items of one case: their order around the items, their people, and their pace."""
    points: dict[Pool, list[QueuePosition]] = {}
    for item in items:
        mine = points.setdefault(item.pool, [])
        mine += [item.position, *(positions.start_of_lane(lane) for lane in range(ACUTE, item.lane + 1))]
        mine += [position for position in outcomes[item.id] if position is not None]
    holders = holders_of(session, points)
    return PoolReadings(
        before=positions.counts_before(session, points),
        due_before=positions.due_before(session, items),
        so_far=reserve_counts.claims_since_turn(session, items),
        people=load_availability(session, holders, at=at),
        first=positions.first_items(session, points, NAMED_BEFORE),
        paces=expected_wait.paces(session, holders, at=at),
        officials=officials_of(session, items[0]),
    )


def explanation_of(
    case: OpenCase,
    item: WorkItem,
    outcomes: list[tuple[Scenario, QueuePosition | None]],
    read: PoolReadings,
    at: datetime,
) -> dict[str, Any]:
    """The explanation of one item, from what was read of its case and its pool."""
    lanes = {lane: positions.start_of_lane(lane) for lane in range(ACUTE, item.lane + 1)}
    before, due = read.before[item.pool], read.due_before[item.id]
    rank = before[item.position] + 1 if item.assignee is None else None
    reserve = factors.reserve_promise(item, at=at, so_far=read.so_far[item.id], due_before=due)
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
            factors.required_skill(item, people_of_pool(item, read)),
            factors.holder(item),
        ],
        "before": before_by_lane(item, before, lanes) if rank is not None else {},
        "firstBefore": first_before(item, read.first.get(item.pool, ())) if rank is not None else [],
        "whatWouldChangeIt": [*alternatives(case, item, outcomes, before), *reserve_from_start_by(item, at, due)],
        "expectedWait": expected_wait_of(read.paces.get(item.pool), rank, reserve, at),
        "explainedAt": utc_text(at),
    }


def before_by_lane(
    item: WorkItem, before: Mapping[QueuePosition, int], lanes: Mapping[int, QueuePosition]
) -> dict[str, int]:
    """How many items of each lane come before it."""
    ends = [*(before[begin] for begin in lanes.values()), before[item.position]]
    found = {str(LANES[lane]): ends[number + 1] - ends[number] for number, lane in enumerate(lanes)}
    return {lane: count for lane, count in found.items() if count}


def first_before(item: WorkItem, first: Iterable[tuple[str, QueuePosition]]) -> list[dict[str, Any]]:
    """The first items of the queue that come before it, each with the first factor in which it differs."""
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
        for action, position in first
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
    pace: expected_wait.Pace | None, rank: int | None, reserve: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """The expected wait: for as many claims as its rank, or for as many as the reserve needs at most."""
    if rank is None:
        why = message("Somebody has it in hand.", "Iemand heeft het opgepakt.")
        return {"known": False, "why": why.en, "whyNl": why.nl}
    ahead = min(rank, reserve["fact"]["withinClaims"] or rank)
    return expected_wait.expected_wait(pace, ahead, at=at)


def people_of_pool(item: WorkItem, read: PoolReadings) -> dict[str, Any]:
    """How many people of the pool may take an item now, and how many may not, by the rule that objects."""
    pool = read.people[item.pool]
    barred: dict[str, list[str]] = {}
    for one in pool:
        for finding in objections(item, one.person, one, officials=read.officials):
            barred.setdefault(finding.rule, []).append(one.person)
    names = {person for who in barred.values() for person in who}
    return {
        "inPool": len(pool),
        "may": len(pool) - len(names),
        "atWork": sum(one.at_work and one.person not in names for one in pool),
        "mayNot": [{"rule": rule, "people": len(who), "names": who} for rule, who in sorted(barred.items())],
    }
