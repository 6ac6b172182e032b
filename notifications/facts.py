"""Facts of a letter: exactly the keys that the catalogue lists for it, each of its kind."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from notifications.catalogue import Letter, catalogue
from notifications.errors import NotificationsError

_TEXT = 120
_LINK = 500
_REFERENCES = 100


def _is_text(value: object) -> bool:
    # Printable text has no line break, no hidden character and no change of reading direction.
    return isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) == len(value) <= _TEXT


def _is_link(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LINK and bool(re.fullmatch(r"https?://[!-~]+", value))


def _is_article(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[234]\.9(\([1-7]\))?", value))


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_references(value: object) -> bool:
    if not isinstance(value, list) or len(value) > _REFERENCES:
        return False
    return all(isinstance(each, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", each) for each in value)


_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "text": (_is_text, f"one printable line of at most {_TEXT} characters"),
    "link": (_is_link, f"an http or https address of at most {_LINK} characters"),
    "article": (_is_article, "2.9, 3.9 or 4.9, or a paragraph of it such as 3.9(4)"),
    "date": (_is_date, "an ISO date such as 2026-04-07"),
    "number": (_is_number, "a whole number"),
    "references": (_is_references, f"a list of at most {_REFERENCES} references"),
}


def check(letter: Letter, facts: Mapping[str, object]) -> None:
    """Require exactly the facts that the letter may hold.

    Raises:
        NotificationsError: a fact is missing, unknown to this letter, or not of its kind.
    """
    missing = sorted(letter.facts.keys() - facts.keys())
    if missing:
        raise NotificationsError(f"The letter {letter.id} also needs {', '.join(missing)}.")
    extra = sorted(facts.keys() - letter.facts.keys())
    if extra:
        raise NotificationsError(f"The letter {letter.id} may not hold {', '.join(extra)}.")
    words = catalogue().words
    for key, kind in letter.facts.items():
        if kind in words:
            fits, right = str(facts[key]) in words[kind], "one of " + ", ".join(sorted(words[kind]))
        else:
            is_valid, right = _KINDS[kind]
            fits = is_valid(facts[key])
        if not fits:
            raise NotificationsError(f"The fact {key} of the letter {letter.id} must be {right}.")
