"""Base class of the views, and conversions of names and instants to their JSON form."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

DECIMAL = {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$"}
Euros = Annotated[Decimal, WithJsonSchema({**DECIMAL, "examples": ["121.00"]}, mode="serialization")]
"""Amount in euros, as decimal text."""
Percentage = Annotated[Decimal, WithJsonSchema({**DECIMAL, "examples": ["21.00"]}, mode="serialization")]
"""Rate of VAT in per cent, as decimal text."""


class View(BaseModel):
    """Response body; only its declared fields are returned."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Words(View):
    """Text in English and in Dutch."""

    en: str
    nl: str


def wire(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content with the field names as JSON bodies have them."""
    return {".".join(map(to_camel, path.split("."))): text for path, text in content.items()}


INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+00:00")


def utc_instants(thing: Any) -> Any:
    """Return the value with every instant in it written with Z."""
    if isinstance(thing, Mapping):
        return {key: utc_instants(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [utc_instants(value) for value in thing]
    return INSTANT.sub(r"\1Z", thing) if isinstance(thing, str) else thing
