"""Progress report: public figures of the office over whole quarters, in several formats."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.http.dependencies import RequestContextDep, require_duty
from api.http.problems import invalid_parameter
from api.views.progress_report import MEDIA, WRITERS, Form, Language, ProgressReportView, RequestedReport
from rules.core.errors import QuestionError

router = APIRouter(prefix="/v1", tags=["statistics"])

SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {media.partition(";")[0]: {"schema": {"type": "string"}} for media in MEDIA.values()}},
}


@router.get(
    "/progress-report",
    operation_id="get-progress-report",
    summary="Read the progress report",
    response_model=ProgressReportView,
    responses=SHOWN,
)
def get_progress_report(
    context: RequestContextDep,
    since: Annotated[date, Query(alias="from", description="First day of a quarter, such as 2026-01-01")],
    until: Annotated[date, Query(description="Last day of a quarter that is over, such as 2026-06-30")],
    form: Annotated[Form, Query(alias="format", description="Format")] = "json",
    language: Annotated[Language, Query(description="nl (the default) or en")] = "nl",
) -> ProgressReportView | Response:
    """Return the progress report over whole quarters: applications, waiting times, decisions and terms.

    Small numbers are hidden so that nobody can be recognised, as are numbers from which they could be computed.
    """
    require_duty(context.by, "progress-report", "read")
    try:
        requested = RequestedReport(context.session, since, until, at=context.at, language=language)
    except QuestionError as error:
        raise invalid_parameter(error.parameter, error) from error
    if form == "json":
        return requested.view()
    return Response(WRITERS[form](requested), media_type=MEDIA[form])
