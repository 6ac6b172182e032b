"""Letters rendered from facts: a subject and a body of plain text in one language."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import TemplateError

from notifications.catalogue import LANGUAGES, catalogue
from notifications.errors import NotificationsError
from notifications.facts import check
from notifications.wording import environment


@dataclass(frozen=True)
class Rendered:
    """A rendered letter: plain text, with the subject on one line."""

    subject: str
    body: str
    language: str


def render(letter: str, facts: Mapping[str, object], language: str = "nl") -> Rendered:
    """Render a letter.

    Args:
        letter: id in the catalogue.
        facts: exactly the keys that the catalogue lists for it; dates as ISO strings.
        language: ``nl`` or ``en``.

    Raises:
        NotificationsError: no such letter or language; a fact is missing, unknown or not of its kind; or a
            template uses a fact that the catalogue does not list.
    """
    entry = catalogue().letter(letter)
    if language not in LANGUAGES:
        raise NotificationsError(f"Letters are written in {' and '.join(LANGUAGES)}, not in {language!r}.")
    check(entry, facts)
    templates = environment(language)
    try:
        subject, body = (
            templates.get_template(f"letters/{entry.folder}/{language}.{part}.j2").render(facts)
            for part in ("subject", "body")
        )
    except TemplateError as error:
        raise NotificationsError(f"The letter {letter} cannot be worded in {language!r}: {error}.") from error
    if not subject.isprintable():
        raise NotificationsError(f"The subject of the letter {letter} must be one line in {language!r}.")
    return Rendered(subject, body, language)
