"""Environment variables of the child processes: what they need, and nothing that makes them send data elsewhere."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from states.settings import Configuration
from states.storage.private_files import private_folder

OUTBOUND_PREFIXES = ("OTEL_", "SENTRY_", "LOGFIRE_", "DD_", "PREFECT_", "PREFECT__")
"""Prefixes of settings that send data elsewhere, or that belong to another Prefect installation."""
SERVER_PREFIXES = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_API_SSL_CERT_FILE", "PREFECT_CLIENT_")
"""Prefixes of settings that an external Prefect server may require."""


SIGN_IN_FILE = "sign-in"
"""The file in Prefect's folder with the text with which a person signs in to its pages."""


def child_environment(configuration: Configuration, database: str, prefect: str, secret: str = "") -> dict[str, str]:
    """Return the environment of every process of the office.

    Args:
        configuration: the configuration of the office.
        database: the address of the database, embedded or external.
        prefect: the address of the Prefect server, embedded or external.
        secret: what the embedded Prefect server asks of its clients, as ``name:secret``; none for an external one.
    """
    own_server = configuration.prefect_api_url is not None
    kept = {key: value for key, value in os.environ.items() if _is_passed_on(key, own_server=own_server)}
    home = configuration.folder / "prefect"
    if secret:
        kept["PREFECT_API_AUTH_STRING"] = secret
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
    """Return the environment of the embedded Prefect server: its database, its old pages, and no outside calls.

    It asks every caller for the secret of the environment, and lets no page but its own read its answers.
    """
    secret = environment.get("PREFECT_API_AUTH_STRING")
    return {**environment, **({"PREFECT_SERVER_API_AUTH_STRING": secret} if secret else {})} | {
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": environment["PREFECT_API_URL"].removesuffix("/api"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{environment['PREFECT_HOME']}/prefect.db",
        # The second version of its pages calls a host of the vendor from the browser.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Its database only records runs; the ledger records what happened, so old runs can be removed.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(24 * 60 * 60),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P1D",
    }


def new_secret(folder: Path) -> str:
    """Make the secret of this run's Prefect server, and keep it where only the office's user can read it.

    Args:
        folder: the data folder; the secret is in ``prefect/sign-in``, with which a person signs in to Prefect's pages.

    Returns:
        the secret, as ``name:secret``.
    """
    file = folder / "prefect" / SIGN_IN_FILE
    private_folder(file.parent)
    secret = f"office:{secrets.token_urlsafe(32)}"
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(secret)
    draft.replace(file)
    return secret


def _is_passed_on(key: str, *, own_server: bool) -> bool:
    if key.upper().endswith("_PROXY"):
        return False
    if key.startswith(SERVER_PREFIXES) and own_server:
        return True
    return not key.startswith(OUTBOUND_PREFIXES)
