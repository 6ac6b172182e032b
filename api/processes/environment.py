"""Environment variables of the child processes: what they need, and nothing that makes them send data elsewhere."""

import os
from collections.abc import Mapping

from states.settings import Configuration

OUTBOUND_PREFIXES = ("OTEL_", "SENTRY_", "LOGFIRE_", "DD_", "PREFECT_", "PREFECT__")
"""Prefixes of settings that send data elsewhere, or that belong to another Prefect installation."""
SERVER_PREFIXES = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_API_SSL_CERT_FILE", "PREFECT_CLIENT_")
"""Prefixes of settings that an external Prefect server may require."""


def child_environment(configuration: Configuration, database: str, prefect: str) -> dict[str, str]:
    """Return the environment of every process of the office.

    Args:
        configuration: the configuration of the office.
        database: the address of the database, embedded or external.
        prefect: the address of the Prefect server, embedded or external.
    """
    own_server = configuration.prefect_api_url is not None
    kept = {key: value for key, value in os.environ.items() if _is_passed_on(key, own_server=own_server)}
    home = configuration.folder / "prefect"
    return kept | {
        "DATABASE_URL": database,
        "VEILIGADVIES_HOME": str(configuration.folder),
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "*",
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": prefect,
        "PREFECT_HOME": str(home),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }


def prefect_server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the embedded Prefect server: its database, its old pages, and no outside calls."""
    return dict(environment) | {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{environment['PREFECT_HOME']}/prefect.db",
        # The second version of its pages calls a host of the vendor from the browser.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Its database only records runs; the ledger records what happened, so old runs can be removed.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(24 * 60 * 60),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P1D",
    }


def _is_passed_on(key: str, *, own_server: bool) -> bool:
    if key.upper().endswith("_PROXY"):
        return False
    if key.startswith(SERVER_PREFIXES) and own_server:
        return True
    return not key.startswith(OUTBOUND_PREFIXES)
