"""Office for the benchmarks: a small one in its own server, with fsync on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine

from bench.server import server
from migrations.upgrade import upgrade
from rules.core.roles import Actor, Role
from rules.procedure.grants import takes_two
from states.commands.fire import fire
from states.storage.database import connect, transaction

ADMINISTRATOR, HEAD = Actor("administrator-1", Role.ADMINISTRATOR), Actor("head-1", Role.HEAD)
EMPLOYER = "gemeente-zilverdam"
OFFICE = ("officer", "adviser", "security-authority", "coordinator")
AT_EMPLOYER = ("employer", "approver", "finance", "releaser")


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@contextmanager
def office() -> Iterator[tuple[str, Engine]]:
    """A new server, migrated, with one employer and a person for every duty; removed at the end."""
    with server() as url:
        upgrade(url)
        engine = connect(url, key=bytes(32))
        with transaction(engine) as session:
            people(session)
        yield url, engine
        engine.dispose()


def people(session: object) -> None:
    """Register one employer, and one person for every duty."""
    employer = {
        "id": EMPLOYER,
        "kind": "municipality",
        "name": "Gemeente Zilverdam",
        "debtorIban": "NL91ABNA0417164300",
        "ledgerAccount": "4380",
        "costCentre": "BESTUUR",
        "bankAccount": "1010",
        "riskInventory": "RIE-2026",
    }
    fire(session, "organisation", None, "register", by=ADMINISTRATOR, at=now(), body=employer)
    duties = [(role, None) for role in OFFICE] + [(role, EMPLOYER) for role in AT_EMPLOYER]
    for role, employed in duties:
        body = {
            "id": f"{role}-1",
            "name": "Fictional Person",
            "email": f"{role}@zilverdam.example",
            "duties": [{"role": role, "organisation": employed}],
        }
        fire(session, "person", None, "register", by=ADMINISTRATOR, at=now(), body=body)
        if takes_two(Role(role), now().date()):
            fire(session, "person", body["id"], "confirm-duty", by=HEAD, at=now(), body=body["duties"][0])
