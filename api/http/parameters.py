"""Parameters that several routes declare."""

from typing import Annotated

from fastapi import Header, Path, Query

from states.engine.bodies import PlainLine

Reference = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{3,40}$", description="The application's reference")]


Key = Annotated[str | None, Header(max_length=200)]


Id = Annotated[PlainLine, Path(alias="id", max_length=60)]
LongId = Annotated[PlainLine, Path(alias="id", max_length=80)]


Organisation = Annotated[
    str | None, Query(pattern=r"^[a-z0-9-]{0,60}$", description="The employer of a pool; empty for the office's own")
]
