"""Problem meanings: the page at the address of each problem type, with what it means and what to do."""

from fastapi import APIRouter

from api.http.language import in_language
from api.http.problem_types import ADDRESS, TYPES
from states.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get(f"{ADDRESS}{{slug}}")
def meaning(slug: str) -> dict[str, str | int]:
    """Return the meaning of a problem type.

    Raises:
        NotFoundError: there is no such type.
    """
    kind = TYPES.get(slug)
    if kind is None:
        raise NotFoundError("problem type", slug)
    return {
        "type": kind.address,
        "status": kind.status,
        "title": in_language(kind.title),
        "meaning": in_language(kind.meaning),
    }
