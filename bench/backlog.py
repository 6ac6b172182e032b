"""Work that waits, in bulk: as many items as wanted, of a few real cases, written at once."""

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


def plain(url: str, database: str | None = None) -> str:
    """The address of a database of the server, as psycopg takes it."""
    address = make_url(url).set(drivername="postgresql")
    return (address.set(database=database) if database else address).render_as_string(hide_password=False)


def cases(engine: Engine, count: int = 20) -> list[str]:
    """Some real cases with a threat each, so that explaining a claim reads a chain."""
    made = []
    for _ in range(count):
        with transaction(engine) as session:
            body = Receive().example(None)  # type: ignore[arg-type]
            row = fire(session, "application", None, "receive", by=OFFICER, at=now(), body=body).row
            signal = {"kind": "intimidation", "source": "applicant"}
            fire(session, "application", row.id, "record-threat", by=OFFICER, at=now(), body=signal)
            made.append(str(row.id))
    return made


def fill(url: str, count: int, of: Sequence[str], *, lane: int = 0, offered: bool = True) -> None:
    """Open items for the officers: a tenth urgent, three tenths elevated, the rest routine; a tenth overdue.

    Args:
        url: the database.
        count: so many.
        of: the cases that they belong to.
        lane: all in this one; 0 for the mix.
        offered: whether they were offered already.
    """
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(ITEMS, {"count": count, "cases": list(of), "lane": lane, "offered": offered})
        connection.execute("VACUUM ANALYZE work_item")


def copy(url: str, name: str) -> str:
    """A copy of a database on the same server; nobody may be connected to the first."""
    address = make_url(url)
    with psycopg.connect(plain(url, "template1"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {address.database} STRATEGY file_copy")
    return plain(url, name)


def create(url: str, name: str) -> str:
    """An empty database on the same server, gone before where it was there."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return plain(url, name)
