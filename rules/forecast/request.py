"""Request for a forecast, and its answer: the present office, what-ifs, and the number of advisers needed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.errors import QuestionError, RulesError
from rules.core.rule import OLDEST
from rules.forecast.model import Job, Model, Person
from rules.forecast.result import Scenario, all_in_time, simulated_period
from rules.forecast.simulation import Record, Replication
from rules.forecast.trace import random_of, trace
from rules.queue.order import check_reserve
from rules.queue.skills import SKILLS

OnProgress = Callable[[int], None]
"""Called with the number of further completed replications."""
WEEKS, REPLICATIONS, INTAKE = (1, 104), (10, 5000), (0.05, 20.0)
OTHER_RESERVE = 3
MAXIMUM_EXTRA = 15
"""The maximum number of extra advisers that the search tries."""


@dataclass(frozen=True)
class Question:
    """The options of a forecast; None leaves an option out."""

    weeks: int = 26
    replications: int = 200
    seed: int = 1
    ill: str | None = None
    """The number of people of the pool who are ill all the time, or one by handle."""
    intake: float | None = None
    reserve: int | None = None
    joins: str | None = None
    """One extra person, with this skill or ``all``."""
    confidence: float | None = None
    needed: bool = True
    """Whether to search for the sufficient number of advisers."""
    together: bool = True
    """Whether several what-ifs are also combined."""


def check(question: Question) -> None:
    """Check a question, as far as possible without a model.

    Raises:
        QuestionError: it is invalid; names the parameter and what would be right.
    """
    for name, bounds in (("weeks", WEEKS), ("replications", REPLICATIONS), ("intake", INTAKE)):
        held = getattr(question, name)
        if held is not None and not bounds[0] <= held <= bounds[1]:
            raise QuestionError(name, f"It is {held}; give a number from {bounds[0]} to {bounds[1]}.")
    if question.seed < 0:
        raise QuestionError("seed", f"It is {question.seed}; give a whole number from 0.")
    if question.confidence is not None and not 0.5 <= question.confidence < 1:  # noqa: PLR2004  # a lower share is not a confidence
        raise QuestionError(
            "confidence", f"It is {question.confidence}; give a share from 0.5 to below 1, such as 0.9."
        )
    if question.reserve is not None:
        try:
            check_reserve(question.reserve)
        except RulesError as error:
            raise QuestionError("reserve", str(error)) from error
    if question.joins is not None and question.joins not in {"all", *SKILLS}:
        raise QuestionError("joins", f"There is no skill {question.joins}; give all or one of: {', '.join(SKILLS)}.")


def with_default_scenarios(model: Model, question: Question) -> Question:
    """The default what-ifs, if none is requested: one person ill, twice the arrivals, another reserve."""
    if any(held is not None for held in (question.ill, question.intake, question.reserve, question.joins)):
        return question
    ill = "1" if len(model.staff(model.pool)) > 1 else None
    other = OTHER_RESERVE if model.reserve != OTHER_RESERVE else OTHER_RESERVE + 1
    return replace(question, ill=ill, intake=2.0, reserve=other, together=False)


def scenarios(model: Model, question: Question) -> Iterator[tuple[str, Model]]:
    """The present office, then each what-if separately, then all combined if there are several.

    Raises:
        QuestionError: a person does not exist, or nobody would be left.
    """
    changes = [change for change in (_ill, _intake, _reserve, _joins) if change(model, question) is not None]
    yield "as it is", model
    together, names = model, []
    for change in changes:
        name, changed = change(model, question) or ("", model)
        yield name, changed
        together = (change(together, question) or ("", together))[1]
        names.append(name)
    if question.together and len(names) > 1:
        yield "all of these", together


def _ill(model: Model, question: Question) -> tuple[str, Model] | None:
    if question.ill is None:
        return None
    staff = model.staff(model.pool)
    names = [person.name for person in staff]
    if not question.ill.isdecimal():
        if question.ill not in names:
            words = f"There is no officer {question.ill} among those who take this work; there are: {', '.join(names)}."
            raise QuestionError("ill", words)
        return f"{question.ill} ill", model.with_people([one for one in staff if one.name != question.ill])
    count = int(question.ill)
    if not 1 <= count < len(staff):
        words = f"It is {count}, and {len(staff)} take this work; give a number from 1 to {len(staff) - 1}."
        if len(staff) == 1:
            words = "One person alone takes this work; without that person nothing would be begun. Leave this out."
        raise QuestionError("ill", words)
    left = sorted(staff, key=lambda one: (len(one.skills) == 0, len(one.skills), one.name))[: len(staff) - count]
    return f"{count} ill", model.with_people([one for one in staff if one in left])


def _intake(model: Model, question: Question) -> tuple[str, Model] | None:
    if question.intake is None:
        return None
    return f"intake times {question.intake:g}", model.with_intake(question.intake)


def _reserve(model: Model, question: Question) -> tuple[str, Model] | None:
    if question.reserve is None:
        return None
    return f"reserve every {question.reserve}", replace(model, reserve=question.reserve)


def _joins(model: Model, question: Question) -> tuple[str, Model] | None:
    if question.joins is None:
        return None
    skills = () if question.joins == "all" else (question.joins,)
    known = "every skill" if question.joins == "all" else question.joins
    more = replace(extra_person(model, 1), skills=skills)
    return f"one more with {known}", model.with_people([*model.staff(model.pool), more])


def extra_person(model: Model, number: int) -> Person:
    """An extra person with the office's hours, every skill, and the parallel work of the others."""
    parallel = sorted(person.parallel for person in model.staff(model.pool)) or [1]
    return Person(f"one-more-{number}", model.pool, model.axis, parallel=parallel[len(parallel) // 2])


def run_replications(model: Model, question: Question, tell: OnProgress) -> list[Record]:
    """The record of each replication."""
    records = []
    for number in range(question.replications):
        records.append(Replication(model, trace(model, random_of(question.seed, number))).run())
        tell(1)
    return records


def answer(model: Model, question: Question, tell: OnProgress = lambda _: None) -> dict[str, Any]:
    """The whole answer; the same question on the same model with the same seed gives the same answer.

    Raises:
        QuestionError: it does not apply to this office.
    """
    check(question)
    answered = [
        Scenario(name, one, run_replications(one, question, tell)).as_json()
        for name, one in list(scenarios(model, question))
    ]
    found: dict[str, Any] = {
        "simulated": {
            **simulated_period(model),
            "weeks": question.weeks,
            "replications": question.replications,
            "seed": question.seed,
        },
        "base": answered[0],
        "whatIf": answered[1:],
    }
    if question.needed:
        found["advisersNeeded"] = needed(model, question, tell)
    return found


def needed(model: Model, question: Question, tell: OnProgress) -> dict[str, Any]:
    """The smallest number of people with which urgent work begins in time and no statutory term is missed.

    A number suffices if that holds for all such work and terms in a share of the replications that is at least the
    confidence. A number that cannot reach it any more is stopped early.
    """
    asked = question.confidence or float(value("forecast_confidence", max(office_day(model.on), OLDEST)))
    allowed = int((1 - asked) * question.replications + 1e-9)
    staff = model.staff(model.pool)
    traces: list[list[Job]] = []
    tried = []
    for number in range(1, len(staff) + MAXIMUM_EXTRA + 1):
        crowd = [*staff[:number], *(extra_person(model, more) for more in range(1, number - len(staff) + 1))]
        lived, failed = _run_until_failed(model.with_people(crowd), question, traces, allowed, tell)
        tried.append({"advisers": number, "held": round((lived - failed) / lived, 4), "of": lived})
        if failed <= allowed:
            return {"advisers": number, "confidence": asked, "now": len(staff), "tried": tried}
    return {"advisers": None, "confidence": asked, "now": len(staff), "tried": tried}


def _run_until_failed(
    model: Model, question: Question, traces: list[list[Job]], allowed: int, tell: OnProgress
) -> Sequence[int]:
    """The number of completed replications, and in how many the condition failed."""
    failed = 0
    for number in range(question.replications):
        if number == len(traces):
            traces.append(trace(model, random_of(question.seed, number)))
        failed += not all_in_time(model, Replication(model, traces[number]).run())
        tell(1)
        if failed > allowed:
            return number + 1, failed
    return question.replications, failed
