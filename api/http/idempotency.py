"""Idempotency keys: the same request twice is done once and answered twice; kept for 24 hours."""

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
from states.tables.operations import IdempotencyKey

RETENTION = timedelta(hours=24)


@dataclass(frozen=True)
class Answer:
    """What a request is answered: status, headers and a body in wire form."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, **more: str) -> Response:
        """The answer as HTTP."""
        content = json.dumps(jsonable_encoder(self.body), ensure_ascii=False)
        return Response(content, self.status, headers={**self.headers, **more}, media_type="application/json")


def answer_once(context: RequestContext, key: str | None, route: str, body: Any, do: Callable[[], Answer]) -> Response:
    """Do something once for an Idempotency-Key; without a key, just do it.

    Raises:
        ReusedKeyError: the key was used for another request.
    """
    if key is None:
        return do().response()
    session, vault = context.session, vault_of(context.session)
    mark = vault.mark(f"{route}\n{json.dumps(jsonable_encoder(body), sort_keys=True)}")
    # Two requests with one key wait for each other here, so that the second finds the first one's answer.
    session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{context.by.person} {key}", 0))))
    session.exec(delete(IdempotencyKey).where(col(IdempotencyKey.expires_at) < context.at))
    seen = session.get(IdempotencyKey, (context.by.person, key))
    purpose = f"answer {context.by.person} {key}"
    if seen is not None:
        if seen.body_mark != mark:
            raise ReusedKeyError("This Idempotency-Key was used for another request; take a new one.")
        kept = json.loads(vault.open_for_office(seen.answer, purpose))
        return Answer(seen.status, kept["body"], kept["headers"]).response(**{"Idempotency-Replayed": "true"})
    answer = do()
    kept = {"body": jsonable_encoder(answer.body), "headers": answer.headers}
    session.add(
        IdempotencyKey(
            person=context.by.person,
            key=key,
            route=route,
            body_mark=mark,
            status=answer.status,
            answer=vault.seal_for_office(json.dumps(kept).encode(), purpose),
            expires_at=context.at + RETENTION,
        ),
    )
    return answer.response()
