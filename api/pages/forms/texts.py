"""Texts of forms: labels and hints of fields, and the explanation, button and notice of each event, from texts.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from api.pages import wording
from states.events.catalogue import EVENTS


@cache
def texts() -> dict[str, Any]:
    """Return the sections of texts.toml."""
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))


def of_field(event: str, name: str) -> tuple[str, str]:
    """Return the label and the hint of a field by its Python name, in an event such as ``application/receive``."""
    found = texts()["fields-of"].get(event, {}).get(name) or texts()["fields"].get(name) or {}
    return found.get("label", wording.capital(name.replace("_", " "))), found.get("hint", "")


def of_event(chart: str, event: str) -> dict[str, str]:
    """Return the explanation, the button and the notice of an event."""
    named = wording.event(chart, event)
    return {
        "explanation": "",
        "button": named,
        "done": f"{named}: gedaan.",
        **texts()["events"].get(f"{chart}/{event}", {}),
    }


def of_option(code: str) -> str:
    """Return the Dutch term of a choice."""
    return wording.capital(str(texts()["options"].get(code) or wording.kind(code)))


def notice_of(done: str) -> str:
    """Return what is said after a step, such as ``payable/check``; nothing for what is no step."""
    chart, _, event = done.partition("/")
    return of_event(chart, event)["done"] if (chart, event) in EVENTS else ""
