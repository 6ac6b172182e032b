"""Board of the coordinator: what is open, late and at risk per lane, domain, employer and term."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api.access.names import names_of_employers
from api.pages import wording
from api.pages.coordinator.alarms import Alarm, alarms_of
from api.pages.plots import image
from api.pages.templates import show
from api.pages.visit import Visit, VisitDep
from api.routes import statistics
from api.routes.statistics import FiguresView, StatisticsView
from notifications.drawing import FAINT, INK, SOFT, Bar, Drawing, Label, Shape, Stroke
from rules.reporting.metrics import DEFINITIONS

router = APIRouter(include_in_schema=False)
HEADS = ("Open", "In handen", "Nog van niemand", "Te laat", "Loopt gevaar", "Wacht al, de helft korter dan")
LATE, RISK, CALM = "#a4161a", "#d17b0f", "#1d5b8f"
LEFT, WIDTH, TOP, ROW = 190, 860, 96, 34
NAMED = {"open": "Open", "inHand": "In handen", "late": "Te laat", "atRisk": "Loopt gevaar", "waitingSoFar": "Wacht al"}
"""The names of the figures that the board shows and explains."""


@dataclass(frozen=True)
class Board:
    """Board: the alarms, the main numbers, the plot, and the tables of the numbers."""

    alarms: list[Alarm]
    period: str
    tiles: list[tuple[str, int]]
    plot: str
    heads: tuple[str, ...]
    lanes: list[tuple[str, ...]]
    advice: list[tuple[str, ...]]
    measures: list[tuple[str, ...]]
    employers: list[tuple[str, ...]]
    terms: list[tuple[str, ...]]
    definitions: list[tuple[str, str]]


def row_of(name: str, found: FiguresView) -> tuple[str, ...]:
    """Return the numbers of a row of the board."""
    median = found.waiting_so_far.hours.median
    waits = "" if median is None else f"{median:.0f} werkuur"
    counts = (found.open, found.in_hand, found.open - found.in_hand, found.late, found.at_risk)
    return (name, *map(str, counts), waits)


def worded(code: str) -> str:
    """Return the Dutch name of a code, with a capital."""
    return wording.capital(wording.kind(code))


def board_of(visit: Visit) -> Board:
    """Return the board from the statistics of the last three months."""
    found = statistics.get_statistics(visit)
    names = names_of_employers(visit.session, [each.employer for each in found.employers])
    work = found.work
    return Board(
        alarms=alarms_of(visit),
        period=f"{wording.day(found.since)} tot en met {wording.day(found.until)}",
        tiles=[
            ("open", work.open),
            ("nog van niemand", work.open - work.in_hand),
            ("te laat", work.late),
            ("loopt gevaar", work.at_risk),
            ("gedaan in deze periode", work.done),
        ],
        plot=image(drawing_of(found)),
        heads=HEADS,
        lanes=[row_of(worded(lane), one) for lane, one in found.lanes.items()],
        advice=[row_of(worded(domain), one.advice) for domain, one in found.domains.items()],
        measures=[row_of(worded(domain), one.measures) for domain, one in found.domains.items()],
        employers=[row_of(names.get(each.employer, each.employer), each.work) for each in found.employers],
        terms=terms_of(found),
        definitions=[(named, DEFINITIONS[name].words.nl) for name, named in NAMED.items()],
    )


def terms_of(found: StatisticsView) -> list[tuple[str, ...]]:
    """Return the numbers of each kind of term."""
    return [
        (
            wording.capital(wording.term(kind)),
            *map(str, (one.running, one.late, one.at_risk, one.suspended, one.kept, one.missed)),
        )
        for kind, one in (found.terms or {}).items()
    ]


def drawing_of(found: StatisticsView) -> Drawing:
    """Draw a bar for each lane: what is late, what is at risk, and the rest of what is open."""
    rows = [(worded(lane), one) for lane, one in found.lanes.items()]
    most = max([one.open for _, one in rows] + [1])
    scale = (WIDTH - LEFT - 70) / most
    bottom = TOP + ROW * len(rows)
    shapes: list[Shape] = [Label(24, 36, "Open werk per spoed", 21), *legend()]
    for at, (name, one) in enumerate(rows):
        y, x = TOP + ROW * at, float(LEFT)
        shapes.append(Label(LEFT - 12, y + 20, name, 14, INK, "end"))
        for number, colour in parts_of_bar(one):
            shapes.append(Bar(x, y + 5, number * scale, ROW - 12, colour))
            x += number * scale
        shapes.append(Label(x + 8, y + 20, str(one.open), 13, SOFT))
    shapes += [Stroke(LEFT, TOP, LEFT, bottom, SOFT), Stroke(LEFT, bottom, WIDTH - 40, bottom, FAINT)]
    return Drawing(WIDTH, bottom + 24, "Open werk per spoed: te laat, loopt gevaar en de rest", shapes)


def parts_of_bar(found: FiguresView) -> Sequence[tuple[int, str]]:
    """Return the parts of the bar of a lane, each with its colour; what is late is not at risk any more."""
    return (found.late, LATE), (found.at_risk, RISK), (max(found.open - found.late - found.at_risk, 0), CALM)


def legend() -> list[Shape]:
    """Return the names of the colours."""
    shapes: list[Shape] = []
    for at, (name, colour) in enumerate((("te laat", LATE), ("loopt gevaar", RISK), ("op tijd", CALM))):
        shapes += [Bar(24 + 140 * at, 58, 12, 12, colour), Label(42 + 140 * at, 69, name, 13, SOFT)]
    return shapes


@router.get("/overzicht")
def board(visit: VisitDep) -> Response:
    """Show the board."""
    return show(visit, "coordinator/board.html", board_of(visit), title="Overzicht")
