"""Stages for tests: an application in each stage, also in those that do not lead to closing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from office import GOUDVEEN, START, ZILVERDAM, act, bare, do, receive, row, sparing, walk
from prepared_databases import Prepared
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from rules.core.roles import ENGINE
from states.charts.application import Stage
from states.tables.application import Application
from states.tables.ledger import LedgerEntry


def fill_every_stage(engine: Engine) -> None:
    """One application in every stage that there is."""
    for goal in Stage:
        if goal in SIDE_STAGES:
            SIDE_STAGES[goal](engine)
        else:
            walk(engine, receive(engine), goal, choose=sparing)


def withdraw_one(engine: Engine) -> None:
    """An application that its applicant withdrew."""
    act(engine, receive(engine), "withdraw", at=START)


def intend_to_refuse_one(engine: Engine) -> str:
    """An application from a councillor, whom article x.9 gives no claim."""
    reference = receive(engine, office="municipal-councillor")
    act(engine, reference, "intend-refusal", at=START)
    return reference


def refuse_one(engine: Engine) -> None:
    """A refusal after the applicant's view."""
    reference = intend_to_refuse_one(engine)
    act(engine, reference, "record-view", at=START)
    act(engine, reference, "refuse", at=START)


def not_process_one(engine: Engine) -> None:
    """An application that was not completed within its term."""
    reference = receive(engine)
    act(engine, reference, "invite-completion", at=START)
    act(engine, reference, "not-process", at=START + timedelta(days=15))


def forward_one(engine: Engine) -> None:
    """An application that another authority must handle."""
    act(engine, receive(engine), "forward", at=START)


def lapse_one(engine: Engine) -> None:
    """An application that lapsed with the office."""
    do(engine, "application", receive(engine), "lapse", by=ENGINE)


def find_no_measures_in_one(engine: Engine) -> None:
    """An adopted advice without a measure."""
    walk(engine, receive(engine), Stage.NO_MEASURES, choose=bare)


def join_one(engine: Engine) -> None:
    """An application that was sent twice: the second one is joined to the first."""
    first = receive(engine, name="D. Dubbel")
    second = receive(engine, name="D. Dubbel")
    act(engine, second, "join", at=START)
    act(engine, first, "withdraw", at=START)


SIDE_STAGES: dict[Stage, Callable[[Engine], Any]] = {
    Stage.WITHDRAWN: withdraw_one,
    Stage.REFUSAL_INTENDED: intend_to_refuse_one,
    Stage.REFUSED: refuse_one,
    Stage.NOT_PROCESSED: not_process_one,
    Stage.FORWARDED: forward_one,
    Stage.LAPSED: lapse_one,
    Stage.NO_MEASURES: find_no_measures_in_one,
    Stage.JOINED: join_one,
}
"""How an application gets into a stage that is not on the way to closed."""


def fill_takeover(engine: Engine) -> None:
    walk(engine, receive(engine, employers=[ZILVERDAM, GOUDVEEN]), Stage.TAKEOVER)


def at_stage(prepared: Prepared, goal: Stage) -> tuple[Engine, str, datetime]:
    """An office with one application in a stage before closed; return both, and the next minute."""
    engine = prepared(f"at-{goal}", partial(fill_stage, goal=goal))
    return engine, row(engine, Application).id, next_minute(engine)


def fill_stage(engine: Engine, goal: Stage) -> None:
    walk(engine, receive(engine), goal)


def next_minute(engine: Engine) -> datetime:
    """A minute after the last event."""
    with Session(engine) as session:
        return session.exec(select(func.max(LedgerEntry.at))).one() + timedelta(minutes=1)
