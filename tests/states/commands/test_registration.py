"""Registration: one person for each handle, one account for each employer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from office import OFFICER, START, ZILVERDAM, do, enrol, iban, row, snapshot
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from rules.core.roles import Actor, Role
from states.commands.fire import fire
from states.errors import MalformedError
from states.storage.database import transaction
from states.tables.people import Organisation


def test_the_same_handle_is_registered_once(office: Engine) -> None:
    before = snapshot(office)
    with transaction(office) as session, pytest.raises(MalformedError) as caught:
        enrol(session, OFFICER)
    assert [field for field, _ in caught.value.problems] == ["id"]
    body = {
        "id": ZILVERDAM,
        "kind": "municipality",
        "name": "Again",
        "debtorIban": "NL02ABNA0123456789",
        "ledgerAccount": "1",
        "costCentre": "2",
        "bankAccount": "3",
    }
    with pytest.raises(MalformedError) as caught:
        do(office, "organisation", None, "register", by=Actor("a", Role.ADMINISTRATOR), body=body)
    assert [field for field, _ in caught.value.problems] == ["id"]
    assert snapshot(office) == before


def test_each_employer_has_a_debtor_account_of_its_own(office: Engine) -> None:
    body = {
        "id": "gemeente-elders",
        "kind": "municipality",
        "name": "Gemeente Elders",
        "debtorIban": row(office, Organisation, Organisation.id == ZILVERDAM).debtor_iban,
        "ledgerAccount": "1",
        "costCentre": "2",
        "bankAccount": "3",
    }
    by = Actor("a", Role.ADMINISTRATOR)
    with pytest.raises(MalformedError) as caught:
        do(office, "organisation", None, "register", by=by, body=body)
    assert [field for field, _ in caught.value.problems] == ["debtorIban"]
    do(office, "organisation", None, "register", by=by, body={**body, "debtorIban": iban(77)})


def test_of_two_employers_registered_at_once_with_one_account_the_second_is_refused(office: Engine) -> None:
    body = {
        "kind": "municipality",
        "name": "Gemeente Elders",
        "debtorIban": iban(78),
        "ledgerAccount": "1",
        "costCentre": "2",
        "bankAccount": "3",
    }
    by = Actor("a", Role.ADMINISTRATOR)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    first, second = {**body, "id": "gemeente-eerste"}, {**body, "id": "gemeente-tweede"}
    with ThreadPoolExecutor(1) as thread:
        with transaction(office) as session:
            fire(session, "organisation", None, "register", by=by, at=START, body=first)
            answer = thread.submit(do, office, "organisation", None, "register", by=by, body=second)
            with office.connect() as look:
                while not look.execute(text(waiting)).scalar_one():
                    assert not answer.done(), answer.exception()
        with pytest.raises(MalformedError) as caught:
            answer.result(timeout=60)
    ((field, words),) = caught.value.problems
    assert field == "debtorIban"
    assert "gemeente-eerste" in words
    copy = '(jsonb_populate_record(t, \'{"id": "gemeente-derde"}\')).*'
    with pytest.raises(IntegrityError, match="ix_organisation_account"), office.begin() as connection:
        connection.execute(
            text(f"INSERT INTO organisation SELECT {copy} FROM organisation t WHERE id = 'gemeente-eerste'")
        )
