"""Kept search: what somebody searched for in one sign-in, sealed under an id that tells nothing."""

import secrets
from datetime import timedelta

from sqlmodel import col, delete

from api.http.page_sessions import hash_of
from api.pages.visit import Visit
from api.routes.applications import Search
from states.errors import NotFoundError
from states.storage.database import vault_of
from states.storage.purpose_keys import Purpose
from states.tables.operations import KeptSearch

KEPT = timedelta(hours=24)
"""No sign-in lasts longer."""


def keep(visit: Visit, wanted: Search) -> str:
    """Keep a search for this sign-in and return its id; those of ended sign-ins are removed."""
    session = visit.session
    session.exec(delete(KeptSearch).where(col(KeptSearch.made_at) < visit.at - KEPT))
    key, owner = secrets.token_hex(8), hash_of(visit.token)
    sealed = vault_of(session).seal(Purpose.SEARCHES, wanted.model_dump_json().encode(), ("search", owner, key))
    session.add(KeptSearch(id=key, session=owner, criteria=sealed, made_at=visit.at))
    return key


def kept(visit: Visit, key: str) -> Search:
    """Return a search of this sign-in.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row, owner = visit.session.get(KeptSearch, key), hash_of(visit.token)
    if row is None or row.session != owner:
        raise NotFoundError("search", key)
    opened = vault_of(visit.session).open(Purpose.SEARCHES, row.criteria, ("search", owner, key))
    return Search.model_validate_json(opened)
