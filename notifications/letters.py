"""Facts become a letter: a subject and a body of plain text, in the language asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from notifications.catalogue import LANGUAGES, ROOM, catalogue
from notifications.errors import NotificationsError
from notifications.facts import check

_MONTHS = {
    "nl": """januari februari maart april mei juni
        juli augustus september oktober november december""",
    "en": """January February March April May June
        July August September October November December""",
}


@dataclass(frozen=True)
class Rendered:
    """A letter in words: plain text, the subject on one line, and the language of both."""

    subject: str
    body: str
    language: str


@cache
def _environment(language: str) -> Environment:
    months = _MONTHS[language].split()
    either = {"nl": "of", "en": "or"}[language]

    def day(iso: str) -> str:
        when = date.fromisoformat(iso)
        return f"{when.day} {months[when.month - 1]} {when.year}"

    def word(key: str, kind: str) -> str:
        return catalogue().words[kind][key][language]

    def law(article: str) -> str:
        """Spell out an article as a rule cites it: ``REG x.9(1)`` stands for three articles of one law."""
        spelled = re.sub(r"\bx\.([0-9]+)", rf"2.\1, 3.\1 {either} 4.\1", article)
        return re.sub(r"[A-Za-z]+", lambda word: catalogue().laws.get(word[0], word[0]), spelled)

    # Escaping belongs to a format. A part named .html.j2 is HTML and is escaped; subjects and bodies are
    # text/plain, where &amp; would be a misprint and <b> is three characters. What is dangerous in plain
    # text, a line break or a hidden character, notifications.facts refuses before a template sees it.
    environment = Environment(
        loader=FileSystemLoader(ROOM),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html.j2", "xml.j2"), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": day, "word": word, "law": law}
    return environment


def render(letter: str, facts: Mapping[str, object], language: str = "nl") -> Rendered:
    """Word a letter.

    Args:
        letter: its id in the catalogue.
        facts: exactly the keys that the catalogue names for it; dates as ISO strings.
        language: ``nl`` or ``en``.

    Raises:
        NotificationsError: no such letter or language; a fact is missing, too many or not of its kind; or the
            templates use what the catalogue does not grant them.
    """
    entry = catalogue().letter(letter)
    if language not in LANGUAGES:
        raise NotificationsError(f"Letters are written in {' and '.join(LANGUAGES)}, not in {language!r}.")
    check(entry, facts)
    environment = _environment(language)
    try:
        subject, body = (
            environment.get_template(f"letters/{entry.folder}/{language}.{part}.j2").render(facts)
            for part in ("subject", "body")
        )
    except TemplateError as error:
        raise NotificationsError(f"The letter {letter} cannot be worded in {language!r}: {error}.") from error
    if not subject.isprintable():
        raise NotificationsError(f"The subject of the letter {letter} must be one line in {language!r}.")
    return Rendered(subject, body, language)
