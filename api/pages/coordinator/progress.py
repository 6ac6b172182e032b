"""Progress of the office per quarter, with small numbers hidden, as it may be published."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.http.dependencies import require_duty
from api.pages import wording
from api.pages.plots import image
from api.pages.templates import show
from api.pages.visit import VisitDep
from api.views.progress_report import WHY, NumberView, RequestedReport
from notifications import progress_chart
from notifications.catalogue import catalogue
from rules.core.dates import office_day
from rules.core.rule import OLDEST
from rules.reporting.periods import Quarter, quarter_of

router = APIRouter(include_in_schema=False)
MOST = 8
"""Quarters that one page shows at most."""
HIDDEN, ALL_OF_IT = "verborgen", "alle"


@dataclass(frozen=True)
class ProgressPage:
    """Progress: the plot, and the same numbers in a table for each figure, with one column per quarter."""

    plot: str
    heads: list[str]
    tables: list[tuple[str, list[list[str]]]]
    why_hidden: str
    choices: list[tuple[int, bool]]


def last_quarters(on: date, number: int) -> list[Quarter]:
    """Return the last quarters that are over on a day, the oldest first."""
    found = [quarter_of(quarter_of(on).since - timedelta(days=1))]
    while len(found) < number and found[0].since > OLDEST:
        found.insert(0, quarter_of(found[0].since - timedelta(days=1)))
    return found


def tables_of(numbers: list[NumberView], quarters: list[Quarter]) -> list[tuple[str, list[list[str]]]]:
    """Return each figure with a row for each of its parts; of waits the middle one, in days.

    A part that is hidden throughout is left out.
    """
    spans = {(one.since, one.until): at for at, one in enumerate(quarters)}
    found: dict[str, dict[str, list[str]]] = {}
    for one in numbers:
        at = spans.get((one.since, one.until))
        if at is None or one.by == "month" or one.measure not in {"count", "median"}:
            continue
        rows = found.setdefault(caption_of(one), {})
        row = rows.setdefault(one.label, [""] * len(quarters))
        row[at] = HIDDEN if one.value is None else str(one.value)
    return [
        (
            title,
            [[wording.capital(name), *row] for name, row in rows.items() if name == ALL_OF_IT or set(row) != {HIDDEN}],
        )
        for title, rows in found.items()
    ]


def caption_of(one: NumberView) -> str:
    """Return what a table counts: a figure, by which property, and the unit."""
    words = catalogue().words
    figure = wording.capital(words["progress-figure"][one.figure]["nl"])
    return f"{figure}, helft korter dan (dagen)" if one.measure == "median" else figure


@router.get("/voortgang")
def progress(visit: VisitDep, kwartalen: Annotated[int, Query(ge=1, le=MOST)] = 4) -> Response:
    """Show the progress of the last quarters."""
    require_duty(visit.by, "progress-report", "read")
    quarters = last_quarters(office_day(visit.at), kwartalen)
    report = RequestedReport(visit.session, quarters[0].since, quarters[-1].until, at=visit.at, language="nl")
    page = ProgressPage(
        plot=image(progress_chart.draw(report.found)),
        heads=["Deel", *(one.name for one in quarters)],
        tables=tables_of(report.view().numbers, quarters),
        why_hidden=WHY["nl"],
        choices=[(number, number == kwartalen) for number in (1, 2, 4, MOST)],
    )
    return show(visit, "coordinator/progress.html", page, title=f"Voortgang tot {wording.day(quarters[-1].until)}")
