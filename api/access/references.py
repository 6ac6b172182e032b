"""References to cases and their parts: shown to those who may see what they name, and left out for all others."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import union_all
from sqlmodel import col, select

from api.access.cases import visible_applications
from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext
from states.engine.patterns import REFERENCE
from states.tables.accounting import Booking
from states.tables.application import Application, Takeover
from states.tables.loans import Loan
from states.tables.payments import BankMessage, Payable, PaymentBatch

PARTS: Mapping[str, Any] = {
    "payable": Payable,
    "booking": Booking,
    "batch": PaymentBatch,
    "bank": BankMessage,
    "takeover": Takeover,
    "loan": Loan,
}
"""The tables of what belongs to one employer, by the first word of the ids."""
NAMED = re.compile(rf"\b(?:{REFERENCE}|(?:{'|'.join(PARTS)})-[0-9a-z]{{12}})\b")
LEFT_OUT = "…"
"""What stands in a sentence in the place of a reference that the reader may not see."""
V = TypeVar("V", bound=BaseModel)


def shown(context: RequestContext, view: V) -> V:
    """Return a view without references to what the caller may not see."""
    return type(view).model_validate(without_hidden(context, view.model_dump()))


def without_hidden(context: RequestContext, thing: Any) -> Any:
    """Return a value without references to what the caller may not see: None for one alone, ``…`` within a text."""
    hidden = hidden_in(context, thing)
    return replaced(thing, lambda name: name in hidden) if hidden else thing


def hidden_in(context: RequestContext, thing: Any) -> set[str]:
    """Return the references in a value to what the caller may not see."""
    named = set(names_in(thing))
    return named - seen(context, named) if named else set()


def names_in(thing: Any) -> Iterator[str]:
    """Yield every reference in a value, at every depth."""
    if isinstance(thing, str):
        yield from NAMED.findall(thing)
    elif isinstance(thing, Mapping):
        for part in thing.values():
            yield from names_in(part)
    elif isinstance(thing, (list, tuple)):
        for part in thing:
            yield from names_in(part)


def seen(context: RequestContext, named: set[str]) -> set[str]:
    """Return the references to what the caller may see; the office sees the parts of every employer."""
    cases = {name for name in named if name.split("-", 1)[0] not in PARTS}
    asked: list[Any] = [
        select(Application.id).where(col(Application.id).in_(cases), *visible_applications(context.session, context.by))
    ]
    if not acts_for_employer(context.by):
        return {*context.session.execute(asked[0]).scalars(), *(named - cases)}
    for kind, table in PARTS.items():
        ids = [name for name in named if name.startswith(f"{kind}-")]
        if ids:
            asked.append(
                select(table.id).where(col(table.id).in_(ids), col(table.organisation).in_(own_names(context)))
            )
    return set(context.session.execute(union_all(*asked)).scalars())


def replaced(thing: Any, is_hidden: Callable[[str], bool]) -> Any:
    """Return a value with the hidden references replaced."""
    if isinstance(thing, str):
        if NAMED.fullmatch(thing):
            return None if is_hidden(thing) else thing
        return NAMED.sub(lambda match: LEFT_OUT if is_hidden(match[0]) else match[0], thing)
    if isinstance(thing, Mapping):
        return {key: replaced(part, is_hidden) for key, part in thing.items()}
    if isinstance(thing, (list, tuple)):
        return type(thing)(replaced(part, is_hidden) for part in thing)
    return thing
