"""Canonical JSON: the one form in which facts are stored and hashed, and in which sealed bytes name their place."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from rules.payments.amounts import CENT


def plain(value: Any) -> Any:  # noqa: PLR0911  # one line per kind of value
    """The JSON form in which facts are hashed and stored: amounts and dates as text, enums by value."""
    match value:
        case None | bool() | str() | int() if not isinstance(value, Enum):
            return value
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            # Every amount and rate has two decimals; zero has no sign, as in the database.
            return format(value.quantize(CENT) + 0, "f")
        case BaseModel():
            return plain(value.model_dump())
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case Iterable():
            return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form; give a text, number, date or amount.")


def canonical(value: Any) -> bytes:
    """RFC 8785 canonical JSON of a value in the form of :func:`plain`.

    Such values have no floats and only ASCII keys. For those the standard library writes the bytes of RFC 8785 exactly
    (a test compares it with a library of that standard), many times faster.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
