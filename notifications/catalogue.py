"""Which letters there are, which facts each may hold, and which words may stand in them: catalogue.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from notifications.errors import NotificationsError

ROOM = Path(__file__).parent
LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Letter:
    """One line of the catalogue."""

    id: str
    folder: str
    """Below ``letters/``; holds a subject and a body in every language."""
    title: Mapping[str, str]
    """By language."""
    articles: tuple[str, ...]
    facts: Mapping[str, str]
    """Every key that its templates may use, and must be given, with its kind."""


@dataclass(frozen=True)
class Catalogue:
    """All letters, and the words that facts may choose from."""

    letters: Mapping[str, Letter]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]
    """By kind, word and language."""
    laws: Mapping[str, str]
    """The full name of a law by its short one."""

    def letter(self, letter: str) -> Letter:
        """One letter by its id.

        Raises:
            NotificationsError: no letter is called so.
        """
        if letter not in self.letters:
            known = ", ".join(sorted(self.letters))
            raise NotificationsError(f"No letter is called {letter!r}; there are {known}.")
        return self.letters[letter]


@cache
def catalogue() -> Catalogue:
    """Read the catalogue; once per process."""
    pages = tomllib.loads((ROOM / "catalogue.toml").read_text(encoding="utf-8"))
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
    return Catalogue(letters, pages["words"], pages["laws"])
