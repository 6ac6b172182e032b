"""The link of each letter lands where what it asks can be done, for its recipient alone."""

from datetime import UTC, datetime

import pytest
from browsing import Browser
from office import OFFICER, OTHER_OFFICER
from served import Api
from sqlmodel import select

from api.pages.addresses import ADDRESSES
from api.pages.letters import landing
from api.pages.letters.landing import landing_of
from notifications.catalogue import catalogue
from rules.core.roles import Actor, Role
from states.letters import outbox
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.letters import Outbox

REFERENCE = "VA-2026-ABCD2345"
ROLES = [role for role in Role if role is not Role.ENGINE]


def opens(path: str, role: Role) -> bool:
    """Return whether a role may open a path by the table of addresses."""
    pieces = path.split("/")
    for address in ADDRESSES.values():
        wanted = address.path.split("/")
        if len(wanted) == len(pieces) and all(
            one == other or one.startswith("{") for one, other in zip(wanted, pieces, strict=True)
        ):
            return role in address.roles
    return False


@pytest.mark.parametrize("letter", sorted(catalogue().letters))
def test_every_letter_lands_on_a_page_that_its_reader_may_open(letter: str) -> None:
    for role in ROLES:
        for reference in (REFERENCE, ""):
            assert opens(landing_of(letter, reference, role), role), (letter, role, reference)


@pytest.mark.parametrize(
    ("letter", "role", "path"),
    [
        ("invitation-to-complete", Role.APPLICANT, f"/mijn/doen/application/complete/{REFERENCE}"),
        ("refusal-intended", Role.APPLICANT, f"/mijn/doen/application/record-view/{REFERENCE}"),
        ("advice-adopted", Role.APPLICANT, f"/mijn/zaak/{REFERENCE}/advies"),
        ("confirmation-of-receipt", Role.APPLICANT, f"/mijn/zaak/{REFERENCE}"),
        ("takeover-request", Role.EMPLOYER, "/werkgever/overnames"),
        ("acute-case", Role.OFFICER, f"/zaken/{REFERENCE}"),
        ("work-offered", Role.OFFICER, "/werk"),
        ("capacity-alarm", Role.COORDINATOR, "/werk"),
        ("content-opened", Role.PRIVACY_OFFICER, "/toezicht/inzage"),
    ],
)
def test_a_letter_lands_where_what_it_asks_can_be_done(letter: str, role: Role, path: str) -> None:
    assert landing_of(letter, REFERENCE, role) == path


def test_every_letter_that_the_landings_name_exists() -> None:
    tables = (landing.ASKS_OF_OFFICIAL, landing.ADVICE, landing.ASKS_OF_EMPLOYER, landing.OF_WORK)
    assert {name for table in tables for name in table} <= set(catalogue().letters)


def letter_to(api: Api, by: Actor) -> str:
    """Post a letter about a new case, and return its id."""
    reference = api.receive().rpartition("/")[2]
    with transaction(api.engine) as session:
        case = session.exec(select(Application).where(Application.id == reference)).one()
        outbox.post(
            session, "work-taken-over", application=case.id, recipient=by.person, facts={}, at=datetime.now(UTC)
        )
        session.flush()
        query = select(Outbox.id).where(Outbox.letter == "work-taken-over", Outbox.application == case.id)
        return session.exec(query).one()


def test_a_letter_leads_its_recipient_on_and_tells_others_nothing(api: Api) -> None:
    letter = letter_to(api, OFFICER)
    assert Browser(api, OFFICER).get(f"/brief/{letter}").answer.url.path == "/werk"
    others = Browser(api, OTHER_OFFICER).get(f"/brief/{letter}", status=404)
    nothing = Browser(api, OTHER_OFFICER).get("/brief/letter-22222222", status=404)
    assert others.words() == nothing.words()


def test_before_signing_in_the_link_of_a_letter_looks_the_same_whether_or_not_it_exists(api: Api) -> None:
    letter = letter_to(api, OFFICER)
    there, nowhere = (Browser(api).get(f"/brief/{one}") for one in (letter, "letter-22222222"))
    assert there.answer.text.replace(letter, "X") == nowhere.answer.text.replace("letter-22222222", "X")
    assert there.heading == "Aanmelden"
