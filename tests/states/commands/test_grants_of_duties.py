"""Grants of duties: a role that reaches far takes two people, and an office has first people only once."""

from typing import Any

import pytest
from office import ADMINISTRATOR, COORDINATOR, GOUDVEEN, HEAD, START, ZILVERDAM, do, enrol, problems, refused, rows
from office import SECOND_ADMINISTRATOR as SECOND
from sqlalchemy import Engine

from rules.core.roles import ENGINE, Actor
from states.charts.people import PersonState
from states.errors import MalformedError
from states.storage.database import transaction
from states.tables.ledger import LedgerEntry
from states.tables.people import Duty, Person, ProposedDuty

FAR = ("privacy-officer", "security-authority", "administrator", "head")
RELEASER = {"role": "releaser", "organisation": ZILVERDAM}


def register(office: Engine, *duties: dict[str, Any], who: str = "nieuw", by: Actor = ADMINISTRATOR) -> None:
    body = {"id": who, "name": "N. Ieuw", "email": "n@office.example", "duties": list(duties)}
    do(office, "person", None, "register", by=by, body=body)


def held(office: Engine, who: str = "nieuw") -> set[str]:
    return {str(duty.role) for duty in rows(office, Duty, Duty.person == who)}


def on(office: Engine, event: str, by: Actor, duty: dict[str, Any], who: str = "nieuw") -> None:
    do(office, "person", who, event, by=by, body=duty)


@pytest.mark.parametrize("duty", [*({"role": role} for role in FAR), RELEASER], ids=lambda duty: str(duty["role"]))
def test_a_role_that_reaches_far_is_held_only_once_another_person_confirmed_it(
    office: Engine, duty: dict[str, Any]
) -> None:
    register(office, duty, {"role": "officer"})
    assert held(office) == {"officer"}
    assert refused(lambda: on(office, "confirm-duty", ADMINISTRATOR, duty)) == ["grant.by-two"]
    assert refused(lambda: on(office, "confirm-duty", COORDINATOR, duty)) == ["duty.role"]
    on(office, "confirm-duty", HEAD, duty)
    assert held(office) == {"officer", duty["role"]}
    assert refused(lambda: on(office, "confirm-duty", SECOND, duty)) == ["grant.proposed"]
    assert problems(office) == []


def test_a_second_administrator_confirms_as_the_head_does(office: Engine) -> None:
    register(office, {"role": "officer"})
    on(office, "grant-duty", ADMINISTRATOR, RELEASER)
    assert held(office) == {"officer"}
    on(office, "confirm-duty", SECOND, RELEASER)
    assert held(office) == {"officer", "releaser"}


def test_a_role_that_does_not_reach_far_is_granted_by_one(office: Engine) -> None:
    register(office, {"role": "officer"})
    on(office, "grant-duty", ADMINISTRATOR, {"role": "adviser"})
    assert held(office) == {"officer", "adviser"}
    assert refused(lambda: on(office, "grant-duty", ADMINISTRATOR, {"role": "adviser"})) == ["grant.once"]


def test_nobody_grants_a_role_to_themself_or_confirms_one_for_themself(office: Engine) -> None:
    with transaction(office) as session:
        enrol(session, SECOND)
        enrol(session, HEAD)
    for role in ("officer", "privacy-officer"):
        mine = {"role": role}
        assert refused(lambda m=mine: on(office, "grant-duty", SECOND, m, SECOND.person)) == ["grant.not-to-oneself"]
    on(office, "grant-duty", ADMINISTRATOR, {"role": "privacy-officer"}, SECOND.person)
    on(office, "grant-duty", SECOND, {"role": "privacy-officer"}, HEAD.person)
    for who in (SECOND, HEAD):
        mine = {"role": "privacy-officer"}
        confirmed = refused(lambda m=mine, w=who: on(office, "confirm-duty", w, m, w.person))
        assert confirmed[0] == "grant.not-to-oneself"
    assert held(office, SECOND.person) == {"administrator"}
    assert held(office, HEAD.person) == {"head"}


def test_the_role_of_the_engine_is_granted_to_nobody(office: Engine) -> None:
    assert refused(lambda: register(office, {"role": "engine"})) == ["grant.to-people"]
    register(office, {"role": "officer"})
    assert refused(lambda: on(office, "grant-duty", ADMINISTRATOR, {"role": "engine"})) == ["grant.to-people"]


def test_a_declined_proposal_is_over_and_can_be_proposed_again(office: Engine) -> None:
    register(office, RELEASER)
    assert refused(lambda: on(office, "grant-duty", SECOND, RELEASER)) == ["grant.once"]
    on(office, "decline-duty", HEAD, RELEASER)
    assert refused(lambda: on(office, "confirm-duty", HEAD, RELEASER)) == ["grant.proposed"]
    assert refused(lambda: on(office, "decline-duty", HEAD, RELEASER)) == ["grant.proposed"]
    on(office, "grant-duty", SECOND, RELEASER)
    on(office, "confirm-duty", ADMINISTRATOR, RELEASER)
    assert held(office) == {"releaser"}
    outcomes = rows(office, ProposedDuty, ProposedDuty.person == "nieuw")
    assert {(row.proposed_by, row.decided_by, row.granted) for row in outcomes} == {
        (ADMINISTRATOR.person, HEAD.person, False),
        (SECOND.person, ADMINISTRATOR.person, True),
    }
    assert problems(office) == []


def test_who_departs_leaves_no_proposal_behind(office: Engine) -> None:
    register(office, RELEASER)
    do(office, "person", "nieuw", "depart", by=ADMINISTRATOR)
    assert rows(office, Person, Person.id == "nieuw")[0].state is PersonState.DEPARTED
    assert rows(office, ProposedDuty, ProposedDuty.person == "nieuw")[0].decided_by == ADMINISTRATOR.person
    assert refused(lambda: on(office, "confirm-duty", HEAD, RELEASER)) == ["chart.state"]
    assert problems(office) == []


def test_the_employer_of_a_role_is_named_where_the_role_asks_for_one(office: Engine) -> None:
    register(office, {"role": "officer"})
    for duty in ({"role": "finance"}, {"role": "adviser", "organisation": GOUDVEEN}):
        with pytest.raises(MalformedError) as caught:
            on(office, "grant-duty", ADMINISTRATOR, duty)
        assert [field for field, _ in caught.value.problems] == ["organisation"]


def test_only_an_office_without_an_administrator_gets_first_people(engine: Engine) -> None:
    def first(who: str, role: str) -> None:
        body = {"id": who, "name": "E. Erste", "email": "e@office.example", "duties": [{"role": role}]}
        do(engine, "person", None, "register-first", by=ENGINE, at=START, body=body)

    first("hoofd-1", "head")
    first("beheer-1", "administrator")
    assert refused(lambda: first("beheer-2", "administrator")) == ["grant.first-people"]
    assert held(engine, "beheer-1") == {"administrator"}
    entries = rows(engine, LedgerEntry, LedgerEntry.event == "register-first")
    assert {entry.subject for entry in entries} == {"hoofd-1", "beheer-1"}
    assert problems(engine) == []
    do(engine, "person", "beheer-1", "depart", by=ADMINISTRATOR)
    first("beheer-2", "administrator")
    assert held(engine, "beheer-2") == {"administrator"}
