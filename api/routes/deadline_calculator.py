"""Deadline calculator, for everyone who is signed in."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.http.dependencies import RequestContextDep
from api.http.problems import invalid_parameter
from api.views import base
from rules.core.errors import QuestionError, RulesError
from rules.deadlines.calculator import Question, calculate
from states.engine.bodies import PlainLine

router = APIRouter(prefix="/v1/terms", tags=["terms"])

Amount = Annotated[int | None, Query()]
Word = Annotated[PlainLine | None, Query(max_length=40)]


class CalculatedTerm(base.View):
    """End of a term, and why; ``dueAt`` is the moment if working hours were counted."""

    due_on: date | None
    due_at: datetime | None
    reasons: list[str]


@router.get("/actions/calculate", operation_id="calculate-term", summary="Calculate the end of a term")
def calculate_term(
    _: RequestContextDep,
    since: Annotated[
        PlainLine,
        Query(
            alias="from",
            max_length=40,
            description="The day of the event: 2026-02-20",
            json_schema_extra={"pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$"},
        ),
    ],
    hours: Amount = None,
    days: Amount = None,
    weeks: Amount = None,
    months: Amount = None,
    years: Amount = None,
    backwards: Annotated[bool, Query(description="Count back from the day")] = False,
    service_level: Annotated[
        bool, Query(alias="serviceLevel", description="The term is a service level, not set by law")
    ] = False,
    level: Word = None,
    lane: Word = None,
    suspended: Annotated[
        list[PlainLine],
        Query(max_length=50, description="First and last suspended day: 2026-03-01..2026-03-10"),
    ] = [],  # noqa: B006  # read only; FastAPI copies it
) -> CalculatedTerm:
    """Calculate when a term ends, by the Algemene termijnenwet or as a service level of the office, with reasons."""
    question = Question(
        since, hours, days, weeks, months, years, backwards, service_level, level, lane, tuple(suspended)
    )
    try:
        found = calculate(question)
    except QuestionError as error:
        raise invalid_parameter(error.parameter, error) from error
    except RulesError as error:  # the calendar or a dated value does not cover that day
        raise invalid_parameter("from", error) from error
    at = found.at.astimezone(UTC) if found.at else None
    return CalculatedTerm(due_on=found.due_on, due_at=at, reasons=list(found.reasons))
