"""What runs on time by itself: each reminder, step up, lapse, flow and job, when it last did and when it next will."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from fastapi import APIRouter

from api.http.dependencies import RequestContextDep, require_duty
from api.views import base
from states.jobs import timers as timing

router = APIRouter(prefix="/v1", tags=["operations"])


class TimerView(base.View):
    """One timer: a threshold of a kind of term, a flow of Prefect, or a job of the clock."""

    name: str
    kind: str
    """reminder, escalation, lapse, flow or tick."""
    term: str | None = None
    threshold: str | None = None
    tells: str | None = None
    """The role that is told."""
    when: str
    """At which part of a term, how many days after it, or how often."""
    last_at: datetime | None = None
    times: int = 0
    late: int = 0
    """How often it came more than an hour after its moment."""
    letters: int | None = None
    next_at: datetime | None = None
    """For a threshold the nearest of the terms that run; none where no such term runs."""
    waiting: int | None = None
    """How many terms will reach it, as things stand."""
    overdue: int = 0
    """How many should have passed already: the clock is away, or cannot pass them."""


class Timers(base.View):
    """Every timer that is configured."""

    items: list[TimerView]


@router.get("/timers", operation_id="list-timers")
def timers(context: RequestContextDep) -> Timers:
    """Everything that is to happen by itself, so that none of it can be dead without anyone seeing it."""
    require_duty(context.by, "timer", "read")
    found = [*timing.term_timers(context.session, at=context.at), *scheduled(context)]
    return Timers(items=[TimerView.model_validate(each) for each in found])


def scheduled(context: RequestContextDep) -> Iterator[timing.Timer]:
    """Flows and jobs, with when each runs next; overdue once it stayed away for more than one turn."""
    for known, schedule in timing.scheduled_timers(context.session):
        next_at = following(schedule, known.last_at or context.at)
        overdue = int(following(schedule, next_at) < context.at)
        yield replace(known, when=words(schedule), next_at=max(next_at, context.at), overdue=overdue)


def following(schedule: Mapping[str, Any], after: datetime) -> datetime:
    """The first moment of a schedule after another one: an interval in seconds, or a cron line with its time zone."""
    if "interval" in schedule:
        return after + timedelta(seconds=schedule["interval"])
    trigger = CronTrigger.from_crontab(schedule["cron"], timezone=ZoneInfo(schedule["timezone"]))
    found: datetime = trigger.get_next_fire_time(None, after)
    return found.astimezone(UTC)


def words(schedule: Mapping[str, Any]) -> str:
    """How often, such as ``every 30 s`` or ``0 7 * * mon-fri Europe/Amsterdam``."""
    if "interval" in schedule:
        return f"every {schedule['interval']:g} s"
    return f"{schedule['cron']} {schedule['timezone']}"
