"""What prefect.yaml says, read without Prefect: the clock needs it most when Prefect is away."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from apscheduler.triggers.cron import CronTrigger

PREFECT_YAML = Path(__file__).parent.parent / "prefect.yaml"
TIMES = 3
"""A flow that stays away for so many of its intervals is late."""
AFTER = timedelta(minutes=5)
"""How long after its hour a flow with an hour is late."""


def read(path: Path = PREFECT_YAML) -> dict[str, Any]:
    """What prefect.yaml says."""
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return said


def pool_name(said: dict[str, Any]) -> str:
    """The one pool in which everything runs."""
    return str(said["definitions"]["pool"])


def limits(said: dict[str, Any]) -> dict[str, int]:
    """How many runs each queue allows at the same time, over all workers."""
    return {queue["name"]: queue["concurrency_limit"] for queue in said["definitions"]["queues"]}


def schedules(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schedule of each flow, by the flow's name."""
    return {line["flow_name"]: line["schedules"][0] for line in said["deployments"]}


def late_at(schedule: dict[str, Any], finished: datetime) -> datetime:
    """The moment from which a flow that last ended at ``finished`` is late."""
    if "interval" in schedule:
        return finished + TIMES * timedelta(seconds=schedule["interval"])
    trigger = CronTrigger.from_crontab(schedule["cron"], timezone=ZoneInfo(schedule["timezone"]))
    following: datetime = trigger.get_next_fire_time(None, finished)
    return following + AFTER
