"""Base."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class View(BaseModel):
    """An answer; its fields are all that can leave."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Words(View):
    """The same in English and in Dutch."""

    en: str
    nl: str


def wire(content: Mapping[str, Any]) -> dict[str, Any]:
    """Content in wire form: the fields' names as their bodies have them."""
    return {".".join(map(to_camel, path.split("."))): text for path, text in content.items()}


INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+00:00")


def utc_instants(thing: Any) -> Any:
    """The same, with every instant in it ending in Z."""
    if isinstance(thing, Mapping):
        return {key: utc_instants(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [utc_instants(value) for value in thing]
    return INSTANT.sub(r"\1Z", thing) if isinstance(thing, str) else thing
