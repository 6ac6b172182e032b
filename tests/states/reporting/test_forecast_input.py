"""Forecast input: the work of this office, assigned in the same order as by the queue."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from office import ADVISER, OFFICER, OTHER_OFFICER, START, receive, rows
from prepared_databases import Prepared
from sqlalchemy import Engine, text
from sqlmodel import col, select

from api.forecasting import text as forecast_words
from api.forecasting.answers import Assumptions, full_answer, of_office
from rules.core.dated_values import value
from rules.core.dates import start_of
from rules.forecast.history import TooLittleHistoryError, fit
from rules.forecast.request import Question, answer
from rules.forecast.time_axis import since
from rules.forecast.waiting_line import Item, WaitingLine
from states.queue.claiming import claim
from states.reporting.forecast_input import past_of_office
from states.storage.database import transaction
from states.tables.people import Absence, Person, WorkArrangement
from states.tables.work import WorkItem

DIGITAL, HOME = "domain:digital", "domain:home"
CASES = 24


def fill(engine: Engine) -> None:
    """Twenty-four applications of one morning."""
    for number in range(CASES):
        receive(engine, at=START + timedelta(minutes=number))


@pytest.fixture
def busy(prepared: Prepared) -> Engine:
    return prepared("forecast", fill)


def arrange(engine: Engine, who: str, *skills: str, **more: Any) -> None:
    with transaction(engine) as session:
        stream = session.get_one(Person, who).stream
        session.add(WorkArrangement(**{"person": who, "stream": stream, "skills": list(skills), "hours": {}} | more))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_forecast_assigns_the_same_work_as_the_queue(busy: Engine, seed: int) -> None:
    """Lanes, ages, skills and the reserve at random; two people, one of whom knows homes only, in random order."""
    rng = Random(seed)
    arrange(busy, OTHER_OFFICER.person, HOME)
    now = START + timedelta(days=30)
    line = WaitingLine(int(value("reserve_every", now.date())), lambda _: now)
    with transaction(busy) as session:
        for item in session.exec(select(WorkItem).where(WorkItem.role == "officer")):
            item.lane = rng.choice([1, 2, 2, 2, 3, 4, 4, 4])
            item.start_by = now + timedelta(hours=rng.choice([-50, -20, -20, 3, 40]))
            item.skill = rng.choice(["", "", HOME, DIGITAL])
            line.add(Item(item.position, 0, 0, 0.0), item.skill)
    given, foretold, reserved = [], [], 0
    for _ in range(CASES + 4):
        by = rng.choice([OFFICER, OTHER_OFFICER])
        with transaction(busy) as session:
            found = claim(session, by=by, at=now)
            given.append(found.id if found else None)
            reserved += bool(found and found.explanation and found.explanation["reserve"])
        taken = line.take((HOME,) if by is OTHER_OFFICER else (), 0.0)
        foretold.append(taken.item.position.id if taken else None)
    assert foretold == given
    assert reserved >= 2
    assert len(set(given) - {None}) > CASES - 8


def lived(engine: Engine) -> datetime:
    """Run five weeks in which every case passed the intake and most were heard; return their end."""
    first = start_of(date(2026, 3, 2), 9)
    with transaction(engine) as session:
        waiting = session.exec(select(WorkItem).where(WorkItem.role == "officer").order_by(col(WorkItem.id)))
        for number, item in enumerate(waiting.all()):
            day = timedelta(weeks=number // 5, days=number % 5)
            item.created_at, item.claimed_at, item.done_at = (first + day + timedelta(hours=h) for h in (0, 1, 2))
            item.assignee = OFFICER.person
            again = {
                "id": f"{item.id}-b",
                "lane": 2 if number % 4 == 0 else 4,
                "action": "hold-interview",
                "estimate": 120,
            }
            heard = WorkItem(**item.model_dump() | again | {"role": "adviser", "assignee": None, "claimed_at": None})
            heard.created_at, heard.done_at = first + day + timedelta(hours=2), first + day + timedelta(hours=6)
            if number < CASES - 2:
                session.add(heard)
            elif number < CASES - 1:
                heard.done_at = None
                session.add(heard)
        session.add(
            WorkItem(**item.model_dump() | {"id": "beside", "action": "support-team", "estimate": 15, "subject": "x"})
        )
    return first + timedelta(weeks=5)


def test_the_history_of_the_office_is_its_work_its_people_and_their_calendars(busy: Engine) -> None:
    until = lived(busy)
    arrange(busy, ADVISER.person, HOME, hours={"1": ["10:00", "14:00"]}, limit=3)
    away = {"id": "away", "person": ADVISER.person, "since": date(2026, 4, 20), "until": date(2026, 4, 26)}
    with transaction(busy) as session:
        session.add(Absence(**away, stream=session.get_one(Person, ADVISER.person).stream))
    with transaction(busy) as session:
        past = past_of_office(session, at=until, weeks=8)
    model = fit(past, weeks=8)
    assert [(stage.name, stage.pool, round(stage.spread(0).expected, 2)) for stage in model.stages] == [
        (
            "start-intake",
            "officer",
            0.98,
        ),  # one of twenty-four was done at the same time as the next, which took half of its hour
        ("support-team", "officer", 0.5),
        ("plan-interview", "officer", 0.25),  # nobody did it: its estimate
        ("hold-interview", "adviser", 2.0),  # nobody claimed it: its estimate before it was done
        ("begin-advice", "adviser", 0.25),
        ("assess-domain domain:home", "adviser", 1.0),
        ("assess-domain domain:work", "adviser", 1.0),
        ("assess-domain domain:travel", "adviser", 1.0),
        ("assess-domain domain:digital", "adviser", 1.0),
        ("submit-advice", "adviser", 0.5),
        ("adopt-advice", "security-authority", 1.0),
        ("confirm-receipt", "employer", 0.25),
        ("take-over", "employer", 0.75),
    ]
    assert sum(rate.weekly for rate in model.rates.values()) == pytest.approx(CASES / 5, abs=0.1)
    assert {lane: rate.count for lane, rate in model.rates.items()} == {2: 6, 4: 18}
    (adviser,) = model.staff("adviser")
    assert (adviser.skills, adviser.limit, adviser.parallel) == ((HOME,), 3, 1)
    begin = since(model.origin, start_of(date(2026, 4, 13)))
    assert adviser.axis.hours_before(begin + 3 * 168) - adviser.axis.hours_before(begin) == 4.0  # absent, then Kingsday
    assert [one.name for one in model.staff("officer")] == ["officer-1", "officer-2"]
    assert model.staff("officer")[1].limit == 30
    assert [(row.stage, row.lane, row.holder) for row in model.backlog] == [(3, 4, None)]
    assert [(term.name, term.ours) for term in model.deadlines] == [("decision", True), ("takeover", False)]
    found = answer(model, Question(weeks=8, replications=10))
    assert found["base"]["lanes"]["routine"]["pieces"] > 20
    assert set(found["base"]["terms"]["statutory"]["each"]) == {"decision", "takeover"}
    assert "hold-interview" in found["base"]["lanes"]["urgent"]["work"]


def test_an_office_with_too_little_history_says_how_much_it_has_and_how_much_is_needed(
    busy: Engine, office: Engine
) -> None:
    for engine, cases in ((office, 0), (busy, 0)):
        with (
            transaction(engine) as session,
            pytest.raises(TooLittleHistoryError, match=f"{cases} finished cases") as no,
        ):
            fit(past_of_office(session, at=START + timedelta(weeks=6), weeks=8), weeks=8)
        assert no.value.finding.rule == "capacity.enough-history"
        assert "afgeronde zaken" in no.value.finding.message_nl


def test_required_skills_that_nobody_of_the_pool_has_are_named_before_anyone_is_hired(busy: Engine) -> None:
    until = lived(busy)
    asked = Question(weeks=8, replications=10)

    def said() -> tuple[dict[str, Any], str]:
        with transaction(busy) as session:
            _, model, basis = of_office(session, Assumptions(), asked, at=until)
        found = full_answer(model, basis, asked, lambda _: None)
        return found["basis"]["skillsNobodyHas"], "\n".join(forecast_words.words(found))

    with transaction(busy) as session:
        visits = list(session.exec(select(WorkItem).where(WorkItem.action == "hold-interview")))
        for item, skill in zip(visits, (DIGITAL, "region:utrecht", HOME), strict=False):
            item.skill = skill
    lacking, words = said()  # a person without recorded skills has every skill
    assert lacking == {}
    assert "nobody has" not in words

    arrange(busy, ADVISER.person, HOME)
    lacking, words = said()
    assert lacking == {"adviser": [DIGITAL, "region:utrecht"]}
    assert f"nobody has: {DIGITAL}, region:utrecht, which work of the pool adviser asks for; such work" in words
    assert "Advisers needed: " in words
    assert "Look first at the skills that nobody has" in words


def test_the_forecast_changes_nothing(busy: Engine) -> None:
    until = lived(busy)
    before = [item.model_dump() for item in rows(busy, WorkItem)]
    with transaction(busy) as session:
        past_of_office(session, at=until, weeks=8)
    assert [item.model_dump() for item in rows(busy, WorkItem)] == before
    with busy.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM reserve_count")).scalar_one() == 0
