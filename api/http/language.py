"""Language: the language that a caller asks for with Accept-Language, and texts of the catalogue in it.

Texts are written in English where they arise; api/locale holds their Dutch. Pages use the same catalogue.
"""

from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

from rules.core.wording import Wording

ENGLISH, DUTCH = "en", "nl"
DOMAIN = "messages"
FOLDER = Path(__file__).parents[1] / "locale"
LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)
"""The language of the answer to the present request."""


@cache
def catalogue() -> NullTranslations:
    """Return the Dutch catalogue, as it was compiled."""
    return Translations.load(FOLDER, [DUTCH], DOMAIN)


def preferred(accept: str | None) -> str:
    """Return the language that a header Accept-Language prefers of those that there are; English if it says none."""
    best, weight = ENGLISH, 0.0
    for part in (accept or "").split(","):
        name, _, quality = part.partition(";")
        language = name.strip().lower().partition("-")[0]
        given = weight_of(quality)
        if language in {ENGLISH, DUTCH} and given > weight:
            best, weight = language, given
    return best


def weight_of(quality: str) -> float:
    """Return the weight in a part of Accept-Language such as ``q=0.8``; one without a weight weighs most."""
    name, _, number = quality.strip().partition("=")
    try:
        return float(number) if name == "q" else 1.0
    except ValueError:
        return 0.0


def in_language(text: Any, language: str | None = None) -> Any:
    """Return a text in a language, by default that of the request; what the catalogue does not have stays English."""
    if not isinstance(text, str) or (language or LANGUAGE.get()) != DUTCH:
        return text
    if not isinstance(text, Wording):
        return catalogue().gettext(text) if text else text
    parts = {name: in_language(part, DUTCH) for name, part in text.parts.items()}
    return catalogue().gettext(text.template).format(**parts)
