"""Police reports: draft a text for the police from the official's choices; nothing of it is stored or logged."""

from typing import Any, Literal

from fastapi import APIRouter

from api.http.dependencies import RequestContextDep, require_duty
from api.views import base
from notifications.documents import PoliceReport, police_report

router = APIRouter(prefix="/v1/police-reports", tags=["police-reports"])
EXAMPLE: dict[str, Any] = {
    "language": "nl",
    "kind": "complaint",
    "office": "alderman",
    "what": "Iemand heeft mij bedreigd.",
    "when": "Op dinsdag 10 november 2026, rond acht uur in de avond.",
    "where": "Op de parkeerplaats achter het gemeentehuis.",
    "witnesses": True,
    "recordings": False,
    "wishes": ["domicile", "kept-informed"],
}


class NewDraft(PoliceReport):
    """Content and language of a report to the police."""

    language: Literal["nl", "en"] = "nl"


class Draft(base.View):
    """Text of the report, for the official to read and take to the police."""

    text: str


@router.post(
    "/actions/draft",
    operation_id="draft-police-report",
    summary="Draft a report to the police",
    openapi_extra={"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}},
)
def draft(context: RequestContextDep, body: NewDraft) -> Draft:
    """Draft a report (melding) or criminal complaint (aangifte) for the police.

    Nothing of it is stored, so it takes no Idempotency-Key: a repeated request drafts the text again.
    """
    require_duty(context.by, "police-report", "draft")
    return Draft(text=police_report(body, body.language))
