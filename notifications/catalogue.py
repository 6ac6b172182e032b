"""Catalogue of letters and documents: the facts that each may hold and the words for them, from catalogue.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from notifications.errors import NotificationsError

FOLDER = Path(__file__).parent
LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Letter:
    """A letter of the catalogue."""

    id: str
    folder: str
    """Below ``letters/``; holds a subject and a body in every language."""
    title: Mapping[str, str]
    """By language."""
    articles: tuple[str, ...]
    facts: Mapping[str, str]
    """The kind of each fact. The caller must give every one; the templates may use no other."""


@dataclass(frozen=True)
class Document:
    """A text made from what a user selects; never sent and never stored."""

    folder: str
    """Below ``documents/``; holds one text in every language."""
    title: Mapping[str, str]
    """By language."""
    articles: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Number:
    """A telephone number that our texts name."""

    number: str
    source: str
    """The page that states it."""
    read_on: date


@dataclass(frozen=True)
class Catalogue:
    """All letters and documents, and the words for facts with a fixed list of values."""

    letters: Mapping[str, Letter]
    documents: Mapping[str, Document]
    numbers: Mapping[str, Number]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]
    """By kind, word and language."""
    laws: Mapping[str, str]
    """The full name of a law by its short one."""

    def letter(self, letter: str) -> Letter:
        """One letter by its id.

        Raises:
            NotificationsError: no letter has this id.
        """
        if letter not in self.letters:
            known = ", ".join(sorted(self.letters))
            raise NotificationsError(f"No letter is called {letter!r}; there are {known}.")
        return self.letters[letter]


@cache
def catalogue() -> Catalogue:
    """The catalogue, read once per process."""
    pages = tomllib.loads((FOLDER / "catalogue.toml").read_text(encoding="utf-8"))
    letters = {
        letter: Letter(
            id=letter,
            folder=line["folder"],
            title=line["title"],
            articles=tuple(line["articles"]),
            facts=pages["always"] | line["facts"],
        )
        for letter, line in pages["letters"].items()
    }
    documents = {
        document: Document(line["folder"], line["title"], tuple(line["articles"]), line["source"])
        for document, line in pages["documents"].items()
    }
    numbers = {name: Number(**line) for name, line in pages["numbers"].items()}
    return Catalogue(letters, documents, numbers, pages["words"], pages["laws"])
