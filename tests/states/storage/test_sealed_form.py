"""Sealed form: everything sealed belongs to one place, one class and one purpose, and opens nowhere else."""

import hashlib
import hmac
import json
from typing import Any

import pytest
import scans
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from loan_cases import ask
from office import CONTACT, KEY, START, act, erase, problems, receive, row, rows, walk
from prepared_databases import Prepared
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from rules.access.content_classes import Retention
from states.charts.application import Stage
from states.commands.invoice_documents import examine, open_document, take_in
from states.errors import ErasedError
from states.storage.canonical_json import canonical
from states.storage.content import content_of_subject
from states.storage.database import transaction, vault_of
from states.storage.purpose_keys import Epoch, Purpose
from states.storage.vault import Vault
from states.tables.application import Application
from states.tables.ledger import DataKey, LedgerEntry, Stream, VaultItem
from states.tables.payments import Document, Payable

PICTURE = scans.png()


def fill_two(engine: Engine) -> None:
    """Two cases with the same steps: one of them with a document, a threat and a payment."""
    first, second = receive(engine), receive(engine, name="B. Ander", homeAddress="Dwarsweg 2, 1234 AB Zilverdam")
    for reference in (first, second):
        act(engine, reference, "record-threat", at=START, changes={"details": "A note under the door"})
    at = walk(engine, first)
    with transaction(engine) as session:
        take_in(session, session.exec(select(Payable)).one(), examine(PICTURE, on=at.date()), by=CONTACT, at=at)
    act(engine, second, "withdraw", at=at, changes={"reasons": "Moves abroad"})


@pytest.fixture
def two(prepared: Prepared) -> Engine:
    return prepared("two-sealed-cases", fill_two)


def both(engine: Engine) -> tuple[str, str]:
    """The case that was closed, and the one that was withdrawn."""
    return tuple(row(engine, Application, Application.state == state).id for state in (Stage.CLOSED, Stage.WITHDRAWN))


def read_all(engine: Engine) -> list[dict[str, Any]]:
    """All content of every subject of every stream, as it is read."""
    with Session(engine) as session:
        places = session.exec(select(VaultItem.stream, VaultItem.subject).distinct()).all()
        return [[entry.content for entry in content_of_subject(session, stream, subject)] for stream, subject in places]


SWAP_ITEMS = """
    UPDATE vault_item a SET sealed = b.sealed FROM vault_item b
    WHERE a.stream = :s AND b.stream = :t AND a.seq = 1 AND b.seq = 1
    """
SWAP_KEYS_OF_STREAMS = """
    UPDATE data_key a SET wrapped = b.wrapped FROM data_key b
    WHERE a.stream = :s AND b.stream = :t AND a.retention = b.retention
    """
SWAP_KEYS_OF_CLASSES = """
    UPDATE data_key a SET wrapped = b.wrapped FROM data_key b
    WHERE a.stream = :s AND b.stream = :s AND a.retention = 'safety' AND b.retention = 'procedure'
    """


@pytest.mark.parametrize(
    ("moved_to", "statement"),
    [
        ("another subject", "UPDATE vault_item SET subject = 'measure-elsewhere' WHERE stream = :s AND seq = 1"),
        ("another event", "UPDATE ledger_entry SET event = 'record-move' WHERE stream = :s AND seq = 1"),
        ("another entry", "UPDATE vault_item SET seq = 4 WHERE stream = :s AND seq = 1"),
        ("another class", "UPDATE vault_item SET retention = 'procedure' WHERE stream = :s AND seq = 1"),
        ("another stream", SWAP_ITEMS),
        ("another stream, with its keys", SWAP_KEYS_OF_STREAMS),
        ("another class, with its key", SWAP_KEYS_OF_CLASSES),
        ("another epoch", "UPDATE vault_item SET sealed = set_byte(sealed, 2, 2) WHERE stream = :s AND seq = 1"),
        ("another format", "UPDATE vault_item SET sealed = set_byte(sealed, 0, 2) WHERE stream = :s AND seq = 1"),
    ],
)
def test_no_sealed_item_opens_at_another_place(two: Engine, moved_to: str, statement: str) -> None:
    first, second = both(two)
    assert "Voorbeeldlaan 1, 1234 AB Zilverdam" in str(read_all(two))
    with two.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # as the owner of the server could
        assert connection.execute(text(statement), {"s": first, "t": second}).rowcount, moved_to
    with pytest.raises(InvalidTag):
        read_all(two)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE document SET stream = :t",
        "UPDATE document SET size = size + 1",
        "UPDATE document_part SET position = 1",
        "WITH d AS (UPDATE document SET id = 'document-2') UPDATE document_part SET document = 'document-2'",
    ],
)
def test_a_piece_of_a_document_opens_at_its_own_place_only(two: Engine, statement: str) -> None:
    with Session(two) as session:
        assert open_document(session, session.exec(select(Document)).one()) == PICTURE
    with two.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), {"t": both(two)[1]} if ":t" in statement else {})
    with Session(two) as session, pytest.raises(InvalidTag):
        open_document(session, session.exec(select(Document)).one())


