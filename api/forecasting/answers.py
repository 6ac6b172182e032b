"""Answers of the forecast, from a log, from this office, or from assumptions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.forecasting.text import advisers
from rules.core.dates import utc_text
from rules.core.errors import QuestionError
from rules.forecast import event_log
from rules.forecast.backtest import back_test
from rules.forecast.history import Past, fit
from rules.forecast.model import Model, Spread
from rules.forecast.request import OnProgress, Question, answer, check, extra_person
from rules.forecast.sources import Assumed, assumed, example, past_of_log
from rules.queue.order import LANES
from states.reporting.forecast_input import past_of_office

NO_ADVISERS = "Nobody took or ended work in the last weeks of the log, so nobody is there to simulate; say how many."


@dataclass(frozen=True)
class Assumptions:
    """Assumptions given by the user; None means that the value comes from the history."""

    arrivals_per_week: float | None = None
    advisers: int | None = None
    hours_per_case: float | None = None

    @property
    def suffices(self) -> bool:
        """Return whether the assumptions suffice without any history."""
        return self.arrivals_per_week is not None and self.advisers is not None


def of_assumptions(
    given: Assumptions, question: Question, starts_on: date, *, named: str
) -> tuple[Model, dict[str, Any]]:
    """Return a model from assumptions only; what is not given comes from the example of the figures for parliament."""
    figures: Assumed = example(starts_on)
    if given.arrivals_per_week is not None:
        figures = figures._replace(arrivals_per_week=given.arrivals_per_week)
    if given.advisers is not None:
        figures = figures._replace(advisers=given.advisers)
    if given.hours_per_case is not None:
        figures = figures._replace(hours_per_case=given.hours_per_case)
    check(question)
    model = assumed(figures, weeks=question.weeks)
    return model, {"source": named, **basis(model), "assumed": assumptions(figures)}


def assumptions(figures: Assumed) -> list[str]:
    """Return the assumptions in words."""
    lanes = ", ".join(f"{part:.0%} {urgency}" for urgency, part in figures.lanes.items())
    return [
        f"{figures.arrivals_per_week:.2f} cases come in a week, in office hours, at random",
        f"{advisers(figures.advisers)} {'is' if figures.advisers == 1 else 'are'} there in all office hours",
        f"a case takes {figures.hours_per_case:g} hours of an adviser, spread exponentially",
        f"the lanes are {lanes}",
        "nothing waits at first",
    ]


def of_log(
    text: str, given: Assumptions, question: Question, *, always: bool, at: datetime
) -> tuple[Past, Model, dict[str, Any]]:
    """Return the history and the model of another office, from its log.

    Raises:
        LogError: the log cannot be parsed.
        QuestionError: the question does not fit the log.
        TooLittleHistoryError: the log is too short.
    """
    check(question)
    events = event_log.read(text, at=at)
    past = past_of_log(events, weeks=question.weeks, always=always, advisers=given.advisers)
    return (past, *fitted(past, replace(given, advisers=None), question, "log"))


def of_office(
    session: Session, given: Assumptions, question: Question, *, at: datetime
) -> tuple[Past, Model, dict[str, Any]]:
    """Return the history and the model of this office, from its own work.

    Raises:
        QuestionError: the question does not fit this office.
        TooLittleHistoryError: the history of this office is too short.
    """
    check(question)
    past = past_of_office(session, at=at, weeks=question.weeks)
    return (past, *fitted(past, given, question, "office"))


def fitted(past: Past, given: Assumptions, question: Question, source: str) -> tuple[Model, dict[str, Any]]:
    """Fit a model to a history, and replace what the user assumes."""
    model = fit(past, weeks=question.weeks)
    assumed = []
    if given.advisers is not None:
        staff = model.staff(model.pool)
        more = [extra_person(model, number) for number in range(1, given.advisers - len(staff) + 1)]
        model = model.with_people([*staff[: given.advisers], *more])
        assumed.append(advisers(given.advisers))
    if not model.staff(model.pool):
        raise QuestionError("advisers", NO_ADVISERS)
    if given.arrivals_per_week is not None:
        model = model.with_intake(given.arrivals_per_week / sum(rate.weekly for rate in model.rates.values()))
        assumed.append(f"{given.arrivals_per_week:g} cases a week")
    if given.hours_per_case is not None:
        if len(model.stages) > 1:
            message = "This office's work comes in several steps, each with hours of its own; leave this out."
            raise QuestionError("hours-per-case", message)
        stage = replace(model.stages[0], hours={0: Spread(mean=given.hours_per_case)})
        model = replace(model, stages=(stage,))
        assumed.append(f"{given.hours_per_case:g} hours a case")
    rests_on = {
        "source": source,
        "from": utc_text(past.origin),
        "until": utc_text(past.until),
        **basis(model),
        "assumed": assumed,
    }
    return model, {**rests_on, "cases": len({piece.case for piece in past.pieces})}


def basis(model: Model) -> dict[str, Any]:
    """Return what a forecast is based on."""
    pools = sorted({person.pool for person in model.people})
    return {
        "casesPerWeek": {str(LANES[lane]): round(rate.weekly, 3) for lane, rate in model.rates.items()},
        "hoursOfWork": {stage.name: round(stage.spread(0).expected, 2) for stage in model.stages},
        "people": {pool: len(model.staff(pool)) for pool in pools},
        "atOnce": {pool: max(person.parallel for person in model.staff(pool)) for pool in pools},
        "skillsNobodyHas": model.lacking(),
        "thereAtFirst": len(model.backlog),
    }


def full_answer(
    model: Model,
    rests_on: Mapping[str, Any],
    question: Question,
    on_progress: OnProgress,
    *,
    tested: Past | None = None,
) -> dict[str, Any]:
    """Return the whole answer, with the back-test if a history is given for it."""
    found = {"basis": dict(rests_on), **answer(model, question, on_progress)}
    return {**found, "backTest": back_test(tested, question, on_progress)} if tested is not None else found
