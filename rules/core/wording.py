"""Wording: an English text that knows its template and parts, so that it can be translated where it is shown."""

from typing import Any, Self


class Wording(str):
    """An English text; it reads as plain text everywhere, and keeps what it was made of."""

    __slots__ = ("parts", "template")

    template: str
    """The text with a name in braces for each part."""
    parts: dict[str, Any]
    """What stands at each name: values, or wordings, which are translated too."""

    def __new__(cls, template: str, parts: dict[str, Any]) -> Self:
        """Make a text of a template and its parts."""
        made = super().__new__(cls, template.format(**parts))
        made.template, made.parts = template, parts
        return made


def wording(template: str, /, **parts: Any) -> Wording:
    """Return a text that can be translated; braces that are meant as such are doubled in the template."""
    return Wording(template, parts)


def marked(text: str) -> str:
    """Return a text as it is: it stands in a table, and is translated where it is shown."""
    return text
