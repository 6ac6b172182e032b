"""Deployment file prefect.yaml, read without Prefect: the clock needs it when Prefect does not run."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from apscheduler.triggers.cron import CronTrigger

PREFECT_YAML = Path(__file__).parent.parent / "prefect.yaml"
LATE_INTERVALS = 3
"""A flow with an interval is late after so many intervals without a run."""
LATE_AFTER = timedelta(minutes=5)
"""How long after its time a flow with a cron schedule is late."""


def read(path: Path = PREFECT_YAML) -> dict[str, Any]:
    """The content of prefect.yaml."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def pool_name(content: dict[str, Any]) -> str:
    """The name of the one work pool."""
    return str(content["definitions"]["pool"])


def limits(content: dict[str, Any]) -> dict[str, int]:
    """The most concurrent runs of each queue, over all workers."""
    return {queue["name"]: queue["concurrency_limit"] for queue in content["definitions"]["queues"]}


def schedules(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schedule of each flow, by the flow's name."""
    return {line["flow_name"]: line["schedules"][0] for line in content["deployments"]}


def late_at(schedule: dict[str, Any], finished: datetime) -> datetime:
    """The moment from which a flow that last ended at ``finished`` is late."""
    if "interval" in schedule:
        return finished + LATE_INTERVALS * timedelta(seconds=schedule["interval"])
    trigger = CronTrigger.from_crontab(schedule["cron"], timezone=ZoneInfo(schedule["timezone"]))
    following: datetime = trigger.get_next_fire_time(None, finished)
    return following + LATE_AFTER
