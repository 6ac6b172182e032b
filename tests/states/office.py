"""Office for tests: employers, people for every duty, and helpers that record events and advance a case."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from proposals import named, up_to_allowed
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, col, delete, select
from stdnum import iban as iban_number

from rules.access.content_classes import Retention
from rules.core.dates import office_day
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from rules.procedure.grants import takes_two
from states.charts.application import ENDS, Stage
from states.commands.available_actions import FORWARD, Action, actions
from states.commands.bank_files import ImportedFile, take_in
from states.commands.fire import Outcome, fire
from states.errors import RefusedError
from states.storage.database import transaction
from states.storage.verification import verify
from states.tables.application import Application
from states.tables.ledger import DataKey

KEY = bytes(range(32))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday morning on which the tests' office opens."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZILVERDAM, GOUDVEEN = "gemeente-zilverdam", "gemeente-goudveen"
LAAGLAND, BROEKZIJDE = "provincie-laagland", "waterschap-broekzijde"
KINDS = {
    ZILVERDAM: "municipality",
    GOUDVEEN: "municipality",
    LAAGLAND: "province",
    BROEKZIJDE: "water-board",
}
ADMINISTRATOR, HEAD = Actor("beheer-1", Role.ADMINISTRATOR), Actor("hoofd-1", Role.HEAD)
SECOND_ADMINISTRATOR = Actor("beheer-2", Role.ADMINISTRATOR)
"""With the first one, who registers people, and the head, these confirm the roles that take two."""
OF_THE_OFFICE = (Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.MINISTRY_CONTACT)


class StuckError(AssertionError):
    """No possible action advances the case."""


def iban(number: int) -> str:
    """A valid Dutch account number."""
    basic = f"ABNA{number:010d}"
    return f"NL{iban_number.calc_check_digits(f'NL00{basic}')}{basic}"


def person(role: Role, organisation: str | None = None, number: int = 1) -> Actor:
    """Someone in a role; everyone in this office holds one duty only."""
    short = f"-{organisation.split('-')[1]}" if organisation else ""
    return Actor(f"{role}{short}-{number}", role, organisation)


OFFICER, ADVISER = person(Role.OFFICER), person(Role.ADVISER)
OTHER_OFFICER = person(Role.OFFICER, number=2)
AUTHORITY, COORDINATOR = person(Role.SECURITY_AUTHORITY), person(Role.COORDINATOR)
EMPLOYER = person(Role.EMPLOYER, ZILVERDAM)
FINANCE, APPROVER = person(Role.FINANCE, ZILVERDAM), person(Role.APPROVER, ZILVERDAM)
RELEASER, CONTACT = person(Role.RELEASER, ZILVERDAM), person(Role.SECURITY_CONTACT, ZILVERDAM)


def everyone() -> list[Actor]:
    """Two officers, one of every other duty of the office, and one of every duty of each employer."""
    found = [person(role) for role in OF_THE_OFFICE] + [OTHER_OFFICER]
    return found + [person(role, employer) for employer in KINDS for role in sorted(OF_AN_EMPLOYER)]


def furnish(engine: Engine, *, at: datetime = START - timedelta(days=1)) -> None:
    """Register the employers and the people."""
    with transaction(engine) as session:
        for number, (key, kind) in enumerate(KINDS.items(), start=1):
            body = {
                "id": key,
                "kind": kind,
                "name": key.replace("-", " ").title(),
                "debtorIban": iban(number),
                "ledgerAccount": "4300",
                "costCentre": "KP-01",
                "bankAccount": "1100",
            }
            if key != GOUDVEEN:  # one employer still has to name its risk inventory
                body["riskInventory"] = f"RIE-{number}"
            fire(session, "organisation", None, "register", by=ADMINISTRATOR, at=at, body=body)
        for actor in everyone():
            enrol(session, actor, at=at)


def enrol(session: Session, *actors: Actor, at: datetime = START) -> None:
    """Register one person with one or more duties, each confirmed by a second person where it takes two."""
    duties = [
        {"role": str(actor.role), **({"organisation": actor.organisation} if actor.organisation else {})}
        for actor in actors
    ]
    handle = actors[0].person
    body = {"id": handle, "name": f"Naam van {handle}", "email": f"{handle}@kantoor.example", "duties": duties}
    fire(session, "person", None, "register", by=ADMINISTRATOR, at=at, body=body)
    second = HEAD if handle != HEAD.person else SECOND_ADMINISTRATOR
    for actor, duty in zip(actors, duties, strict=True):
        if takes_two(actor.role, office_day(at)):
            fire(session, "person", handle, "confirm-duty", by=second, at=at, body=duty)


def application_body(**changes: Any) -> dict[str, Any]:
    """A mayor of Zilverdam, changed as asked; a value of None leaves the field out."""
    body = {
        "office": "mayor",
        "employers": [ZILVERDAM],
        "name": "A. Voorbeeld",
        "email": "a.voorbeeld@zilverdam.example",
        "homeAddress": "Voorbeeldlaan 1, 1234 AB Zilverdam",
        "household": "Two adults, one child",
        "certainSince": "2024-06-01",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def receive(engine: Engine, *, at: datetime = START, by: Actor = OFFICER, **changes: Any) -> str:
    """Receive an application and return its reference."""
    return str(do(engine, "application", None, "receive", by=by, at=at, body=application_body(**changes)).row.id)


def do(
    engine: Engine,
    chart: str,
    subject: str | None,
    event: str,
    *,
    by: Actor,
    at: datetime = START,
    body: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Outcome:
    """Record one event in its own transaction."""
    with transaction(engine) as session:
        return fire(session, chart, subject, event, by=by, at=at, body=body, version=version)


def carry_out(session: Session, action: Action, *, at: datetime) -> Outcome | ImportedFile:
    """Carry out an action exactly as it was proposed."""
    assert action.person is not None
    assert action.example is not None
    by = Actor(action.person, action.role, action.organisation)
    if action.event == "take-in-statement":
        return take_in(session, action.example["document"].encode(), by=by, at=at)
    return fire(
        session,
        action.chart,
        action.subject,
        action.event,
        by=by,
        at=at,
        body=action.example,
        version=action.version,
    )


def act(
    engine: Engine,
    reference: str,
    event: str,
    *,
    at: datetime,
    changes: Mapping[str, Any] | None = None,
    which: Callable[[Action], bool] = lambda _: True,
    among_all: bool = False,
) -> Any:
    """Carry out the first proposed action of this name, with changes to its example, and return its subject.

    Args:
        engine: the office.
        reference: the application.
        event: the name of the event.
        at: when.
        changes: what differs from the example of the action.
        which: which of the actions of this name.
        among_all: whether all ``actions`` are asked, as a page does, and not this event alone.
    """
    with transaction(engine) as session:
        application = session.get_one(Application, reference)
        if among_all:
            proposed = actions(session, application, at=at, demonstration=True)
        else:
            proposed = named(session, application, event, at=at)
        action = next(item for item in proposed if item.event == event and item.person and which(item))
        action = replace(action, example={**(action.example or {}), **(changes or {})})
        return carry_out(session, action, at=at)


def proposal(engine: Engine, reference: str, event: str, *, at: datetime) -> Action:
    """The first proposed action of a name."""
    with Session(engine) as session:
        return named(session, session.get_one(Application, reference), event, at=at)[0]


Choice = Callable[[list[Action]], Action | None]


def onward(proposed: list[Action]) -> Action | None:
    """The first allowed action, where it advances the case."""
    found = next((action for action in proposed if action.allowed), None)
    if found is None or f"{found.chart}/{found.event}" in FORWARD:
        return found
    waits = any(action.chart == "measure" and action.event in {"order", "provide"} for action in proposed)
    return found if waits and found.event == "record-certificate" else None


def sparing(proposed: list[Action]) -> Action | None:
    """As :func:`onward`, with a measure in the digital domain alone: the shortest way to the end."""
    found = onward(proposed)
    return found and replace(found, example=digital_alone(found.event, found.example))


def digital_alone(event: str, example: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The example of an action, with a measure in the digital domain alone."""
    if event == "assess-domain" and example and example["domain"] != "digital":
        return {**example, "needed": False, "measures": []}
    return example


