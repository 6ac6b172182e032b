"""Life cases for tests: applications in every state, a provided home measure, and the open work of a case."""

from datetime import datetime

from office import START, act, receive, row, rows, walk
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import col
from stages import fill_every_stage, next_minute

from rules.core.dates import office_day
from rules.core.regulation import LegalBasis
from states.charts.application import Stage
from states.charts.measure import MeasureState
from states.tables.application import Application, Measure
from states.tables.work import WorkItem

TODAY = office_day(START)
MOVE = {"movedOn": TODAY.isoformat(), "homeAddress": "Nieuwelaan 2, 1234 AB Zilverdam"}


def every_stage(prepared: Prepared) -> Engine:
    return prepared("every-stage", fill_every_stage)


def one(engine: Engine, state: Stage) -> Application:
    found: Application = rows(engine, Application, Application.state == state)[0]
    return found


def next_steps(engine: Engine, reference: str) -> list[str]:
    """The open work of a case, or the actions that are possible on it."""
    items = rows(engine, WorkItem, WorkItem.application == reference, col(WorkItem.done_at).is_(None))
    return [f"{item.role}: {item.action}" for item in items]


def provided_case(prepared: Prepared) -> tuple[Engine, str, datetime]:
    """A case in provision, with its home measure provided and another one ordered or taken over."""
    engine = prepared("home-provided", fill_home_provided)
    return engine, row(engine, Application).id, next_minute(engine)


def fill_home_provided(engine: Engine) -> None:
    reference = receive(engine)
    at = walk(engine, reference, Stage.PROVISION)
    home = home_measure(engine, reference)
    act(engine, reference, "record-certificate", at=at)
    act(engine, reference, "order", at=at, which=lambda action: action.subject == home.id)
    act(engine, reference, "provide", at=at, which=lambda action: action.subject == home.id)


def home_measure(engine: Engine, reference: str) -> Measure:
    found = rows(engine, Measure, Measure.stream == reference, Measure.legal_basis == LegalBasis.HOME_MEASURE)
    return next(item for item in found if item.state is not MeasureState.DROPPED)
