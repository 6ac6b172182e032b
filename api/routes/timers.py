"""Timers: every automatic reminder, escalation, lapse, flow and job, with its last and next time."""

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
    """Timer: a threshold of a kind of term, a flow of Prefect, or a job of the clock."""

    name: str
    kind: str
    """reminder, escalation, lapse, flow or tick."""
    term: str | None = None
    threshold: str | None = None
    tells: str | None = None
    """The role that is notified."""
    when: str
    """At which part of a term, how many days after it, or how often."""
    last_at: datetime | None = None
    times: int = 0
    late: int = 0
    """How often it ran more than an hour late."""
    letters: int | None = None
    next_at: datetime | None = None
    """For a threshold, the earliest among the running terms; null if no such term is running."""
    waiting: int | None = None
    """How many running terms will reach it unless something changes."""
    overdue: int = 0
    """How many should have run already: the clock is not running, or cannot run them."""


class Timers(base.View):
    """Configured timers."""

    items: list[TimerView]


@router.get("/timers", operation_id="list-timers", summary="List what runs automatically")
def timers(context: RequestContextDep) -> Timers:
    """List everything that runs automatically, so that a timer that has stopped is noticed."""
    require_duty(context.by, "timer", "read")
    found = [*timing.term_timers(context.session, at=context.at), *scheduled(context)]
    return Timers(items=[TimerView.model_validate(each) for each in found])


def scheduled(context: RequestContextDep) -> Iterator[timing.Timer]:
    """Yield flows and jobs with their next run; a job is overdue if it missed more than one run."""
    for timer, schedule in timing.scheduled_timers(context.session):
        next_at = following(schedule, timer.last_at or context.at)
        overdue = int(following(schedule, next_at) < context.at)
        yield replace(timer, when=schedule_text(schedule), next_at=max(next_at, context.at), overdue=overdue)


def following(schedule: Mapping[str, Any], after: datetime) -> datetime:
    """Return the next run of a schedule (an interval in seconds, or a cron line with its time zone) after a moment."""
    if "interval" in schedule:
        return after + timedelta(seconds=schedule["interval"])
    trigger = CronTrigger.from_crontab(schedule["cron"], timezone=ZoneInfo(schedule["timezone"]))
    found: datetime = trigger.get_next_fire_time(None, after)
    return found.astimezone(UTC)


def schedule_text(schedule: Mapping[str, Any]) -> str:
    """Return a schedule as text, such as ``every 30 s`` or ``0 7 * * mon-fri Europe/Amsterdam``."""
    if "interval" in schedule:
        return f"every {schedule['interval']:g} s"
    return f"{schedule['cron']} {schedule['timezone']}"