def test_a_stored_answer_opens_for_its_own_person_and_key_only() -> None:
    vault = Vault(KEY)
    sealed = vault.seal(Purpose.IDEMPOTENCY, b"{}", ("answer", "officer-1", "k-1"))
    assert vault.open(Purpose.IDEMPOTENCY, sealed, ("answer", "officer-1", "k-1")) == b"{}"
    for purpose, place in (
        (Purpose.IDEMPOTENCY, ("answer", "officer-2", "k-1")),
        (Purpose.IDEMPOTENCY, ("answer", "officer-1", "k-2")),
        (Purpose.WRAPPING, ("answer", "officer-1", "k-1")),
    ):
        with pytest.raises(InvalidTag):
            vault.open(purpose, sealed, place)


def test_an_entry_is_sealed_in_one_item_for_each_class_that_it_holds(two: Engine) -> None:
    loan = ask(two)
    items = rows(two, VaultItem, VaultItem.stream == loan.id)
    with Session(two) as session:
        keys = vault_of(session).keys_of(session, loan.id)
        held = {item.retention: sorted(keys.open(item, "request")) for item in items}
    assert held == {"safety": ["email", "name"], "procedure": ["description", "need"]}


def test_destroying_the_key_of_a_class_leaves_the_other_classes(two: Engine) -> None:
    first, _ = both(two)
    payable, document = row(two, Payable), row(two, Document)
    with transaction(two) as session:
        erase(session, first, Retention.SAFETY)
    with Session(two) as session:
        vault, stream = vault_of(session), session.get_one(Stream, first)
        left = {field for entry in content_of_subject(session, stream.id, first) for field in entry.content}
        assert (
            left
            & {
                "home_address",
                "name",
                "details",
                "finding",
            }
            == set()
        )
        assert content_of_subject(session, stream.id, payable.id)[0].content["iban"] == "NL02ABNA0123456789"
        assert open_document(session, document) == PICTURE
        keys = vault.keys_of(session, first)
        assert [each for each in Retention if keys.is_erased(each)] == [Retention.SAFETY]
        with pytest.raises(ErasedError):
            keys.seal_content(Retention.SAFETY, {"remarks": "x"}, seq=1, subject=first, event="receive")
    with transaction(two) as session:
        erase(session, first, Retention.MONEY)
    with Session(two) as session, pytest.raises(ErasedError):
        open_document(session, document)
    assert problems(two) == []


def test_marks_of_the_ledger_agree_with_what_is_sealed(two: Engine) -> None:
    with Session(two) as session:
        vault = vault_of(session)
        for entry in session.exec(select(LedgerEntry)).all():
            keys = vault.keys_of(session, entry.stream)
            marks = {}
            for item in rows(two, VaultItem, VaultItem.stream == entry.stream, VaultItem.seq == entry.seq):
                marks |= keys.marks(item.retention, keys.open(item, entry.event))
            assert marks == entry.content


def hkdf(master: bytes, info: bytes) -> bytes:
    """HKDF of RFC 5869 with SHA-256 and no salt, for 32 bytes."""
    extracted = hmac.new(bytes(32), master, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def opened(key: bytes, sealed: bytes, place: list[Any]) -> bytes:
    assert sealed[:3] == b"\x01\x00\x01"  # format 1, epoch 1
    return AESGCM(key).decrypt(sealed[3:15], sealed[15:], sealed[:3] + canonical(place))


def test_the_form_is_read_by_its_description_alone(two: Engine) -> None:
    first, _ = both(two)
    wrapping = hkdf(KEY, b'["veiligadvies",1,"wrapping"]')
    wrapped = row(two, DataKey, DataKey.stream == first, DataKey.retention == Retention.SAFETY).wrapped
    data_key = opened(wrapping, wrapped, ["data-key", first, "safety"])
    item = row(two, VaultItem, VaultItem.stream == first, VaultItem.seq == 1)
    content = json.loads(opened(data_key, item.sealed, [first, 1, first, "receive", "safety"]))
    assert content["home_address"] == "Voorbeeldlaan 1, 1234 AB Zilverdam"


def test_every_purpose_and_every_epoch_has_its_own_key() -> None:
    keys = [Epoch(KEY, number).key(purpose) for number in (1, 2) for purpose in Purpose]
    assert len({*keys, KEY}) == 2 * len(Purpose) + 1
    assert Epoch(KEY).key(Purpose.NAMES) == hkdf(KEY, b'["veiligadvies",1,"names"]')


def test_a_mark_distinguishes_two_texts_and_two_purposes_and_names_its_epoch() -> None:
    vault, account = Vault(KEY), "NL02ABNA0123456789"
    mark = vault.mark(Purpose.ACCOUNTS, account)
    assert mark == vault.mark(Purpose.ACCOUNTS, account)
    assert mark.startswith("1.")
    assert mark != vault.mark(Purpose.ACCOUNTS, "NL02ABNA0123456788")
    assert mark != vault.mark(Purpose.NAMES, account)
    assert mark != Vault(bytes(32)).mark(Purpose.ACCOUNTS, account)


def test_an_office_with_another_key_opens_nothing(two: Engine) -> None:
    item = rows(two, VaultItem)[0]
    with Session(two) as session, pytest.raises(InvalidTag):
        Vault(bytes(32)).keys_of(session, item.stream).open(item, "receive")
