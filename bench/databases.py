"""Databases for the benchmarks: copies and empty ones, filled with waiting work of a few real cases."""

from collections.abc import Sequence

import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from bench.office import now
from rules.core.roles import Actor, Role
from states.commands.fire import fire
from states.events.application.receipt import Receive
from states.storage.database import transaction

OFFICER = Actor("officer-1", Role.OFFICER)
ITEMS = """
    INSERT INTO work_item (id, application, chart, subject, action, role, organisation, lane, start_by, created_at,
                           estimate, dispatched_at)
    SELECT 'work-' || n, (%(cases)s::text[])[1 + n %% cardinality(%(cases)s::text[])], 'application', 'bench-' || n,
           'start-intake', 'officer', '', lane, now() + (n %% 20000 - 2000) * interval '1 minute',
           now() - (n %% 30000) * interval '1 minute', 30, CASE WHEN %(offered)s THEN now() END
    FROM (SELECT n, CASE WHEN %(lane)s > 0 THEN %(lane)s WHEN n %% 10 = 0 THEN 2 WHEN n %% 10 < 4 THEN 3 ELSE 4 END lane
          FROM generate_series(1, %(count)s) n) numbered
"""


def psycopg_url(url: str, database: str | None = None) -> str:
    """The URL of a database of the server in the form of psycopg."""
    address = make_url(url).set(drivername="postgresql")
    return (address.set(database=database) if database else address).render_as_string(hide_password=False)


def create_cases(engine: Engine, count: int = 20) -> list[str]:
    """Create some cases with a threat each, so that the explanation of a claim reads a chain."""
    references = []
    for _ in range(count):
        with transaction(engine) as session:
            body = Receive().example(None)  # type: ignore[arg-type]
            row = fire(session, "application", None, "receive", by=OFFICER, at=now(), body=body).row
            signal = {"kind": "intimidation", "source": "applicant"}
            fire(session, "application", row.id, "record-threat", by=OFFICER, at=now(), body=signal)
            references.append(str(row.id))
    return references


def fill_queue(url: str, count: int, of: Sequence[str], *, lane: int = 0, offered: bool = True) -> None:
    """Create open items for the officers: a tenth urgent, three tenths elevated, the rest routine; a tenth overdue.

    Args:
        url: the database.
        count: how many.
        of: the cases to which they belong.
        lane: one lane for all; 0 for the mix.
        offered: whether they were offered already.
    """
    with psycopg.connect(psycopg_url(url), autocommit=True) as connection:
        connection.execute(ITEMS, {"count": count, "cases": list(of), "lane": lane, "offered": offered})
        connection.execute("VACUUM ANALYZE work_item")


def copy_database(url: str, name: str) -> str:
    """Copy a database on the same server; the original must have no connections."""
    address = make_url(url)
    with psycopg.connect(psycopg_url(url, "template1"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {address.database} STRATEGY file_copy")
    return psycopg_url(url, name)


def create_database(url: str, name: str) -> str:
    """Create an empty database on the same server; an existing one is dropped."""
    with psycopg.connect(psycopg_url(url), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return psycopg_url(url, name)
