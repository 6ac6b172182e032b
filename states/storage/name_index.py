"""Name index: finds people by keyed hashes of their names, so that no readable name leaves the vault."""

import unicodedata

from sqlmodel import Session, col, select

from states.storage.database import vault_of
from states.storage.purpose_keys import Purpose
from states.tables.name_index import NameMark


def words(name: str) -> list[str]:
    """The words of a name, without case, accents and punctuation."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return sorted(set(text.split()))


def index_name(session: Session, person: str, name: str) -> None:
    """Index the words of a person's name."""
    vault = vault_of(session)
    session.add_all(NameMark(mark=vault.mark(Purpose.NAMES, word), person=person) for word in words(name))


def find_people(session: Session, name: str) -> list[str]:
    """The people whose names contain every word of the query."""
    vault = vault_of(session)
    found: set[str] | None = None
    for word in words(name):
        of_word = select(NameMark.person).where(col(NameMark.mark) == vault.mark(Purpose.NAMES, word))
        people = set(session.exec(of_word))
        found = people if found is None else found & people
    return sorted(found or ())
