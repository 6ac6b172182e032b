"""Parameters that several routes declare."""

from typing import Annotated

from fastapi import Header, Path, Query

from api.http.openapi_document import REQUIRED
from states.engine.bodies import PlainLine

Reference = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{3,40}$", description="The application's reference")]


Key = Annotated[
    str | None, Header(max_length=200, description="Your own mark of this request: a repeat is then carried out once")
]
ENTITY_TAG = r'"([0-9]{1,9})(?:-[0-9a-f]{12})?"'
"""A version, and for a case with work in hand a mark of that; see :func:`api.http.urls.etag`."""
IF_MATCH = Header(
    alias="If-Match",
    description="The ETag that you read, or * for any version",
    json_schema_extra={"pattern": rf"^(\*|{ENTITY_TAG})$", REQUIRED: True},
)
"""Required, but checked after the caller and the subject, so that nobody learns from a 428 that a subject exists."""
UNUSED_IF_MATCH = Header(alias="If-Match", description="Not looked at: this is recorded whatever changed meanwhile")


Id = Annotated[PlainLine, Path(alias="id", max_length=60)]
LongId = Annotated[PlainLine, Path(alias="id", max_length=80)]


Organisation = Annotated[
    str | None, Query(pattern=r"^[a-z0-9-]{0,60}$", description="The employer of a pool; empty for the office's own")
]
