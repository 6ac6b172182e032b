"""Drafts: what somebody began to fill in and did not send, sealed and kept for a month."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete

from api.http.dependencies import RequestContext
from states.storage.database import vault_of
from states.storage.purpose_keys import Purpose
from states.tables.operations import Draft

RETENTION = timedelta(days=30)


@dataclass(frozen=True)
class KeptDraft:
    """Draft as it was kept last."""

    content: dict[str, Any]
    saved_at: datetime


def own_place(context: RequestContext, place: str) -> str:
    """Return a place with the role and the employer of the caller: what was typed for one is not another's."""
    return f"{context.by.role}/{context.by.organisation or ''}/{place}"


def keep(context: RequestContext, place: str, content: dict[str, Any]) -> None:
    """Keep what the caller filled in at a place, instead of what was kept there before."""
    context.session.exec(delete(Draft).where(col(Draft.saved_at) < context.at - RETENTION))
    person, place = context.by.person, own_place(context, place)
    data = json.dumps(content, ensure_ascii=False).encode()
    sealed = vault_of(context.session).seal(Purpose.DRAFTS, data, ("draft", person, place))
    row = {"person": person, "place": place, "sealed": sealed, "saved_at": context.at}
    changed = {name: row[name] for name in ("sealed", "saved_at")}
    context.session.execute(
        insert(Draft).values(row).on_conflict_do_update(index_elements=["person", "place"], set_=changed)
    )


def kept(context: RequestContext, place: str) -> KeptDraft | None:
    """Return what the caller has at a place; None if there is nothing, or it was kept too long ago."""
    person, place = context.by.person, own_place(context, place)
    row = context.session.get(Draft, (person, place))
    if row is None or row.saved_at < context.at - RETENTION:
        return None
    data = vault_of(context.session).open(Purpose.DRAFTS, row.sealed, ("draft", person, place))
    return KeptDraft(json.loads(data), row.saved_at)


def drop(context: RequestContext, place: str) -> None:
    """Delete what the caller has at a place."""
    mine = (col(Draft.person) == context.by.person, col(Draft.place) == own_place(context, place))
    context.session.exec(delete(Draft).where(*mine))
