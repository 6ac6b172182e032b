"""Finding people by name: through marks, so that no readable name leaves the vault."""

import unicodedata

from sqlmodel import Session, col, select

from states.storage.vault import Vault
from states.tables.name_index import NameMark


def words(name: str) -> list[str]:
    """The words of a name, without case, accents and punctuation."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return sorted(set(kept.split()))


def remember(session: Session, person: str, name: str) -> None:
    """Index a person's name."""
    vault = Vault.of(session)
    session.add_all(NameMark(mark=vault.mark(f"name:{word}"), person=person) for word in words(name))


def find(session: Session, name: str) -> list[str]:
    """The people whose names hold every word asked for."""
    vault = Vault.of(session)
    found: set[str] | None = None
    for word in words(name):
        query = select(NameMark.person).where(col(NameMark.mark) == vault.mark(f"name:{word}"))
        people = set(session.exec(query))
        found = people if found is None else found & people
    return sorted(found or ())
