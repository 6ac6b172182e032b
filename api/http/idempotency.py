"""Idempotency keys: a repeated request is carried out once and gets the stored answer, for 24 hours."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import Response
from fastapi.encoders import jsonable_encoder
from sqlalchemy import func
from sqlmodel import col, delete, select

from api.http.dependencies import RequestContext
from states.errors import ReusedKeyError
from states.storage.database import vault_of
from states.storage.purpose_keys import Purpose
from states.tables.operations import IdempotencyKey

RETENTION = timedelta(hours=24)


@dataclass(frozen=True)
class Answer:
    """Answer to a request: status, headers and a JSON-ready body."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, **more: str) -> Response:
        """Return the answer as an HTTP response with extra headers."""
        content = json.dumps(jsonable_encoder(self.body), ensure_ascii=False)
        return Response(content, self.status, headers={**self.headers, **more}, media_type="application/json")


def answer_once(context: RequestContext, key: str | None, route: str, body: Any, do: Callable[[], Answer]) -> Response:
    """Carry out a request once per Idempotency-Key and answer a repeat from the store; without a key, carry it out.

    Raises:
        ReusedKeyError: the key was used for another request.
    """
    if key is None:
        return do().response()
    session, vault = context.session, vault_of(context.session)
    mark = vault.mark(Purpose.IDEMPOTENCY, f"{route}\n{json.dumps(jsonable_encoder(body), sort_keys=True)}")
    # The lock makes a second request with the same key wait until the first has stored its answer.
    session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{context.by.person} {key}", 0))))
    session.exec(delete(IdempotencyKey).where(col(IdempotencyKey.expires_at) < context.at))
    stored = session.get(IdempotencyKey, (context.by.person, key))
    place = ("answer", context.by.person, key)
    if stored is not None:
        if stored.body_mark != mark:
            raise ReusedKeyError("This Idempotency-Key was used for another request; take a new one.")
        kept = json.loads(vault.open(Purpose.IDEMPOTENCY, stored.answer, place))
        return Answer(stored.status, kept["body"], kept["headers"]).response(**{"Idempotency-Replayed": "true"})
    answer = do()
    kept = {"body": jsonable_encoder(answer.body), "headers": answer.headers}
    session.add(
        IdempotencyKey(
            person=context.by.person,
            key=key,
            route=route,
            body_mark=mark,
            status=answer.status,
            answer=vault.seal(Purpose.IDEMPOTENCY, json.dumps(kept).encode(), place),
            expires_at=context.at + RETENTION,
        ),
    )
    return answer.response()
