"""Language of letters: each reader chooses one, and Dutch is the default (Awb 2:6)."""

from datetime import timedelta
from typing import Any

import pytest
from office import (
    ADMINISTRATOR,
    COORDINATOR,
    OFFICER,
    START,
    ZILVERDAM,
    application_body,
    do,
    enrol,
    person,
    problems,
    receive,
)
from sqlalchemy import Engine
from sqlmodel import select

from notifications.catalogue import LANGUAGES
from rules.core.roles import Actor, Role
from states.commands.fire import fire
from states.errors import MalformedError, RefusedError
from states.letters import outbox
from states.storage.database import transaction
from states.storage.replay import as_of
from states.tables.application import Application
from states.tables.letters import Outbox
from states.tables.people import Language, Person

READER = Actor("lezer-1", Role.APPLICANT)


def languages(office: Engine, reference: str) -> dict[str, str]:
    """The language of each letter of a case."""
    with transaction(office) as session:
        rows = session.exec(select(Outbox).where(Outbox.application == reference))
        return {row.letter: row.language for row in rows}


def applicant_of(office: Engine, reference: str) -> str:
    """The applicant of an application."""
    with transaction(office) as session:
        return session.get_one(Application, reference).applicant


def choose(office: Engine, reader: str, language: str, by: Actor = OFFICER, *, hours: int = 1) -> None:
    """Someone chooses the language of someone's letters."""
    at = START + timedelta(hours=hours)
    do(office, "person", reader, "choose-language", by=by, at=at, body={"language": language})


def test_letters_are_written_in_the_languages_that_can_be_chosen() -> None:
    assert set(Language) == set(LANGUAGES)


@pytest.mark.parametrize(("asked", "written"), [(None, "nl"), ("nl", "nl"), ("en", "en")])
def test_a_new_applicant_gets_letters_in_the_language_of_the_application(
    office: Engine, asked: str | None, written: str
) -> None:
    reference = receive(office, language=asked)
    assert languages(office, reference) == {"confirmation-of-receipt": written}
    assert problems(office) == []


@pytest.mark.parametrize("language", ["fy", "EN", "", 1])
def test_an_unsupported_language_is_refused_by_field(office: Engine, language: Any) -> None:
    with pytest.raises(MalformedError, match=r"language: .*nl.*en"):
        receive(office, language=language)


@pytest.mark.parametrize(
    ("first", "then", "written"),
    [("en", None, "en"), ("en", "nl", "nl"), ("nl", "en", "en"), (None, "en", "en"), ("en", "en", "en")],
)
def test_an_applicant_who_applies_again_keeps_the_language_until_another_is_asked_for(
    office: Engine, first: str | None, then: str | None, written: str
) -> None:
    reader = applicant_of(office, receive(office, language=first))
    again = application_body(language=then)
    later = START + timedelta(days=1)
    by = Actor(reader, Role.APPLICANT)
    reference = do(office, "application", None, "receive", by=by, at=later, body=again).row.id
    assert languages(office, reference) == {"confirmation-of-receipt": written}
    assert problems(office) == []


def test_a_choice_applies_to_later_letters_and_to_that_reader_alone(office: Engine) -> None:
    reference, other = receive(office), receive(office)
    choose(office, applicant_of(office, reference), "en")
    for case in (reference, other):
        body = {"reasons": "No longer needed."}
        do(office, "application", case, "withdraw", by=OFFICER, at=START + timedelta(hours=2), body=body)
    assert languages(office, reference) == {"confirmation-of-receipt": "nl", "withdrawal-confirmed": "en"}
    assert set(languages(office, other).values()) == {"nl"}
    assert problems(office) == []


def test_an_employers_people_have_a_language_too(office: Engine) -> None:
    clerk = Actor("klerk-1", Role.EMPLOYER, ZILVERDAM)
    with transaction(office) as session:
        enrol(session, clerk)
    choose(office, clerk.person, "en", ADMINISTRATOR)
    with transaction(office) as session:
        letter = outbox.post(session, "payment-note", application="VA-1", recipient=clerk.person, facts={}, at=START)
        assert letter.language == "en"


def test_someone_registered_without_a_language_reads_dutch(office: Engine) -> None:
    with transaction(office) as session:
        session.get_one(Person, OFFICER.person).language = None
    with transaction(office) as session:
        letter = outbox.post(session, "reminder", application="VA-1", recipient=OFFICER.person, facts={}, at=START)
        assert letter.language == "nl"


@pytest.mark.parametrize(
    ("by", "reader", "rule"),
    [
        (READER, READER.person, None),
        (READER, OFFICER.person, "duty.own-language"),
        (OFFICER, READER.person, None),
        (ADMINISTRATOR, READER.person, None),
        (COORDINATOR, READER.person, "duty.role"),
        (person(Role.EMPLOYER, ZILVERDAM), READER.person, "duty.role"),
    ],
    ids=lambda given: given.role if isinstance(given, Actor) else str(given),
)
def test_an_applicant_chooses_for_no_one_else(office: Engine, by: Actor, reader: str, rule: str | None) -> None:
    with transaction(office) as session:
        enrol(session, READER)
    if rule is None:
        choose(office, reader, "en", by)
        return
    with pytest.raises(RefusedError) as refusal:
        choose(office, reader, "en", by)
    assert [finding.rule for finding in refusal.value.findings] == [rule]
    assert refusal.value.duty


def test_the_ledger_shows_who_chose_when(office: Engine) -> None:
    reader = applicant_of(office, receive(office, language="nl"))
    choose(office, reader, "en", Actor(reader, Role.APPLICANT), hours=5)
    with transaction(office) as session:
        stream, key = f"person:{reader}", f"person:{reader}"
        before = as_of(session, stream, START + timedelta(hours=4))
        after = as_of(session, stream, START + timedelta(hours=6))
    assert (before[key]["language"], after[key]["language"]) == ("nl", "en")
    assert problems(office) == []


def test_someone_who_departed_cannot_choose_and_can_still_be_applied_for(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, READER)
        fire(session, "person", READER.person, "depart", by=ADMINISTRATOR, at=START)
    with pytest.raises(RefusedError):
        choose(office, READER.person, "en")
    reference = receive(office, at=START + timedelta(hours=1), applicant=READER.person, language="en")
    assert languages(office, reference) == {"confirmation-of-receipt": "nl"}