def bare(proposed: list[Action]) -> Action | None:
    """As :func:`onward`, with nothing needed in any domain."""
    found = onward(proposed)
    if found is not None and found.event == "assess-domain" and found.example:
        return replace(found, example={**found.example, "needed": False, "measures": []})
    return found


def walk(
    engine: Engine,
    reference: str,
    until: Stage | str = Stage.CLOSED,
    *,
    at: datetime = START,
    choose: Choice = onward,
    before: Callable[[Action], bool] = lambda _: False,
    among_all: bool = False,
) -> datetime:
    """Take the first allowed action, minute after minute, until the stage is reached; return the next minute.

    Args:
        engine: the office.
        reference: the application.
        until: the stage to reach.
        at: when to begin.
        choose: which of the proposed actions to take.
        before: stop before carrying out an action of which this is true.
        among_all: whether all ``actions`` are asked at each step, as a page does, and not only up to the first allowed.
    """
    for _ in range(200):
        at += timedelta(minutes=1)
        with transaction(engine) as session:
            application = session.get_one(Application, reference)
            if application.state == until:
                return at
            if among_all:
                action = choose(actions(session, application, at=at, demonstration=True))
            else:
                action = choose(up_to_allowed(session, application, at=at))
            if action is None:
                raise StuckError(f"{reference} is {application.state} and nothing carries it on to {until}.")
            if before(action):
                return at
            carry_out(session, action, at=at)
    raise StuckError(f"{reference} did not reach {until} in 200 steps.")


