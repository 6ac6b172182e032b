"""Letter preferences of a person: the language, and the letters that can be declined."""

from fastapi import APIRouter, Response

from api.access.people import may_choose_letters, require_person_with_letters
from api.http.dependencies import RequestContextDep
from api.http.parameters import LongId
from api.http.urls import etag, href
from api.views import base
from notifications.catalogue import catalogue
from rules.core.dates import office_day
from rules.procedure.letter_preferences import optional
from states.tables.people import Language

router = APIRouter(prefix="/v1", tags=["people"])


class OptionalLetter(base.View):
    """Letter that a person may decline."""

    letter: str
    title: str
    title_nl: str
    declined: bool


class LettersOfPerson(base.View):
    """Letter preferences of a person; a letter that a law or a term requires is always sent."""

    person: str
    language: str
    optional: list[OptionalLetter]
    choose: str | None
    """Address for the choice, with a body such as ``{"declined": ["digest"]}``; null if the caller may only read."""


@router.get("/people/{id}/letters", operation_id="get-letters-of-person", summary="Read someone's choice of letters")
def letters_of(context: RequestContextDep, response: Response, person: LongId) -> LettersOfPerson:
    """Return the letter preferences of a person; for that person, the coordinator, administrator and auditor."""
    row = require_person_with_letters(context, person)
    response.headers["ETag"] = etag(row.version)
    titles = catalogue().letters
    return LettersOfPerson(
        person=person,
        language=row.language or Language.NL,
        optional=[
            OptionalLetter(
                letter=letter,
                title=titles[letter].title["en"],
                title_nl=titles[letter].title["nl"],
                declined=letter in (row.declined or ()),
            )
            for letter in optional(office_day(context.at))
        ],
        choose=href("person", person, "choose-letters") if may_choose_letters(context.by, person) else None,
    )
