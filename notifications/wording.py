"""Wording by templates: plain text, with dates, words and articles spelled out in one language."""

import re
from datetime import date
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifications.catalogue import FOLDER, catalogue

_MONTHS = {
    "nl": """januari februari maart april mei juni
        juli augustus september oktober november december""",
    "en": """January February March April May June
        July August September October November December""",
}


@cache
def environment(language: str) -> Environment:
    """The templates of one language; a value that is not given is an error."""
    months = _MONTHS[language].split()
    either = {"nl": "of", "en": "or"}[language]

    def day(iso: str) -> str:
        when = date.fromisoformat(iso)
        return f"{when.day} {months[when.month - 1]} {when.year}"

    def word(key: str, kind: str) -> str:
        return catalogue().words[kind][key][language]

    def law(article: str) -> str:
        """Spell out an article as a rule cites it: ``REG x.9(1)`` means three articles of one law."""
        expanded = re.sub(r"\bx\.([0-9]+)", rf"2.\1, 3.\1 {either} 4.\1", article)
        return re.sub(r"[A-Za-z]+", lambda word: catalogue().laws.get(word[0], word[0]), expanded)

    # Escaping depends on the format. A part named .html.j2 or .xml.j2 is escaped; subjects, bodies and documents are
    # text/plain, where &amp; would be a misprint and <b> is three characters. The dangers in the plain text of
    # a letter, a line break or a hidden character, are refused by notifications.facts before rendering.
    templates = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html.j2", "xml.j2"), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"day": day, "word": word, "law": law}
    return templates