def at_event(event: str) -> Callable[[Action], bool]:
    """For ``walk(before=...)``: stop before this event."""
    return lambda action: action.event == event


def snapshot(engine: Engine) -> dict[str, str]:
    """A digest of every row of every table: equal before and after where nothing changed."""
    found = {}
    with engine.connect() as connection:
        for name in inspect(engine).get_table_names():
            query = f"SELECT md5(coalesce(string_agg(r::text, chr(10) ORDER BY r::text), '')) FROM \"{name}\" r"
            found[name] = str(connection.execute(text(query)).scalar_one())
    return found


def problems(engine: Engine) -> list[str]:
    """The problems that ``verify`` finds."""
    with Session(engine) as session:
        return verify(session).problems


def erase(session: Session, stream: str, *classes: Retention) -> None:
    """Destroy the data keys of a stream: of some classes, or of all."""
    of_classes = col(DataKey.retention).in_(classes or list(Retention))
    session.execute(delete(DataKey).where(col(DataKey.stream) == stream, of_classes))


def refused(call: Callable[[], Any]) -> list[str]:
    """The rules by which a call is refused, in their order."""
    with pytest.raises(RefusedError) as caught:
        call()
    return [finding.rule for finding in caught.value.findings]


def stage(engine: Engine, reference: str) -> Stage:
    """The stage of an application."""
    with Session(engine) as session:
        return session.get_one(Application, reference).state


def is_ended(state: Stage) -> bool:
    """Whether an application has ended."""
    return state in ENDS


def rows(engine: Engine, table: type[Any], *where: Any) -> list[Any]:
    """Rows of a table, detached."""
    with Session(engine, expire_on_commit=False) as session:
        return list(session.exec(select(table).where(*where).order_by(*table.__table__.primary_key)))


def row(engine: Engine, table: type[Any], *where: Any) -> Any:
    """The one row of a table under conditions."""
    (found,) = rows(engine, table, *where)
    return found
