"""Start page of the head, the secretary and the contact at the ministry: the cases that they were told of."""

from datetime import UTC, datetime, timedelta

import pytest
from office import HEAD, ZILVERDAM, enrol, person
from served import MINISTRY, Api
from sqlmodel import select
from visitor import Visitor

from rules.core.roles import Actor, Role
from states.storage.database import transaction
from states.tables.deadlines import Reminder, Term

SECRETARY = person(Role.SECRETARY, ZILVERDAM)
SECRET = "geheimwoordvandeintake"


@pytest.fixture(scope="module")
def told(api: Api) -> tuple[str, str]:
    """A case of which the secretary and the head were told, and one of which they were not."""
    first, second = (api.receive(remarks=SECRET, name=f"F. {SECRET}") for _ in range(2))
    api.walk(first, "takeover")
    reference = first.rpartition("/")[2]
    with transaction(api.engine) as session:
        enrol(session, HEAD, at=datetime.now(UTC) - timedelta(minutes=1))
        term = session.exec(select(Term).where(Term.application == reference)).first()
        assert term is not None
        for who in (SECRETARY, HEAD):
            session.add(
                Reminder(
                    term=term.id,
                    threshold="80%",
                    recipient=who.person,
                    application=reference,
                    at=datetime.now(UTC),
                    outbox="letter-1",
                )
            )
    return reference, second.rpartition("/")[2]


@pytest.mark.parametrize("by", [SECRETARY, HEAD], ids=lambda by: by.role)
def test_who_was_told_of_a_case_sees_it_and_no_other(api: Api, told: tuple[str, str], by: Actor) -> None:
    with Visitor(api, by) as reader:
        page = reader.read("/start")
        assert f'href="/zaken/{told[0]}"' in page
        assert told[1] not in page
        assert SECRET not in page
        assert page.count("data-primary") == 1


def test_the_contact_at_the_ministry_sees_the_progress_and_no_case(api: Api, told: tuple[str, str]) -> None:
    with Visitor(api, MINISTRY) as reader:
        page = reader.read("/start")
        assert 'href="/voortgang"' in page
        assert not any(reference in page for reference in told)
        assert "Voortgang per kwartaal" in reader.read("/voortgang")
