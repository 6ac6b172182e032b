"""Reading of a form: from the fields that a browser sends to the body of an event, in wire form."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import FormData

from api.pages.forms.fields import core, is_body, item_of

DUTCH_AMOUNT = re.compile(r"-?[0-9.]*,[0-9]{1,2}|-?[0-9]{1,3}(\.[0-9]{3})+")
"""An amount with a comma for cents, or with dots between thousands only."""


ROW = r"\.(\d{1,4})\."
"""The number of a row, within the name of a field."""


def body_of(schema: type[BaseModel], form: FormData, prefix: str = "") -> dict[str, Any]:
    """Return the body that a form holds; empty fields are left out, so that the schema says which are missing."""
    body: dict[str, Any] = {}
    for name, info in schema.model_fields.items():
        wire = info.alias or name
        place, kind = f"{prefix}{wire}", core(info.annotation)
        item = item_of(kind)
        if is_body(kind):
            if inner := body_of(kind, form, f"{place}."):
                body[wire] = inner
        elif is_body(item):
            if rows := [row for at in rows_of(form, place) if (row := body_of(item, form, f"{place}.{at}."))]:
                body[wire] = rows
        elif item is not None:
            if chosen := [str(each) for each in form.getlist(place) if each]:
                body[wire] = chosen
        elif (value := simple(form.get(place), kind)) is not None:
            body[wire] = value
    return body


def rows_of(form: FormData, place: str) -> list[int]:
    """Return the numbers of the rows of a list that a form holds, in order."""
    found = {re.match(re.escape(place) + ROW, name) for name in form}
    return sorted({int(match[1]) for match in found if match})


def simple(given: Any, kind: Any) -> Any:
    """Return one value in wire form; None where nothing was filled in."""
    if not isinstance(given, str) or not given.strip():
        return None
    text = given.strip()
    if text in {"ja", "nee"} and (kind is bool or str(kind) == "typing.Literal[True]"):
        return text == "ja"
    if kind is Decimal:
        plain = text.removeprefix("€").replace(" ", "").replace("\u00a0", "")
        return plain.replace(".", "").replace(",", ".") if DUTCH_AMOUNT.fullmatch(plain) else plain
    if kind is int and re.fullmatch(r"-?[0-9]{1,9}", text):
        return int(text)
    return given.replace("\r\n", "\n")


def typed_of(form: FormData) -> Mapping[str, str]:
    """Return what was typed in each field, to be shown again."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
