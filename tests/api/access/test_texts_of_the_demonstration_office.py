"""Texts of the demonstration office: each is there once, for those who should read it and for nobody else."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import copied
from served import Api, serving
from sqlmodel import select

from api.demonstration.people import ZILVERDAM
from rules.access.content_classes import ContentClass
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.reporting.case_file import passages, progress_of
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.people import Duty

WRITTEN = (ContentClass.ADVICE, ContentClass.REVIEW, ContentClass.THREAT, ContentClass.INTERVIEW, ContentClass.REASONS)
"""The classes of what people of the office wrote."""
NOBODYS = (
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.HEAD,
    Role.MINISTRY_CONTACT,
    *sorted(OF_AN_EMPLOYER),
)
"""Roles that read none of these texts."""


@pytest.fixture(scope="module")
def office(server: str, demonstration: str, office_home: Path) -> Iterator[Api]:
    """Serve a copy of the demonstration office."""
    with copied(server, demonstration) as database, serving(database, office_home) as api:
        yield api


@pytest.fixture(scope="module")
def planted(office: Api) -> dict[str, list[str]]:
    """Return the texts of each case, as the vault holds them."""
    with transaction(office.engine) as session:
        return {
            case.id: [
                each.text
                for each in passages(session, case.stream, progress_of(session, case.stream))
                if each.kind in WRITTEN
            ]
            for case in session.exec(select(Application).order_by(Application.id))
        }


def first_in(office: Api, role: Role) -> Actor:
    """Return someone in a role."""
    at = ZILVERDAM if role in OF_AN_EMPLOYER else ""
    with transaction(office.engine) as session:
        duties = session.exec(select(Duty).where(Duty.role == role).order_by(Duty.person)).all()
    found = next((duty for duty in duties if duty.organisation == at), None)
    if found is None:
        pytest.skip(f"nobody of the demonstration office is {role}")
    return Actor(found.person, role, found.organisation or None)


def strings_in(thing: Any) -> Iterator[str]:
    """Yield every text of an answer."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for part in thing.values():
            yield from strings_in(part)
    elif isinstance(thing, list):
        for part in thing:
            yield from strings_in(part)


def test_no_two_steps_share_a_text(planted: dict[str, list[str]]) -> None:
    counted = Counter(text for texts in planted.values() for text in texts)
    assert len(counted) > 60
    assert [text for text, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.SECURITY_AUTHORITY], ids=str)
def test_who_needs_to_know_reads_every_text_of_every_case_once(
    office: Api, planted: dict[str, list[str]], role: Role
) -> None:
    by = first_in(office, role)
    for case, texts in planted.items():
        shown = Counter(strings_in(office.read(f"/v1/applications/{case}", by)))
        assert {text: shown[text] for text in texts} == dict.fromkeys(texts, 1), case


@pytest.mark.parametrize("role", NOBODYS, ids=str)
def test_nobody_else_reads_any_of_them(office: Api, planted: dict[str, list[str]], role: Role) -> None:
    by = first_in(office, role)
    for case, texts in planted.items():
        for part in ("", "/history", "/measures", "/decisions", "?asOf=2099-01-01T00:00:00Z"):
            found = office.get(f"/v1/applications/{case}{part}", by)
            assert found.status_code in {200, 404}
            assert [text for text in texts if text in found.text] == [], (case, part)


def test_officials_read_no_text_of_another_case(office: Api, planted: dict[str, list[str]]) -> None:
    with transaction(office.engine) as session:
        cases = session.exec(select(Application.id, Application.applicant).order_by(Application.id)).all()
    for case, official in cases[:6]:
        by = Actor(official, Role.APPLICANT)
        shown = office.get(f"/v1/applications/{case}", by).text
        foreign = [text for other, texts in planted.items() if other != case for text in texts]
        assert [text for text in foreign if text in shown] == []
