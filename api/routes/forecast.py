"""Forecast of the office's capacity, as the command line gives it, limited to a few seconds of computation."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.forecasting.answers import Assumptions, full_answer, of_assumptions, of_office
from api.http.dependencies import RequestContextDep, require_duty
from api.http.problems import invalid_parameter
from rules.core.dates import office_day
from rules.core.errors import QuestionError
from rules.core.wording import wording
from rules.forecast.history import TooLittleHistoryError
from rules.forecast.model import Model
from rules.forecast.request import INTAKE, REPLICATIONS, Question, scenarios
from rules.forecast.trace import RUN_OUT
from states.engine.bodies import PlainLine
from states.errors import RefusedError

router = APIRouter(prefix="/v1", tags=["forecast"])
SIMULATION_BUDGET = 60_000
"""Work items that one request may simulate, which takes two or three seconds."""
SEARCH_COST = 3
"""Cost of the search for the number of advisers, in scenarios."""
DEFAULT_REPLICATIONS = 100


@router.get("/forecast", operation_id="forecast", summary="Forecast waits and capacity")
def forecast(
    context: RequestContextDep,
    weeks: Annotated[int, Query(ge=1, le=52, description="Number of weeks to simulate")] = 13,
    replications: Annotated[
        int | None, Query(ge=10, le=1000, description="Number of replications; by default as many as fit")
    ] = None,
    seed: Annotated[int, Query(ge=0, le=2**31)] = 1,
    ill: Annotated[
        PlainLine | None, Query(max_length=60, description="What if: the number of ill advisers, or the name of one")
    ] = None,
    intake: Annotated[
        float | None,
        Query(
            description="What if: the number of cases multiplied by this",
            json_schema_extra={"minimum": INTAKE[0], "maximum": INTAKE[1]},
        ),
    ] = None,
    reserve: Annotated[int | None, Query(description="What if: another reserve")] = None,
    joins: Annotated[
        PlainLine | None, Query(max_length=60, description="What if: one more adviser, with this skill or all")
    ] = None,
    needed: Annotated[bool, Query(description="Whether to compute the number of advisers needed")] = True,
    confidence: Annotated[
        float | None, Query(description="Share of the runs in which that number must suffice")
    ] = None,
    arrivals_per_week: Annotated[
        float | None, Query(alias="arrivalsPerWeek", gt=0, le=1000, allow_inf_nan=False)
    ] = None,
    advisers: Annotated[int | None, Query(ge=1, le=200)] = None,
    hours_per_case: Annotated[float | None, Query(alias="hoursPerCase", gt=0, le=1000, allow_inf_nan=False)] = None,
) -> dict[str, Any]:
    """Forecast the waits per lane with ranges, the missed terms, what-if scenarios, and the advisers needed.

    With ``arrivalsPerWeek`` and ``advisers`` the forecast uses only assumptions and no history.
    """
    require_duty(context.by, "forecast", "ask")
    question = Question(weeks, replications or REPLICATIONS[0], seed, ill, intake, reserve, joins, confidence, needed)
    given = Assumptions(arrivals_per_week, advisers, hours_per_case)
    try:
        if given.suffices:
            model, basis = of_assumptions(given, question, office_day(context.at), named="assumptions")
        else:
            _, model, basis = of_office(context.session, given, question, at=context.at)
            context.session.commit()  # everything was read: release the connection before the computation
        return full_answer(model, basis, within_budget(model, question, replications), lambda _: None)
    except TooLittleHistoryError as error:
        raise RefusedError([error.finding]) from error
    except QuestionError as error:
        raise invalid_parameter(PARAMETERS.get(error.parameter, error.parameter), error) from error


PARAMETERS = {"arrivals-per-week": "arrivalsPerWeek", "hours-per-case": "hoursPerCase"}


def within_budget(model: Model, question: Question, requested: int | None) -> Question:
    """Return the question with as many replications as the budget allows.

    Raises:
        QuestionError: more were requested, or not even the minimum fits.
    """
    intakes = [sum(rate.weekly for rate in one.rates.values()) for _, one in scenarios(model, question)]
    items = (sum(intakes) + SEARCH_COST * question.needed * intakes[0]) * question.weeks * RUN_OUT * len(model.stages)
    fits = int(SIMULATION_BUDGET / max(items, 1.0))
    least = REPLICATIONS[0]
    if fits < max(requested or least, least):
        message = wording(
            "It would take longer than a call may: {fits} replications fit into one answer. "
            "Ask for fewer, for fewer weeks or what-ifs, or for needed=false; the command "
            "line has no such bound.",
            fits=fits,
        )
        raise QuestionError("replications" if fits >= least else "weeks", message)
    return replace(question, replications=requested or min(fits, DEFAULT_REPLICATIONS))
