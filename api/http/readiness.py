"""Readiness of each part of the office: the API, the database, the migrations, the key, Prefect and the processes."""

from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import text

from migrations.upgrade import pending
from rules.core.dates import utc_text
from states.errors import OfficeKeyError
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import transaction
from states.storage.office_key import check_key
from states.tables.operations import FlowRun

SILENCE_LIMIT = timedelta(seconds=20)
"""How long ago a process may have reported before it counts as not running."""


PROCESSES = ("dispatcher", "clock", "worker")


def check_parts(engine: Engine, configuration: Configuration, at: datetime) -> list[dict[str, Any]]:
    """Return each part of the office, whether it is ready, and a detail in words."""
    parts: list[dict[str, Any]] = [{"name": "api", "ok": True, "detail": "answers"}]
    known: dict[str, FlowRun] = {}
    try:
        with transaction(engine) as session:
            session.execute(text("SELECT 1"))
            behind = pending(configuration.database_url or "")
            known = {} if behind else runs.last_runs(session)
        parts.append({"name": "database", "ok": True, "detail": "answers"})
        detail = "run the migrations" if behind else "up to date"
        parts.append({"name": "migrations", "ok": not behind, "detail": detail})
    except Exception as error:  # noqa: BLE001  # whatever the error, the database is not ready
        parts.append({"name": "database", "ok": False, "detail": f"does not answer ({type(error).__name__})"})
    parts.append(check_office_key(engine, configuration))
    parts.append(check_prefect(configuration.prefect_api_url))
    for name in PROCESSES:
        last = known.get(f"process:{name}")
        ready = last is not None and at - last.finished_at < SILENCE_LIMIT
        detail = f"last seen {utc_text(last.finished_at)}" if last else "not seen yet"
        parts.append({"name": name, "ok": ready, "detail": detail})
    return parts


def check_office_key(engine: Engine, configuration: Configuration) -> dict[str, Any]:
    """Return whether the key file is in its place and opens the data of the database."""
    try:
        check_key(engine, configuration.key_file)
    except OfficeKeyError as error:
        return {"name": "office-key", "ok": False, "detail": str(error)}
    except SQLAlchemyError:
        return {"name": "office-key", "ok": False, "detail": "cannot be checked: the database does not answer"}
    return {"name": "office-key", "ok": True, "detail": "opens the data"}


def check_prefect(url: str | None) -> dict[str, Any]:
    """Return whether the Prefect server answers."""
    if not url:
        return {"name": "prefect", "ok": False, "detail": "no PREFECT_API_URL"}
    try:
        well = httpx.get(f"{url}/health", timeout=1.0, trust_env=False).is_success
    except httpx.HTTPError:
        well = False
    return {
        "name": "prefect",
        "ok": well,
        "detail": "answers" if well else "does not answer yet; the clock runs the scheduled work",
    }
