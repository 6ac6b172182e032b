"""Digests: one per person and day, in the person's own hours, and none for people without work."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from office import ADMINISTRATOR, ADVISER, COORDINATOR, DAY, OFFICER, START, do, problems, receive, refused, rows
from prepared_databases import Prepared
from sqlalchemy import Engine

from flows import jobs
from notifications.letters import render
from rules.core.roles import Actor, Role
from states.queue import claiming
from states.storage.database import transaction
from states.tables.letters import Digest, Outbox
from states.tables.people import Language, Person

MONDAY = START.date()
OTHER = Actor("officer-2", Role.OFFICER)


def fill_work(engine: Engine) -> None:
    """Three cases to take in, of which two are assigned to the first officer."""
    for _ in range(3):
        receive(engine)
    for _ in range(2):
        with transaction(engine) as session:
            claiming.claim(session, by=OFFICER, at=START)


@pytest.fixture
def busy(prepared: Prepared) -> Engine:
    return prepared("work-in-hand", fill_work)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a winter's day in the Netherlands."""
    return datetime(day.year, day.month, day.day, hour - 1, minute, tzinfo=UTC)


def digests(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for letter in sorted(rows(engine, Outbox, Outbox.letter == "digest"), key=lambda found: found.created_at):
        found.setdefault(letter.recipient, []).append(letter.facts)
    return found


def choose(engine: Engine, *letters: str, by: Actor = OFFICER, whose: Actor = OFFICER) -> None:
    do(engine, "person", whose.person, "choose-letters", by=by, body={"declined": letters})


def test_a_person_with_work_gets_a_digest_once_a_day_from_the_start_of_the_working_hours(busy: Engine) -> None:
    jobs.digest(busy, at(MONDAY, 8, 59))
    assert digests(busy) == {}
    for minute in (0, 1, 59):
        jobs.digest(busy, at(MONDAY, 9, minute))
    found = digests(busy)
    assert found.keys() == {"officer-1", "officer-2"}
    (mine,) = found["officer-1"]
    assert (mine["in_hand"], mine["late"], mine["waiting"], len(mine["cases"])) == (2, 0, 1, 2)
    (others,) = found["officer-2"]
    assert (others["in_hand"], others["waiting"], others["cases"]) == (0, 1, [])
    jobs.digest(busy, at(MONDAY + DAY, 9))
    assert {person: len(letters) for person, letters in digests(busy).items()} == {"officer-1": 2, "officer-2": 2}
    assert problems(busy) == []


def test_four_clocks_at_once_notify_each_person_once(busy: Engine) -> None:
    start = Barrier(4)

    def clock(_: int) -> int:
        start.wait()
        return jobs.digest(busy, at(MONDAY, 10))

    with ThreadPoolExecutor(4) as pool:
        looked = sum(pool.map(clock, range(4)))
    assert looked == len(rows(busy, Digest)) > 2
    assert {person: len(letters) for person, letters in digests(busy).items()} == {"officer-1": 1, "officer-2": 1}


@pytest.mark.parametrize(
    ("day", "hour", "notified"),
    [
        (date(2026, 3, 3), 16, True),
        (date(2026, 3, 3), 17, False),
        (date(2026, 3, 7), 10, False),  # a Saturday
        (date(2026, 4, 3), 10, False),  # Good Friday
    ],
)
def test_no_digest_is_sent_outside_the_offices_hours(busy: Engine, day: date, hour: int, *, notified: bool) -> None:
    jobs.digest(busy, at(day, hour))
    assert bool(digests(busy)) is notified


def test_a_persons_own_hours_override_those_of_the_office(busy: Engine) -> None:
    hours = [{"weekday": "tuesday", "since": "12:30", "until": "20:00"}]
    body = {"hours": hours}
    do(busy, "person", OFFICER.person, "arrange-work", by=COORDINATOR, body=body)
    jobs.digest(busy, at(MONDAY, 10))
    jobs.digest(busy, at(MONDAY + DAY, 12))
    assert digests(busy).keys() == {"officer-2"}
    jobs.digest(busy, at(MONDAY + DAY, 19))
    assert len(digests(busy)["officer-1"]) == 1


def test_an_absent_person_gets_the_digest_on_the_day_of_return(busy: Engine) -> None:
    body = {"since": MONDAY.isoformat(), "until": (MONDAY + DAY).isoformat()}
    do(busy, "person", OFFICER.person, "record-absence", by=OFFICER, body=body)
    for days in range(3):
        jobs.digest(busy, at(MONDAY + days * DAY, 10))
    assert len(digests(busy)["officer-1"]) == 1
    assert len(digests(busy)["officer-2"]) == 3


def test_a_digest_counts_what_is_late_and_the_terms_that_are_near(busy: Engine) -> None:
    with transaction(busy) as session:
        mine = claiming.claim(session, by=OTHER, at=START)
        assert mine is not None
    body = {"days": 14, "missing": "The consent of the employer."}
    do(busy, "application", mine.application, "start-intake", by=OTHER)
    do(busy, "application", mine.application, "invite-completion", by=OTHER, body=body)
    with transaction(busy) as session:
        claiming.claim(session, by=OTHER, at=START)
    jobs.digest(busy, at(date(2026, 3, 6), 10))
    jobs.digest(busy, at(date(2026, 3, 10), 10))
    before, after = digests(busy)["officer-2"]
    assert (before["terms"], after["terms"]) == (0, 1)
    assert (before["late"], after["late"]) == (0, 1)


def test_a_digest_is_in_the_language_of_the_reader_and_holds_references_and_counts_alone(busy: Engine) -> None:
    do(busy, "person", OFFICER.person, "choose-language", by=ADMINISTRATOR, body={"language": "en"})
    jobs.digest(busy, at(MONDAY, 10))
    (letter,) = rows(busy, Outbox, Outbox.letter == "digest", Outbox.recipient == "officer-1")
    assert (letter.language, letter.application) == (Language.EN, "digest-2026-03-02")
    assert letter.facts.keys() == {"in_hand", "late", "terms", "waiting", "cases"}
    sent = {"reference": letter.application, "link": "https://office.example/", "sent_on": "2026-03-02"}
    words = render(letter.letter, letter.facts | sent, letter.language)
    assert "Tasks in your hands: 2" in words.body
    assert all(case in words.body for case in letter.facts["cases"])


def test_a_person_who_declined_the_digest_gets_none_and_may_ask_for_it_again(busy: Engine) -> None:
    choose(busy, "digest")
    jobs.digest(busy, at(MONDAY, 10))
    assert digests(busy).keys() == {"officer-2"}
    choose(busy)
    jobs.digest(busy, at(MONDAY + DAY, 10))
    assert digests(busy).keys() == {"officer-1", "officer-2"}
    (me,) = rows(busy, Person, Person.id == OFFICER.person)
    assert me.declined == []
    assert problems(busy) == []


@pytest.mark.parametrize(
    ("letters", "by", "finding"),
    [
        (["reminder"], OFFICER, "letters.optional"),
        (["digest", "penalty-decision"], OFFICER, "letters.optional"),
        (["no-such-letter"], OFFICER, "letters.optional"),
        (["digest"], ADVISER, "letters.own-choice"),
        (["digest"], Actor("ministry-contact-1", Role.MINISTRY_CONTACT), "duty.role"),
    ],
)
def test_a_mandatory_letter_cannot_be_declined_and_nobody_chooses_for_another(
    busy: Engine, letters: list[str], by: Actor, finding: str
) -> None:
    assert refused(lambda: choose(busy, *letters, by=by)) == [finding]
    jobs.digest(busy, at(MONDAY, 10))
    assert "officer-1" in digests(busy)


def test_the_administrator_chooses_when_asked(busy: Engine) -> None:
    choose(busy, "digest", by=ADMINISTRATOR)
    (me,) = rows(busy, Person, Person.id == OFFICER.person)
    assert me.declined == ["digest"]
