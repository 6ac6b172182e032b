"""When something that runs on time by itself runs next: every so many seconds, or at an hour of some days."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger


def following(schedule: Mapping[str, Any], after: datetime) -> datetime:
    """The first moment after another one.

    Args:
        schedule: ``interval`` in seconds, or ``cron`` with its ``timezone``: seven o'clock stays seven o'clock when
            the clocks change.
        after: aware.
    """
    if "interval" in schedule:
        return after + timedelta(seconds=schedule["interval"])
    trigger = CronTrigger.from_crontab(schedule["cron"], timezone=ZoneInfo(schedule["timezone"]))
    found: datetime = trigger.get_next_fire_time(None, after)
    return found


def words(schedule: Mapping[str, Any]) -> str:
    """How often, such as ``every 30 s`` or ``0 7 * * mon-fri Europe/Amsterdam``."""
    if "interval" in schedule:
        return f"every {schedule['interval']:g} s"
    return f"{schedule['cron']} {schedule['timezone']}"
