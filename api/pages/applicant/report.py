"""Report of an official: its form on a telephone, refused for nothing but a missing kind, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages import wording
from api.pages.addresses import ADDRESSES, path
from api.pages.applicant import plain_words
from api.pages.applicant.model import ENDED, summaries
from api.pages.forms.step import Place, require_case
from api.pages.visit import Visit
from api.routes import applications
from api.views.applications import ApplicationSummary
from api.views.texts import SignalView


@dataclass(frozen=True)
class ReportFrame:
    """What is around the form of a report: its kinds in plain words, its cases, and when earlier reports came in."""

    kinds: list[tuple[str, str]]
    cases: list[tuple[str, str]]
    """The cases to choose from; empty where there is one."""
    reference: str
    earlier: list[str]


@dataclass(frozen=True)
class ReportSent:
    """What follows a report that came in: when it came in, and whether people were warned at once."""

    time: str
    day: str
    warned: bool


@dataclass(frozen=True)
class NoCase:
    """Page for a report by somebody without a case."""


def case_for_report(visit: Visit, wanted: str) -> str:
    """Return the case that a report is about: the one that was chosen, or the newest that runs; empty if none.

    Raises:
        NotFoundError: the chosen one is not the reader's.
    """
    if wanted:
        return require_case(visit, wanted).id
    found = summaries(visit)
    running = [each for each in found if each.stage not in ENDED]
    return next((each.reference for each in [*running, *found]), "")


def place_of_report(reference: str) -> Place:
    """Return the place of the form of a report."""
    return Place(
        "application",
        "record-threat",
        reference,
        here=path("report"),
        back=path("mine"),
        done=f"{path('report-sent')}?zaak={reference}",
        reference=reference,
        template="applicant/report.html",
        title=ADDRESSES["report"].title,
    )


def around_report(visit: Visit, reference: str) -> ReportFrame:
    """Return what is around the form of a report on a case."""
    found = summaries(visit)
    running = [each for each in found if each.stage not in ENDED] or list(found)
    return ReportFrame(
        kinds=list(plain_words.REPORTS.items()),
        cases=choices(running) if len(running) > 1 else [],
        reference=reference,
        earlier=[wording.moment(each.recorded_at) for each in own_signals(visit, reference)],
    )


def choices(running: Sequence[ApplicationSummary]) -> list[tuple[str, str]]:
    """Return cases to choose from, by their number and office."""
    return [(each.reference, f"{each.reference}, {wording.office(each.office)}") for each in running]


def own_signals(visit: Visit, reference: str) -> list[SignalView]:
    """Return what the reader reported in a case, newest first."""
    view = applications.application_view(visit, require_case(visit, reference))
    return [each for each in reversed(view.signals) if each.source == "applicant"]


def report_sent(visit: Visit, reference: str) -> ReportSent | None:
    """Return what follows the newest report in a case; None if there is none."""
    view = applications.application_view(visit, require_case(visit, reference))
    newest = next((each for each in reversed(view.signals) if each.source == "applicant"), None)
    if newest is None:
        return None
    local = newest.recorded_at.astimezone(wording.OFFICE_TIME)
    return ReportSent(f"{local:%H:%M}", wording.day(newest.recorded_at), warned=view.urgency == "acute")
