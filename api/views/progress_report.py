"""Progress report in each form in which the API and the command line return it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import Field
from sqlmodel import Session

from api.views import base
from notifications import drawing, progress_chart
from notifications.progress_report import as_csv, as_text, label, rows
from rules.core.dates import office_day
from rules.reporting import periods
from rules.reporting.disclosure_control import Limits, limits
from rules.reporting.progress_report import QuarterReport
from states.reporting import progress_report

Form = Literal["json", "text", "csv", "svg", "png"]


Language = Literal["nl", "en"]


MEDIA: dict[str, str] = {
    "text": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}


class NumberView(base.View):
    """Number of the report; ``value`` is null if the number is hidden."""

    since: date = Field(alias="from")
    until: date
    figure: str
    by: str
    part: str
    label: str
    measure: str
    unit: str
    value: int | None
    hidden: bool


class LimitsView(base.View):
    """Limits for publishing a number: the fewest cases and employers, and the largest share of one employer."""

    cases: int
    employers: int
    dominance: float
    median: int
    tails: int


class ProgressReportView(base.View):
    """Progress report, number by number, and why some are hidden."""

    since: date = Field(alias="from")
    until: date
    drawn_up_on: date
    limits: LimitsView
    why_hidden: str
    numbers: list[NumberView]


WHY = {
    "nl": "Een getal is verborgen als er te weinig aanvragen of werkgevers achter staan, als één werkgever het bijna "
    "alleen uitmaakt, of als een ander verborgen getal er anders uit te berekenen zou zijn.",
    "en": "A number is hidden if it is based on too few applications or employers, if one employer makes up most of "
    "it, or if another hidden number could otherwise be computed from it.",
}


class RequestedReport:
    """Requested report: its quarters, language and day."""

    def __init__(self, session: Session, since: date, until: date, *, at: datetime, language: str) -> None:
        self.on, self.language = office_day(at), language
        quarters = periods.quarters_asked(since, until, on=self.on)
        self.limits: Limits = limits(self.on)
        self.found: Sequence[QuarterReport] = progress_report.report(session, quarters, at=at)

    def text(self) -> bytes:
        """Return the report as text."""
        return as_text(self.found, self.limits, on=self.on, language=self.language).encode()

    def csv(self) -> bytes:
        """Return the report as CSV; a byte order mark shows spreadsheets that it is UTF-8."""
        return as_csv(self.found, self.language).encode("utf-8-sig")

    def svg(self) -> bytes:
        """Return a chart as SVG."""
        return drawing.svg(progress_chart.draw(self.found, self.language)).encode()

    def png(self) -> bytes:
        """Return the chart as PNG."""
        return drawing.png(progress_chart.draw(self.found, self.language))

    def view(self) -> ProgressReportView:
        """Return the report number by number."""
        return ProgressReportView(
            since=self.found[0].quarter.since,
            until=self.found[-1].quarter.until,
            drawn_up_on=self.on,
            limits=LimitsView(**self.limits._asdict()),
            why_hidden=WHY[self.language],
            numbers=[
                NumberView(
                    **row._asdict(),
                    label=label(row.by, row.part, self.language),
                    hidden=row.value is None,
                )
                for row in rows(self.found)
            ],
        )

    def json(self) -> bytes:
        """Return the report number by number, as JSON."""
        return (self.view().model_dump_json(by_alias=True, indent=2) + "\n").encode()


WRITERS: dict[str, Callable[[RequestedReport], bytes]] = {
    "text": RequestedReport.text,
    "csv": RequestedReport.csv,
    "svg": RequestedReport.svg,
    "png": RequestedReport.png,
    "json": RequestedReport.json,
}
"""The function that writes each form."""
